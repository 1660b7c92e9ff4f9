import { eventType } from "inngest";
import { z } from "zod";
import { isAddress, isReference } from "../domain/ids";
import { MoneyFormatError, usdcFromWire } from "../domain/money";
import { pauseKinds } from "../domain/pauses";

/*
 * Every event, its data and who sends it. The purple-flea/price.alert, trade.trigger, escrow.created and escrow.confirmed
 * shapes are those of Purple Flea's published Inngest guide and are accepted as they are.
 */
const reference = z.string().refine(isReference, "letters, digits, . _ : and - only, 80 at most");
const address = z.string().refine(isAddress, "0x and 4 to 64 hexadecimal digits");
/** A positive USDC amount as a JSON number or a decimal string, at most six places. */
const amount = z.union([z.number(), z.string()]).refine((value) => {
  try {
    return usdcFromWire(value) > 0n;
  } catch (error) {
    if (error instanceof MoneyFormatError) return false;
    throw error;
  }
}, "a positive amount with at most 6 decimal places");
/**
 * Whatever a feed sends: an alert that cannot be read is put on record as refused by the function, which the SDK would not start
 * for data that its schema refuses. `readAlert` in domain/price-alert.ts reads it; nothing may be taken from it before.
 */
const alertData = z.custom<Record<string, unknown>>();

/** Sent by price feeds, exchanges' webhooks, crons, the operator. The event's id is the alert's id. */
export const priceAlert = eventType("purple-flea/price.alert", { schema: alertData });
/** The guide's other way to start a trade. */
export const tradeTrigger = eventType("purple-flea/trade.trigger", { schema: alertData });

/** What is asked for with an escrow. `escrow_id` is the operator's reference. */
export const escrowRequest = z.object({
  escrow_id: reference,
  amount_usdc: amount,
  counterparty: address,
  description: z.string().max(200).optional(),
});
/** Sent by the buyer or the operator. */
export const escrowCreated = eventType("purple-flea/escrow.created", { schema: escrowRequest });
/** Sent by the operator's approval, by record-webhook, or by anybody who holds an event key: a hint, not a proof. */
export const escrowConfirmed = eventType("purple-flea/escrow.confirmed", {
  schema: z.object({
    escrow_id: reference,
    confirmed_by: z.string().max(120),
    confirmed_at: z.string().max(40),
  }),
});
/** Sent by the operator's rejection. */
export const escrowRejected = eventType("purple-flea/escrow.rejected", {
  schema: z.object({ escrow_id: reference, rejected_by: z.string().max(120), reason: z.string().max(500) }),
});

/** Sent by record-confirmation once it has recorded what came: the escrow's run waits for it, and reads the record. */
export const escrowDecisionRecorded = eventType("purple-flea/escrow.decision.recorded", {
  schema: z.object({ escrow_id: reference }),
});

/** Sent by the operator. */
export const faucetClaimRequested = eventType("purple-flea/faucet.claim.requested", {
  schema: z.object({ requested_by: z.string().max(120).optional() }),
});
/** What is asked for with a bet; a schedule's tick has none of it. */
export const betRequest = z.object({
  game: z.literal("coin_flip"),
  side: z.enum(["heads", "tails"]),
  stake_usdc: amount,
  requested_by: z.string().max(120).optional(),
});
/** Sent by the operator. */
export const betRequested = eventType("purple-flea/bet.requested", { schema: betRequest });

/** Sent by resume-held for an alert that came while trading was paused: it is resumed under its own id. */
export const alertResumed = eventType("purple-flea/alert.resumed", {
  schema: z.object({ alert_id: z.string().max(1_000) }),
});
/** Starts a run that resumes an escrow whose run is orphaned or does not listen, and one whose outcome became known. */
export const escrowResumed = eventType("purple-flea/escrow.resumed", {
  schema: z.object({ escrow_id: reference }),
});

/** Sent by the webhook edge once the envelope is verified and stored. */
export const webhookReceived = eventType("purple-flea/webhook.received", {
  schema: z.object({ webhook_id: z.string().max(200) }),
});
/** Sent by the operator and, on its own, by the schedule. */
export const syncRequested = eventType("purple-flea/sync.requested", {
  schema: z.object({ requested_by: z.string().max(120).optional() }),
});
/** Sent by functions after a call whose outcome is not known; asks to reconcile it. */
export const outcomeUnknown = eventType("purple-flea/outcome.unknown", {
  schema: z.object({ intent_key: z.string().max(1_000) }),
});
/** Sent by an operator's decision about an unknown outcome. What was decided is read from the command on record. */
export const outcomeDecided = eventType("purple-flea/outcome.decided", {
  schema: z.object({ intent_key: z.string().max(1_000) }),
});
const kinds = z.object({ kinds: z.array(z.enum(pauseKinds)) });
/** Sent when an operator has paused kinds of action; the pause itself stands at the desk before that. */
export const actionsPaused = eventType("purple-flea/actions.paused", { schema: kinds });
/** Sent when an operator has lifted pauses: what was held goes on. */
export const actionsResumed = eventType("purple-flea/actions.resumed", { schema: kinds });
/** Sent when an operator takes a difference between Purple Flea's balance and our books as it is. */
export const driftAccepted = eventType("purple-flea/drift.accepted", {
  schema: z.object({ drift_id: z.string().max(80) }),
});

/** Ids that are not a command's own ULID: the event's last word and the business id, so that a repeat is the same event. */
export function eventIdFor(eventName: string, businessId: string): string {
  return `${eventName.replace("purple-flea/", "")}-${businessId}`;
}
