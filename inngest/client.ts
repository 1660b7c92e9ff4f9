import { Inngest } from "inngest";
import type { Fetch } from "../domain/fetch-failure";

/**
 * The Inngest client. Checkpointing is off: each step's result is stored by the engine before the next step begins, which
 * costs one round trip a step and leaves no step to be repeated after a crash half way through a request.
 */
export function createInngest(options: {
  eventKey?: string;
  baseUrl?: string;
  isDev: boolean;
  fetch: Fetch;
  signingKey?: string;
  signingKeyFallback?: string;
  middleware?: ConstructorParameters<typeof Inngest>[0]["middleware"];
  logger?: ConstructorParameters<typeof Inngest>[0]["logger"];
}) {
  return new Inngest({ id: "purple-flea-agent", checkpointing: false, ...options });
}
export type InngestClient = ReturnType<typeof createInngest>;
