import type { FunctionConfig } from "./registration";
import type { Store } from "./store";

/** What the engine's parts share. */
export interface Context {
  store: Store;
  now(): number;
  random(): number;
  newId(): string;
  functions: Map<string, FunctionConfig>;
  fetch: typeof fetch;
  signingKey?: string;
  retryIntervalMs?: number;
  /** Whether a planned sendEvent of this run is under way. */
  isSending(runId: string): boolean;
  /** New work is on the queue. */
  wake(): void;
  log(message: string): void;
}
