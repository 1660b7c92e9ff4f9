import { Link } from "@remix-run/react";
import type { Pause } from "../../../db/read/pauses";
import type { Drift } from "../../../db/read/drift";
import type { UnknownIntent } from "../../../db/read/unknown";
import { parseIntentKey } from "../../../domain/keys";
import { ordersHeldBy, type AfterUnknown } from "../../../domain/after-unknown";
import { pauseLook } from "../../../domain/pauses";
import { Icon } from "../ui/icon";
import { Note } from "../ui/note";
import { Money } from "./money";
import { Time } from "./moment";
import { Said } from "./said-text";
import { unknownPath } from "../../lib/paths";

/** Says on every page what is paused. */
export function PauseBanner({ pauses, held }: { pauses: Pause[]; held: number }) {
  if (pauses.length === 0) return null;
  return (
    <aside aria-label="Paused" className="banner">
      <Icon name="circle-pause" size={16} />
      <p>
        <b>Paused: {pauses.map((pause) => pauseLook[pause.kind].label.toLowerCase()).join(", ")}.</b>{" "}
        {held > 0 ? `${held} held. ` : ""}
        <Link to="/controls">See what is held and what goes on</Link>
      </p>
    </aside>
  );
}

/** The difference between Purple Flea's balance and our books, in one line. */
function DriftNote({ drift }: { drift: Drift | null }) {
  if (!drift) return null;
  return (
    <Note
      tone={drift.explained ? "unknown" : "danger"}
      icon={drift.explained ? "circle-question-mark" : "scale"}
    >
      <b>
        <Money micro={drift.differenceMicro} unit six /> {drift.explained ? "not settled" : "unexplained"}{" "}
        since <Time ms={drift.since} />
      </b>
      <p>
        By so much Purple Flea’s balance and our books differed when they were last compared,{" "}
        <Time ms={drift.seenAt} />.{" "}
        {drift.explained
          ? "Calls without an answer can make it up. "
          : "Nothing over the limit is approved until it is explained or accepted. "}
        <Link to="/balances#drift">See the rows that may explain it</Link>
      </p>
    </Note>
  );
}

/** What an unknown call holds, also when somebody left it as it is: never out of sight. */
function LeftNote({ left, afterUnknown }: { left: UnknownIntent[]; afterUnknown: AfterUnknown }) {
  if (left.length === 0) return null;
  const holding = left.flatMap(({ action, asset, subjectRef }) => {
    const held = action === "order" ? ordersHeldBy(asset, afterUnknown) : null;
    return held ? [`${subjectRef} holds ${held}`] : [];
  });
  return (
    <Note tone="unknown" icon="circle-question-mark">
      <b>
        {left.length} {left.length === 1 ? "unknown outcome was" : "unknown outcomes were"} left as{" "}
        {left.length === 1 ? "it is" : "they are"}.
      </b>
      <p>
        {holding.length > 0 && (
          <>
            <Said text={holding.join("; ")} />: none is sent.{" "}
          </>
        )}
        <Link to="/unknown">Unknown outcomes</Link>
      </p>
    </Note>
  );
}

/** What stands in the way and must not be out of sight. */
export function StandingNotes({
  drift,
  left,
  afterUnknown,
}: {
  drift: Drift | null;
  left: UnknownIntent[];
  afterUnknown: AfterUnknown;
}) {
  if (!drift && left.length === 0) return null;
  return (
    <div className="grid gap-3 pb-6">
      <DriftNote drift={drift} />
      <LeftNote left={left} afterUnknown={afterUnknown} />
    </div>
  );
}

/** The way from a row to the decision about its unknown call. The end of an escrow can be asked for, and is, by itself. */
export function UnknownNote({ intentKey, what }: { intentKey: string; what: string }) {
  const isAsked = parseIntentKey(intentKey)?.of === "escrow-end";
  return (
    <Note tone="unknown" icon="circle-question-mark">
      <b>{what} no answer came.</b>
      <p>
        {isAsked ? "It is being reconciled with Purple Flea. " : "It is never repeated by itself. "}
        <Link to={unknownPath(intentKey)}>Settle its outcome</Link>
      </p>
    </Note>
  );
}
