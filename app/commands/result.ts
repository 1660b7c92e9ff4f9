/** What became of a form. `values` is everything that was typed, so that nothing of it is lost. */
export type CommandResult =
  | { kind: "accepted" | "duplicate"; commandId: string }
  | { kind: "invalid"; fields: Record<string, string>; values: Record<string, string> }
  | { kind: "conflict"; message: string; changes?: { field: string; was: string; now: string }[] }
  /** The kind of action is paused. */
  | { kind: "paused"; message: string };

/** The HTTP status a refusal is answered with. */
export function statusOf(result: CommandResult): number {
  switch (result.kind) {
    case "accepted":
    case "duplicate":
      return 200;
    case "invalid":
      return 422;
    case "conflict":
      return 409;
    case "paused":
      return 423;
    default:
      return result satisfies never;
  }
}

/** What a form shows of a result: a message a field, and what was typed. */
export function complaintsOf(result: CommandResult | undefined): {
  fields: Partial<Record<string, string>>;
  values: Partial<Record<string, string>>;
} {
  return result?.kind === "invalid" ? result : { fields: {}, values: {} };
}
