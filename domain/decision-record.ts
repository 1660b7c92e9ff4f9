/** What an escrow's decision asks Purple Flea for: the money to the payee, or back to the wallet. */
export type EscrowDecision = "release" | "cancel";

/**
 * What a row of the decision record says. `signed`: decided, or one more signature for it; `replaced`: another decision in
 * place of the one that stood; `withdrawn`: a signer takes the signature back; `undone`: taken back before it took effect.
 */
export const decisionKinds = ["signed", "withdrawn", "undone", "replaced"] as const;
export type DecisionKind = (typeof decisionKinds)[number];

/** Who decides: a person, or a rule that a person has set up. */
export type DeciderKind = "operator" | "rule";

/** After a row of these kinds a decision stands; after one of the others none does. */
export const standsAfter: Record<DecisionKind, boolean> = {
  signed: true,
  replaced: true,
  withdrawn: false,
  undone: false,
};
