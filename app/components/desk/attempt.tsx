import { intentMoney, NOTHING_SENT, type IntentStatus } from "../../../domain/intents";
import { Time } from "./moment";
import { Said } from "./said-text";

/** Which attempt comes next, of how many, when, and what is known of the money meanwhile: from the call's own record. */
export function Attempt({
  retry,
  intent,
}: {
  retry: { attempt: number; of: number | null; at: number | null };
  intent: IntentStatus | null;
}) {
  return (
    <>
      Attempt {retry.attempt}
      {retry.of === null ? "" : ` of ${retry.of}`}
      {retry.at !== null && (
        <>
          {" "}
          at <Time ms={retry.at} />
        </>
      )}
      . {intent === null ? NOTHING_SENT : intentMoney[intent]}.
    </>
  );
}

/** Why an end came to nothing, and when it is tried again. `retryAt` in ms. */
export function PutOff({ reason, retryAt, now }: { reason: string | null; retryAt: number; now: number }) {
  return (
    <>
      {reason === null ? "It is not done yet" : <Said text={reason} />}.{" "}
      {retryAt > now ? (
        <>
          It is tried again at <Time ms={retryAt} />.
        </>
      ) : (
        "It is tried again now."
      )}
    </>
  );
}
