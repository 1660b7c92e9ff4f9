import { z } from "zod";
import type { CallResult } from "./protocol";

/*
 * Results of steps are kept by the engine and read by whatever build goes on with the run: those of this build, and those of
 * builds that named what was done, and the noes, by the action.
 */
const retryAt = z.number().optional();
const results = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("busy"),
    heldBy: z.string().default("another"),
    why: z.string().optional(),
    lost: z.boolean().optional(),
  }),
  z.object({ kind: z.literal("held"), reason: z.string(), until: z.number().optional() }),
  z.object({ kind: z.literal("skipped"), reason: z.string() }),
  z.object({ kind: z.literal("rejected"), reason: z.string(), retry_at: retryAt }),
  z.object({ kind: z.literal("given-up"), reason: z.string(), retry_at: retryAt }),
  z.object({ kind: z.literal("unknown"), reason: z.string(), key: z.string().optional() }),
]);

const earlierKinds = new Map([
  ["placed", "done"],
  ["created", "done"],
  ["claimed", "done"],
  ["released", "done"],
  ["cancelled", "done"],
  ["refused", "rejected"],
  ["not-claimed", "skipped"],
  ["lost", "unknown"],
  ["not-placed", "given-up"],
  ["over", "given-up"],
]);
const wire = z.looseObject({
  kind: z.string().optional(),
  /** How an escrow's end was told. */
  status: z.string().optional(),
  /** How a bet's last attempt was told. */
  lost: z.boolean().optional(),
});

/**
 * Reads the result of a step.
 * @throws ZodError for what no build has written
 */
export function readResult<Summary extends object>(
  action: { retriesUnknown: boolean; summarySchema: z.ZodType<Summary> },
  raw: unknown,
): CallResult<Summary> {
  const { kind: named, ...rest } = wire.parse(fromBare(raw, action.retriesUnknown));
  const told = named ?? rest.status ?? (rest.lost ? "lost" : "not-placed");
  const kind = earlierKinds.get(told) ?? told;
  if (kind === "done") return { kind, ...action.summarySchema.parse(rest) };
  return results.parse({ reason: "recorded by an earlier build", ...rest, kind });
}

/** A claim's last attempt was told by its key, or null when it was not made; an escrow's end by null when it is unknown. */
function fromBare(raw: unknown, isEnd: boolean): unknown {
  if (raw === null) return { kind: isEnd ? "lost" : "not-placed" };
  return typeof raw === "string" ? { kind: "lost", key: raw } : raw;
}
