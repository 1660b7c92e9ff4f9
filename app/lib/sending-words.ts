import type { SendTrouble } from "../../db/read/outbox";
import { sendFailureWords } from "../../domain/sending";
import type * as events from "../../inngest/events";

/** Why an event was not sent, as a sentence, with what the engine said to it. */
export const whyNotSent = ({ failure, said }: SendTrouble): string =>
  `${sendFailureWords[failure]}${said ? ` (${said})` : ""}.`;

const DECIDED =
  "the money stays where it is for now. The decision is on record: a sync that finds that no run has read it for a minute carries it out, once.";
/** The names of all events; their schemas stay on the server. */
type EventName = {
  [K in keyof typeof events]: (typeof events)[K] extends { name: infer N extends string } ? N : never;
}[keyof typeof events];
const byName = {
  "purple-flea/escrow.confirmed": `Nothing was released by it; ${DECIDED}`,
  "purple-flea/escrow.rejected": `Nothing was refunded by it; ${DECIDED}`,
  "purple-flea/escrow.created": "No escrow was made and no money is locked.",
  "purple-flea/price.alert": "No order was placed and no money moved.",
  "purple-flea/bet.requested": "No bet was placed and no money moved.",
  "purple-flea/faucet.claim.requested": "Nothing was claimed.",
  "purple-flea/webhook.received":
    "What Purple Flea told is kept and not in the mirror yet: a balance or a status may be out of date until it is sent or a sync takes it up.",
} satisfies Partial<Record<EventName, string>>;
const meanings = new Map(Object.entries(byName));

/** What it means for the money that an event was not sent. */
export const meaningOfUnsent = (eventName: string | null): string =>
  (eventName && meanings.get(eventName)) || "Nothing that it asks for has happened.";
