/** Why an event did not get to the event engine. The first four are about the engine, the others about this one event. */
export const sendFailures = [
  "no-answer",
  "busy",
  "key",
  "not-the-engine",
  "refused",
  "too-large",
  "unwritable",
] as const;
export type SendFailure = (typeof sendFailures)[number];

/** So many refusals of one event, and it is parked: it is not tried again until an operator says so. */
export const PARK_AFTER = 8;
/** The longest time between two tries, ms. */
export const MAX_SEND_WAIT_MS = 30_000;

/** True where sending the event once more cannot help by itself. Anything else waits for the engine, for days if need be. */
export function isAboutEvent(failure: SendFailure): boolean {
  return failure === "refused" || failure === "too-large" || failure === "unwritable";
}

/** As the first words of a sentence. What the engine said itself stands in the row. */
export const sendFailureWords: Record<SendFailure, string> = {
  "no-answer": "The event engine does not answer",
  busy: "The event engine takes no events just now",
  key: "The event engine does not accept our event key",
  "not-the-engine": "Something other than the event engine answers at its address",
  refused: "The event engine refused this event",
  "too-large": "The event engine refused this event as too large",
  unwritable: "This event cannot be written as JSON",
};
