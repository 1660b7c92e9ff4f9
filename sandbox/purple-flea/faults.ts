import { z } from "zod";

export const faultSchema = z.object({
  /** Which call, such as "escrow.release"; "*" for any. Webhooks: "webhook". */
  call: z.string().default("*"),
  kind: z.enum([
    "status",
    "delay",
    "drop-after",
    "drop-before",
    "invalid-body",
    "ignore-idempotency",
    "duplicate",
    "reorder",
    "away",
  ]),
  status: z.number().int().min(400).max(599).optional(),
  times: z.number().int().min(1).max(1_000).default(1),
  delay_ms: z.number().int().min(0).max(60_000).optional(),
  retry_after_s: z.number().int().min(0).optional(),
});
export type Fault = z.output<typeof faultSchema>;

/** Faults that wait for their call, in the order they were asked for. */
export function openFaults() {
  let list: Fault[] = [];
  return {
    add: (fault: Fault) => void list.push({ ...fault }),
    list: () => list,
    clear: () => void (list = []),
    /** Takes one use of the first fault meant for this call. */
    take(call: string, kinds?: Fault["kind"][]): Fault | null {
      const found = list.find(
        (fault) => (fault.call === call || fault.call === "*") && (!kinds || kinds.includes(fault.kind)),
      );
      if (!found) return null;
      found.times--;
      list = list.filter((fault) => fault.times > 0);
      return found;
    },
  };
}
