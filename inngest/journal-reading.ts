import { z } from "zod";

/** What the engine's call says, as far as the journal needs it. */
export const callSchema = z.object({
  event: z.object({
    id: z.string().optional(),
    name: z.string(),
    data: z.unknown().optional(),
    ts: z.number().optional(),
  }),
  steps: z.record(z.string(), z.unknown()).default({}),
  ctx: z.object({ run_id: z.string(), attempt: z.number().default(0), max_attempts: z.number().nullish() }),
});

const opsSchema = z.array(
  z.object({
    id: z.string(),
    op: z.string(),
    name: z.string().nullish(),
    displayName: z.string().nullish(),
    data: z.unknown().optional(),
    error: z.object({ message: z.string() }).nullish().catch(null),
    opts: z
      .object({
        timeout: z.string().optional(),
        if: z.string().optional(),
        event: z.string().optional(),
        signal: z.string().optional(),
        duration: z.string().optional(),
        function_id: z.string().optional(),
        payload: z.object({ data: z.unknown().optional() }).optional(),
      })
      .nullish()
      .catch(null),
  }),
);
const messageSchema = z.object({ message: z.string() });
const failedSchema = z.object({ error: messageSchema });
type Op = z.infer<typeof opsSchema>[number];

/** A step that takes time without running: what it waits for, and until when (ms; null when that is open). */
export interface Wait {
  id: string;
  name: string;
  kind: "sleep" | "waitForEvent" | "waitForSignal" | "invoke";
  waitsFor?: string;
  waitsUntil: number | null;
  input: unknown;
}

/** What a call was answered. */
export type Answer =
  | { kind: "completed"; output: unknown }
  | { kind: "failed"; message: string }
  | { kind: "retrying"; message: string | null }
  | { kind: "steps"; waits: Wait[]; ranSomething: boolean };

/** Reads what a function answered to one call; null for what is no answer of the SDK's. `now` in ms. */
export function readAnswer(
  response: { status: number; body: string; headers: Record<string, string> },
  now: number,
): Answer | null {
  const body = parse(response.body);
  if (response.status === 200) return { kind: "completed", output: body };
  if (response.status !== 206) {
    const said = messageSchema.safeParse(body);
    const message = said.success ? said.data.message : null;
    return response.headers["x-inngest-no-retry"] === "true"
      ? { kind: "failed", message: message ?? `answered ${response.status}` }
      : { kind: "retrying", message };
  }
  const ops = opsSchema.safeParse(body);
  if (!ops.success) return null;
  const complete = ops.data.find((op) => op.op === "RunComplete");
  if (complete) return { kind: "completed", output: complete.data };
  const error = ops.data.find((op) => op.op === "StepError");
  if (error) return { kind: "retrying", message: error.error?.message ?? null };
  return {
    kind: "steps",
    waits: ops.data.flatMap((op) => waitOf(op, now)),
    ranSomething: ops.data.some((op) => op.op.startsWith("Step")),
  };
}

function waitOf(op: Op, now: number): Wait[] {
  const base = { id: op.id, name: op.displayName ?? op.name ?? op.id };
  const timeout = momentOf(op.opts?.timeout, now);
  switch (op.op) {
    case "Sleep": {
      const until = momentOf(op.name ?? op.opts?.duration, now);
      return [{ ...base, kind: "sleep", waitsUntil: until, input: null }];
    }
    case "WaitForEvent": {
      const event = op.opts?.event ?? op.name ?? undefined;
      const input = { event, if: op.opts?.if, timeout: op.opts?.timeout };
      return [{ ...base, kind: "waitForEvent", waitsFor: event, waitsUntil: timeout, input }];
    }
    case "WaitForSignal":
      return [
        { ...base, kind: "waitForSignal", waitsFor: op.opts?.signal, waitsUntil: timeout, input: null },
      ];
    case "InvokeFunction": {
      const callee = op.opts?.function_id;
      const input = op.opts?.payload?.data ?? null;
      return [{ ...base, kind: "invoke", waitsFor: callee, waitsUntil: timeout, input }];
    }
    default:
      return [];
  }
}

/** The moment a normalised duration (1w, 6d23h59m) from now, or an ISO date, names, ms; null for anything else. */
function momentOf(text: string | null | undefined, now: number): number | null {
  if (!text) return null;
  const units: Record<string, number> = { w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 };
  if (/^(?:\d+[wdhms])+$/.test(text)) {
    return [...text.matchAll(/(\d+)([wdhms])/g)].reduce(
      (sum, [, amount, unit]) => sum + Number(amount) * (units[unit ?? ""] ?? 0),
      now,
    );
  }
  const date = Date.parse(text);
  return Number.isNaN(date) ? null : date;
}

/**
 * How a step ended, as the engine remembers it: an event or null for a wait, `{data}` or `{error}` for the others. Null for
 * a step that is to run again, with `{input}` an operator edited.
 */
export function readMemo(value: unknown): { output: unknown; error: string | null } | null {
  if (typeof value !== "object" || value === null) return { output: value, error: null };
  if ("name" in value) return { output: value, error: null };
  const failed = failedSchema.safeParse(value);
  if (failed.success) return { output: null, error: failed.data.error.message };
  if ("data" in value) return { output: value.data, error: null };
  return "input" in value ? null : { output: value, error: null };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
