/** What record-webhook made of a webhook. */
export const webhookOutcomes = ["applied", "older", "unmatched", "unknown-type", "unreadable"] as const;
export type WebhookOutcome = (typeof webhookOutcomes)[number];
