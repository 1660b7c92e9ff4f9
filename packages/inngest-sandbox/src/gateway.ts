import { z } from "zod";
import type { Context } from "./context";
import type { Op } from "./reply";

const requestSchema = z.object({
  url: z.string(),
  method: z.string().default("GET"),
  headers: z.record(z.string(), z.string()).nullish(),
  body: z.string().nullish(),
});
const HOP_BY_HOP = new Set(["connection", "keep-alive", "transfer-encoding", "upgrade"]);
const canonicalName = (name: string): string => name.replace(/(^|-)([a-z])/g, (all) => all.toUpperCase());

/** What came of a request the engine made for a step, as the step is told it. */
export interface Fetched {
  stepId: string;
  value: { data: unknown } | { error: { error: string; name: string; message: string } };
}

/** `step.fetch`: the engine itself makes the HTTP request. Any status is an answer; only silence is a failure. */
export async function fetchFor(ctx: Context, op: Op): Promise<Fetched> {
  try {
    const request = requestSchema.parse(op.opts ?? {});
    const response = await ctx.fetch(request.url, {
      method: request.method,
      headers: request.headers ?? {},
      // As bytes: to a text `fetch` would add a content type that nobody asked for.
      body: typeof request.body === "string" ? Buffer.from(request.body) : undefined,
    });
    const headers = [...response.headers].filter(([name]) => !HOP_BY_HOP.has(name));
    const data = {
      url: request.url,
      status_code: response.status,
      headers: Object.fromEntries(headers.map(([name, text]) => [canonicalName(name), text])),
      body: await response.text(),
    };
    return { stepId: op.id, value: { data } };
  } catch (error) {
    const reason = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const message = `Error making gateway request: ${reason instanceof Error ? reason.message : String(reason)}`;
    const name = "GatewayError";
    return { stepId: op.id, value: { error: { error: `${name}: ${message}`, name, message } } };
  }
}
