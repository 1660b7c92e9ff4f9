import type { SendTrouble } from "../../db/read/outbox";
import { sendFailureWords } from "../../domain/sending";
import {
  betRequested,
  escrowConfirmed,
  escrowCreated,
  escrowRejected,
  faucetClaimRequested,
  priceAlert,
  webhookReceived,
} from "../../inngest/events";

/** Why an event was not sent, as a sentence, with what the engine said to it. */
export const whyNotSent = ({ failure, said }: SendTrouble): string =>
  `${sendFailureWords[failure]}${said ? ` (${said})` : ""}.`;

const DECIDED =
  "the money stays where it is for now. The decision is on record: a sync that finds it unheard for 10 minutes carries it out, and it is carried out once.";
const meanings: Record<string, string> = {
  [escrowConfirmed.name]: `Nothing was released by it; ${DECIDED}`,
  [escrowRejected.name]: `Nothing was refunded by it; ${DECIDED}`,
  [escrowCreated.name]: "No escrow was made and no money is locked.",
  [priceAlert.name]: "No order was placed and no money moved.",
  [betRequested.name]: "No bet was placed and no money moved.",
  [faucetClaimRequested.name]: "Nothing was claimed.",
  [webhookReceived.name]:
    "What Purple Flea told is kept and not in the mirror yet: a balance or a status may be out of date until it is sent or a sync takes it up.",
};

/** What it means for the money that an event was not sent. */
export const meaningOfUnsent = (eventName: string | null): string =>
  (eventName && meanings[eventName]) || "Nothing that it asks for has happened.";
