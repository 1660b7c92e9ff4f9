import { Link } from "@remix-run/react";
import type { ReactNode } from "react";
import type { Receipt as ReceiptData } from "../../../db/read/escrows";
import { commandLook, type CommandState } from "../../../domain/command-states";
import { shorten } from "../../lib/money";
import { meaningOfUnsent, whyNotSent } from "../../lib/sending-words";
import { formatWait } from "../../lib/time";
import { Icon } from "../ui/icon";
import { Attempt, PutOff } from "./attempt";
import { Time, useNow } from "./moment";
import { Said } from "./said-text";
import { Section } from "./section";
import { runPath } from "../../lib/paths";

type HopState = "done" | "waiting" | "todo" | "failed" | "skipped" | "unknown";
interface Hop {
  title: string;
  state: HopState;
  at: number | null;
  note: ReactNode;
}
const hopIcon: Record<HopState, string> = {
  done: "circle-check",
  waiting: "hourglass",
  todo: "circle-dashed",
  failed: "circle-x",
  skipped: "circle-minus",
  unknown: "circle-question-mark",
};

export const stateOf = (receipt: ReceiptData): CommandState =>
  receipt.answer?.state ?? receipt.sending ?? "queued";

function sendingHop(receipt: ReceiptData): Hop {
  const { sending, trouble } = receipt;
  const why = trouble && whyNotSent(trouble);
  if (receipt.answer && sending !== "sent")
    return {
      title: "Read from the record",
      state: "done",
      at: receipt.ranAt,
      note: "Its event was not sent; a sync acted on what is on record.",
    };
  if (sending === "parked")
    return {
      title: "Not sent",
      state: "failed",
      at: receipt.parkedAt,
      note: (
        <>
          {why && <Said text={why} />} {meaningOfUnsent(receipt.eventName)} It is not tried again by itself:{" "}
          <Link to="/outbox">send it again from the outbox</Link>.
        </>
      ),
    };
  if (sending === "queued")
    return {
      title: "Queued, not sent yet",
      state: "waiting",
      at: null,
      note: why ? (
        <>
          <Said text={why} /> It is on disk, is tried again by itself and takes effect once.
        </>
      ) : (
        "It is on disk and leaves in a moment."
      ),
    };
  return {
    title: "Event accepted",
    state: "done",
    at: receipt.sentAt,
    note: receipt.engineEventId && <span className="mono">{receipt.engineEventId}</span>,
  };
}

function lastHop(receipt: ReceiptData, waitsFor: ReactNode, now: number): Hop {
  const { answer, retry, intent, putOff } = receipt;
  if (answer === null)
    return {
      title: "Mirror agrees",
      state: "waiting",
      at: null,
      note: putOff ? (
        <PutOff reason={putOff.reason} retryAt={putOff.at} now={now} />
      ) : retry ? (
        <Attempt retry={retry} intent={intent} />
      ) : (
        waitsFor
      ),
    };
  const state = { confirmed: "done", failed: "failed", skipped: "skipped", unknown: "unknown" } as const;
  return {
    title: answer.state === "confirmed" ? "Mirror agrees" : commandLook[answer.state].label,
    state: state[answer.state],
    at: answer.at,
    note: <Said text={shorten(answer.message)} />,
  };
}

/** The four hops in order. The first that is not made, or failed before the last, is open; what comes after it has not begun. */
function hopsOf(receipt: ReceiptData, waitsFor: ReactNode, now: number): Hop[] {
  const hops: Hop[] = [
    {
      title: "Clicked",
      state: "done",
      at: receipt.clickedAt,
      note: (
        <>
          <Said text={receipt.by} />
          {receipt.reason && (
            <>
              , <Said quoted text={receipt.reason} />
            </>
          )}
        </>
      ),
    },
    sendingHop(receipt),
    {
      title: "Function ran",
      state: receipt.ranAt === null ? "waiting" : "done",
      at: receipt.ranAt,
      note: receipt.runId && receipt.ranAt !== null && (
        <Link to={runPath(receipt.runId)}>{receipt.functionId ?? "Open the run"}</Link>
      ),
    },
    lastHop(receipt, waitsFor, now),
  ];
  const open = hops.findIndex(
    (hop, index) => hop.state === "waiting" || (index === 1 && hop.state === "failed"),
  );
  return hops.map((hop, index) =>
    open === -1 || index <= open ? hop : { ...hop, state: "todo", at: null, note: null },
  );
}

/** The four hops of a command, each with its time; the one that is open is named, with how long it has been waiting. */
export function Receipt({ receipt, waitsFor }: { receipt: ReceiptData; waitsFor?: ReactNode }) {
  const { now } = useNow();
  const hops = hopsOf(receipt, waitsFor, now);
  const done = hops.filter((hop) => hop.state === "done").length;
  const look = commandLook[stateOf(receipt)];
  return (
    <Section title="Receipt" end={`${done} of 4 hops confirmed`}>
      <p className="sr" role="status">
        {look.label}: {look.meaning}
      </p>
      <ol className="hops" aria-label="Four hops">
        {hops.map((hop, index) => (
          <li key={index} data-state={hop.state}>
            <p className="h">
              <Icon name={hopIcon[hop.state]} size={16} />
              {hop.title}
            </p>
            <p className="t">
              {hop.at !== null ? (
                <Time ms={hop.at} focusable />
              ) : hop.state === "waiting" ? (
                `waiting ${formatWait(now - (hops[index - 1]?.at ?? now))}`
              ) : (
                "not yet"
              )}
            </p>
            {hop.note && <p className="d">{hop.note}</p>}
          </li>
        ))}
      </ol>
    </Section>
  );
}
