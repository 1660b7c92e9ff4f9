/** What a story is about. */
export const subjectTypes = ["escrow", "trade", "bet", "claim"] as const;
export type SubjectType = (typeof subjectTypes)[number];

/**
 * What happened, in a word: with its subject it makes an entry's id, so that the same news is told once. Rows of earlier builds
 * carry words that are not in the list any more; they are only shown.
 */
export const timelineKinds = [
  // Of every money call.
  "intent",
  "placed",
  "locked",
  "settled",
  "claimed",
  "unknown",
  "refused",
  "found",
  "not-happened",
  "decided",
  "logged",
  // Of an escrow's end.
  "release-intent",
  "release-unknown",
  "release-refused",
  "release-failed",
  "release-not-happened",
  "cancel-intent",
  "cancel-unknown",
  "cancel-refused",
  "cancel-failed",
  "cancel-not-happened",
  "released",
  "refunded",
  "time-out",
  // Of its decision and its run.
  "approved",
  "rejected",
  "confirmed",
  "rejection-claimed",
  "held",
  "dropped",
  "create-unknown",
  "taken-over",
  "run-ended",
  // Told by a webhook, or read.
  "webhook-escrow.funded",
  "webhook-escrow.released",
  "webhook-escrow.refunded",
  "trade.filled",
  "position.opened",
  "position.closed",
  "position.liquidated",
] as const;
export type TimelineKind = (typeof timelineKinds)[number];
