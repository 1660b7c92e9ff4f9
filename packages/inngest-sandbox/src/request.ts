import type { Context } from "./context";
import { memoOf } from "./memo";
import type { FunctionConfig } from "./registration";
import { signText } from "./signature";
import { eventsOf, type QueueRow, type RunRow } from "./store";

/** Above this the app is told to fetch events and steps itself. */
const MAX_BODY_BYTES = 4 * 1_024 * 1_024;
/** As much as a run's events and results may come to. */
export const MAX_STATE_BYTES = 32 * 1_024 * 1_024;

/**
 * The request of one call, as canonical JSON: put together from texts that are canonical already. Null when the run has
 * grown too large to be called.
 */
export function bodyOf(ctx: Context, run: RunRow, fn: FunctionConfig, item: QueueRow): string | null {
  const { steps, order } = memoOf(ctx, run.id);
  const body = (useApi: boolean) =>
    `{"ctx":{"attempt":${item.attempt},"disable_immediate_execution":${run.plan === 1},"env":"","generation_id":1,"max_attempts":${fn.maxAttempts},"run_id":"${run.id}","stack":{"current":${item.current},"stack":${JSON.stringify(order)}},"step_id":"step","use_api":${useApi}},"defers":{},"event":${run.trigger},"events":${useApi ? "[]" : eventsOf(run)},"steps":${useApi ? "{}" : steps},"use_api":${useApi},"version":${run.req_version}}`;
  const whole = body(false);
  const bytes = whole.length <= MAX_BODY_BYTES / 3 ? 0 : Buffer.byteLength(whole);
  if (bytes > MAX_STATE_BYTES) return null;
  return bytes > MAX_BODY_BYTES ? body(true) : whole;
}

export function addressOf(fn: FunctionConfig, item: QueueRow): URL {
  const url = new URL(fn.url);
  url.searchParams.set("fnId", fn.id);
  url.searchParams.set("stepId", item.step_id);
  return url;
}

/** The headers of one call. The server's kind is said only where keys are in use, as recorded. */
export function headersOf(
  ctx: Context,
  run: RunRow,
  item: QueueRow,
  body: string,
  unixSeconds: number,
): Record<string, string> {
  const [key] = ctx.signingKeys;
  return {
    "content-type": "application/json",
    "user-agent": "Inngest",
    "x-run-id": run.id,
    "x-request-id": `${item.id}:${item.attempt}`,
    "x-inngest-job-id": item.id,
    "x-inngest-step-id": item.step_id,
    "x-inngest-req-version": String(run.req_version),
    "x-inngest-generation-id": "1",
    ...(run.plan === 1 && { "x-inngest-force-step-plan": "true" }),
    ...(key && {
      "x-inngest-server-kind": "cloud",
      "x-inngest-signature": signText(key, body, unixSeconds),
    }),
  };
}
