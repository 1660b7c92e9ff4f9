/** What an operator may ask for. */
export const commandKinds = [
  "approve-escrow",
  "reject-escrow",
  "create-escrow",
  "send-price-alert",
  "claim-faucet",
  "place-bet",
  "sync-now",
  "settle-unknown",
  "pause-actions",
  "resume-actions",
  "accept-drift",
  "send-again",
] as const;
export type CommandKind = (typeof commandKinds)[number];
