/** What became of a form. `values` is everything that was typed, so that nothing of it is lost. */
export type CommandResult =
  | { kind: "accepted" | "duplicate"; commandId: string }
  | { kind: "invalid"; fields: Record<string, string>; values: Record<string, string> }
  | { kind: "conflict"; message: string; changes?: { field: string; was: string; now: string }[] };

/** What a form shows of a result: a message a field, and what was typed. */
export function complaintsOf(result: CommandResult | undefined): {
  fields: Partial<Record<string, string>>;
  values: Partial<Record<string, string>>;
} {
  return result?.kind === "invalid" ? result : { fields: {}, values: {} };
}
