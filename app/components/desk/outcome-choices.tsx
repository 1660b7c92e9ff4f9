import { useId, useState, type ReactNode } from "react";
import type { Candidate, UnknownIntent } from "../../../db/read/unknown";
import { FieldError, Field } from "../ui/field";
import { Money } from "./money";
import { Time } from "./moment";
import { Said } from "./said-text";
import { plainSaid } from "../../../domain/said-text";

/** What each choice means for the money, by action. */
const consequences: Record<
  UnknownIntent["action"],
  { happened: string; again: string; asksId: boolean; idHint: string }
> = {
  order: {
    happened: "The order is read at Purple Flea and recorded under its id. It holds no other order any more.",
    again:
      "The same order is sent once more, at market now, under the same key. If the first one exists after all, it is placed twice.",
    asksId: true,
    idHint: "Purple Flea's order id, such as ord_1a2b3c",
  },
  "escrow-create": {
    happened: "The escrow is read at Purple Flea and goes on from there: it can be approved or rejected.",
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
    happened: "The bet is read at Purple Flea; it must carry our client seed.",
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

/** One answer, what it means, and what it asks for. */
function Choice({
  value,
  title,
  means,
  chosen,
  children,
}: {
  value: string;
  title: string;
  means: string;
  chosen: boolean;
  children?: ReactNode;
}) {
  const id = useId();
  return (
    <div className="choice">
      <label>
        <input
          className="check"
          type="radio"
          name="choice"
          value={value}
          defaultChecked={chosen}
          aria-describedby={id}
        />
        {title}
      </label>
      <p id={id} className="text-text-muted">
        {means}
      </p>
      {children}
    </div>
  );
}

/** The three decisions about a call of unknown outcome, each with its consequence in words. */
export function OutcomeChoices({
  intent,
  ordersHeld,
  candidates,
  dayIsOver,
  values,
  fields,
}: {
  intent: UnknownIntent;
  /** The orders it holds, in words. */
  ordersHeld: string | null;
  candidates: Candidate[];
  dayIsOver: boolean;
  values: Partial<Record<string, string>>;
  fields: Partial<Record<string, string>>;
}) {
  const id = useId();
  const says = consequences[intent.action];
  const [remoteId, setRemoteId] = useState(values.remote_id ?? "");
  const ending = intent.action === "escrow-release" || intent.action === "escrow-cancel";
  const reported = candidates.length > 0;
  return (
    <fieldset className="field" aria-describedby={fields.choice ? `${id}-error` : undefined}>
      <legend>Your decision</legend>
      {fields.choice && <FieldError id={`${id}-error`}>{fields.choice}</FieldError>}
      <div className="choices">
        <Choice
          value="happened"
          title="It happened"
          means={`${says.happened} An id that belongs to another row is refused.`}
          chosen={values.choice === "happened"}
        >
          {reported && (
            <ul className="list-none p-0 m-0 grid gap-2">
              {candidates.map((one) => (
                <li
                  key={one.remoteId}
                  className="flex flex-wrap gap-x-3 gap-y-1 items-center justify-between"
                >
                  <span>
                    <span className="mono">
                      <Said text={one.remoteId} />
                    </span>
                    <span className="block text-text-muted">
                      reported <Time ms={one.at} />, <Said text={one.words} />; no row here has this id
                    </span>
                  </span>
                  <button type="button" className="btn" onClick={() => setRemoteId(one.remoteId)}>
                    Use this id<span className="sr"> {plainSaid(one.remoteId)}</span>
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
        </Choice>
        <Choice
          value="not-happened"
          title="It did not happen"
          means={
            dayIsOver
              ? "It is recorded as not claimed. Its day is over, so nothing is sent."
              : ending
                ? says.again
                : "It is recorded as not executed and holds nothing any more, unless it is done again."
          }
          chosen={values.choice === "not-happened"}
        >
          {!dayIsOver && ending && <input type="hidden" name="again" value="on" />}
          {!dayIsOver && !ending && (
            <label className="again">
              <input
                className="check"
                type="checkbox"
                name="again"
                // What was reported may be this very call: nobody sends it once more without meaning to.
                defaultChecked={values.choice ? values.again === "on" : !reported}
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
        </Choice>
        <Choice
          value="left"
          title="Leave it"
          means={`It stays unknown with your name and the reason, and leaves the urgent list. ${
            ordersHeld
              ? `Its amount stays reserved, and it goes on holding ${ordersHeld}.`
              : "Its amount stays reserved."
          }`}
          chosen={values.choice === "left"}
        />
      </div>
    </fieldset>
  );
}
