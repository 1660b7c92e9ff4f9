/** Maps the spellings of a status to ours; anything else is "unknown" and its text is kept beside it. */
function statusMap<const S extends string>(spellings: Record<string, S>) {
  const known = new Map(Object.entries(spellings));
  return (raw: string): S | "unknown" =>
    known.get(raw.trim().toLowerCase().replace(/[\s-]/g, "_")) ?? "unknown";
}

/** `completed`: the counterparty says it is done, the money is still locked. [docs] */
export const readEscrowStatus = statusMap({
  funded: "locked",
  locked: "locked",
  active: "locked",
  completed: "completed",
  confirmed: "completed",
  released: "released",
  refunded: "refunded",
  cancelled: "refunded",
  canceled: "refunded",
  disputed: "disputed",
});
export type RemoteEscrowStatus = ReturnType<typeof readEscrowStatus>;

/** [docs] */
export const readOrderStatus = statusMap({
  pending: "open",
  new: "open",
  accepted: "open",
  open: "open",
  partially_filled: "open",
  filled: "filled",
  executed: "filled",
  closed: "closed",
  liquidated: "liquidated",
  rejected: "rejected",
  failed: "rejected",
  cancelled: "rejected",
  canceled: "rejected",
});
export type RemoteOrderStatus = ReturnType<typeof readOrderStatus>;

/** [docs] */
export const readBetOutcome = statusMap({
  win: "won",
  won: "won",
  loss: "lost",
  lose: "lost",
  lost: "lost",
  pending: "pending",
});
export type RemoteBetOutcome = ReturnType<typeof readBetOutcome>;
