import { useId, useState } from "react";
import type { Candidate, UnknownIntent } from "../../../db/read/unknown";
import { FieldError, Field } from "../ui/field";
import { Money } from "./money";
import { Time } from "./moment";

/** What each choice means for the money, by action. */
const consequences: Record<
  UnknownIntent["action"],
  { happened: string; again: string; asksId: boolean; idHint: string }
> = {
  order: {
    happened: "The order is looked up at Purple Flea and recorded under its id. The next alert may trade.",
    again: "The same order is sent once more, at market now, under the same key.",
    asksId: true,
    idHint: "Purple Flea's order id, such as ord_1a2b3c",
  },
  "escrow-create": {
    happened:
      "The escrow is looked up at Purple Flea and goes on from there: it can be approved or rejected.",
    again:
      "The escrow is asked for once more under the same key. If the first one exists after all, the amount is locked twice.",
    asksId: true,
    idHint: "Purple Flea's escrow id, such as pfe_1a2b3c",
  },
  "escrow-release": {
    happened: "The escrow is read at Purple Flea, and recorded as it ended there.",
    again:
      "The escrow is read first; only while Purple Flea calls it locked is it released, under the same key.",
    asksId: false,
    idHint: "",
  },
  "escrow-cancel": {
    happened: "The escrow is read at Purple Flea, and recorded as it ended there.",
    again:
      "The escrow is read first; only while Purple Flea calls it locked is it cancelled, under the same key.",
    asksId: false,
    idHint: "",
  },
  bet: {
    happened: "The bet is looked up at Purple Flea; it must carry our client seed.",
    again:
      "The same stake is bet once more under the same key. If the first bet exists after all, it is bet twice.",
    asksId: true,
    idHint: "Purple Flea's bet id, such as pfb_1a2b3c",
  },
  claim: {
    happened: "It is recorded as claimed. The amount stays unknown until a webhook or the books tell it.",
    again: "It is claimed once more. The faucet refuses a second claim of a day.",
    asksId: false,
    idHint: "",
  },
};

/** The three answers to "what became of it", each with its consequence in words. */
export function OutcomeChoices({
  intent,
  candidates,
  dayIsOver,
  values,
  fields,
}: {
  intent: UnknownIntent;
  candidates: Candidate[];
  dayIsOver: boolean;
  values: Partial<Record<string, string>>;
  fields: Partial<Record<string, string>>;
}) {
  const id = useId();
  const says = consequences[intent.action];
  const [remoteId, setRemoteId] = useState(values.remote_id ?? "");
  const ending = intent.action === "escrow-release" || intent.action === "escrow-cancel";
  const radio = (value: string) => ({
    className: "check",
    type: "radio",
    name: "choice",
    value,
    defaultChecked: values.choice === value,
    "aria-describedby": `${id}-${value}`,
  });
  return (
    <fieldset className="field" aria-describedby={fields.choice ? `${id}-error` : undefined}>
      <legend>Your decision</legend>
      {fields.choice && <FieldError id={`${id}-error`}>{fields.choice}</FieldError>}
      <div className="grid gap-4">
        <div className="grid gap-2">
          <label className="inline-flex items-center gap-2">
            <input {...radio("happened")} />
            It happened
          </label>
          <p id={`${id}-happened`} className="text-text-muted">
            {says.happened} An id that belongs to another row is refused.
          </p>
          {candidates.length > 0 && (
            <ul className="list-none p-0 m-0 grid gap-1">
              {candidates.map((one) => (
                <li key={one.remoteId} className="flex flex-wrap gap-2 items-center">
                  <span className="mono">{one.remoteId}</span>
                  <span className="text-text-muted">
                    reported <Time ms={one.at} />, {one.words}; nothing here answers to it
                  </span>
                  <button type="button" className="btn" onClick={() => setRemoteId(one.remoteId)}>
                    Use this id<span className="sr"> {one.remoteId}</span>
                  </button>
                </li>
              ))}
            </ul>
          )}
          {says.asksId && (
            <>
              <input type="hidden" name="needs_id" value="1" />
              <Field
                label="Purple Flea's id"
                name="remote_id"
                hint={says.idHint}
                value={remoteId}
                onChange={(event) => setRemoteId(event.target.value)}
                error={fields.remote_id}
              />
            </>
          )}
        </div>
        <div className="grid gap-2">
          <label className="inline-flex items-center gap-2">
            <input {...radio("not-happened")} />
            It did not happen
          </label>
          <p id={`${id}-not-happened`} className="text-text-muted">
            {dayIsOver
              ? "It is recorded as not claimed. Its day is over, so nothing is sent."
              : ending
                ? says.again
                : "It is recorded as not done and holds nothing any more, unless it is done again."}
          </p>
          {dayIsOver ? null : ending ? (
            <input type="hidden" name="again" value="on" />
          ) : (
            <label className="inline-flex items-start gap-2">
              <input
                className="check"
                type="checkbox"
                name="again"
                defaultChecked={values.choice ? values.again === "on" : true}
              />
              <span>
                Do it again: {says.again}
                {intent.amountMicro > 0n && (
                  <>
                    {" "}
                    It moves <Money micro={intent.amountMicro} unit />.
                  </>
                )}
              </span>
            </label>
          )}
        </div>
        <div className="grid gap-2">
          <label className="inline-flex items-center gap-2">
            <input {...radio("left")} />
            Leave it
          </label>
          <p id={`${id}-left`} className="text-text-muted">
            It stays unknown with your name and the reason, and leaves the urgent list.{" "}
            {intent.lock === "order"
              ? "It goes on holding the trade lock: no other order is sent."
              : "Its amount goes on counting as spent."}
          </p>
        </div>
      </div>
    </fieldset>
  );
}
