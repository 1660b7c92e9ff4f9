import { z } from "zod";
import type { Context } from "./context";
import { settleStep } from "./memo";
import { removeItem } from "./queue";
import type { QueueRow, RunRow } from "./store";

const requestSchema = z.object({
  url: z.string(),
  method: z.string().default("GET"),
  headers: z.record(z.string(), z.string()).nullish(),
  body: z.string().nullish(),
});
const HOP_BY_HOP = new Set(["connection", "keep-alive", "transfer-encoding", "upgrade"]);
const canonical = (name: string): string => name.replace(/(^|-)([a-z])/g, (all) => all.toUpperCase());

/** `step.fetch`: the engine itself makes the HTTP request and stores the answer. */
export async function performFetch(ctx: Context, item: QueueRow): Promise<void> {
  const request = requestSchema.parse(JSON.parse(item.payload ?? "{}"));
  let value: unknown;
  try {
    const response = await ctx.fetch(request.url, {
      method: request.method,
      headers: request.headers ?? {},
      body: request.body ?? undefined,
    });
    const headers = [...response.headers].filter(([name]) => !HOP_BY_HOP.has(name));
    value = {
      data: {
        url: request.url,
        status_code: response.status,
        headers: Object.fromEntries(headers.map(([name, text]) => [canonical(name), text])),
        body: await response.text(),
      },
    };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    value = { error: { error: `GatewayError: ${message}`, name: "GatewayError", message } };
  }
  ctx.store.transaction(() => {
    const run = ctx.store.get<RunRow>("select * from runs where id = ? and ended_at is null", item.run_id);
    removeItem(ctx, item.id);
    if (run) settleStep(ctx, run, item.step_id, value, { plan: item.plan === 1 });
  });
}
