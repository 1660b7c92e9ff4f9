/** Who ended an escrow: an operator, whose name stands beside it, or what stands in the place of one. */
export const enders = ["operator", "counterparty", "time-out", "purple-flea"] as const;
export type Ender = (typeof enders)[number];
export interface EndedBy {
  kind: Ender;
  /** As people read it. */
  name: string;
}

/** Those that are nobody's name. */
export const endedByItself: Record<Exclude<Ender, "operator">, EndedBy> = {
  counterparty: { kind: "counterparty", name: "counterparty" },
  "time-out": { kind: "time-out", name: "time-out" },
  "purple-flea": { kind: "purple-flea", name: "Purple Flea" },
};
