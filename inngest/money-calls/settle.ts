import type { MirrorWriter } from "../../db/connection";
import { answerCommand, reviseAnswers, withdrawAnswer } from "../../db/mirror/answers";
import { getIntent, settleIntent, type Intent } from "../../db/mirror/intents";
import { tell } from "../../db/mirror/timeline";
import { decisionsAbout } from "../../db/read/decisions";
import type { IntentKey } from "../../domain/keys";
import { isFinal, type IntentStatus } from "../../domain/intents";
import type { ActionRequest, MoneyAction, Source, Told, Transition, TransitionKind } from "./protocol";

/** What the intent says when a transition is settled; a no after which its key may be sent again leaves it not executed. */
const statusAfter: Record<Exclude<TransitionKind, "reserved">, Exclude<IntentStatus, "open">> = {
  done: "done",
  found: "done",
  unknown: "unknown",
  "not-executed": "not_executed",
  rejected: "rejected",
  "given-up": "given_up",
  "found-missing": "given_up",
  skipped: "skipped",
};

/** Which call: its key and the reference of its row. */
export interface Call {
  key: IntentKey;
  ref: string;
}

/**
 * Writes what has become known of a call: intent, row, timeline and the receipt of who asked, with the words of `describe`. It is
 * the only writer of an outcome, inside the caller's transaction. Where as much was known already, no more than the row learns of it.
 */
export function settle<Request extends ActionRequest, Row, Value, Summary extends object>(
  tx: MirrorWriter,
  action: MoneyAction<Request, Row, Value, Summary>,
  { key, ref }: Call,
  transition: Transition<Value>,
  source: Source,
  now: number,
): void {
  const intent = getIntent(tx, key);
  const isExecuted = transition.kind === "done" || transition.kind === "found";
  if (intent && isFinal(intent.status) && !isExecuted) return;
  const row = action.load(tx, ref);
  const decision = action.decisionAbout?.(tx, ref) ?? null;
  const told = action.describe(row, transition, { decision: decision?.decision ?? null });
  writeIntent(tx, action, key, transition, told, now);
  action.apply(tx, { key, row }, transition, told.reason, now);
  // What was told by a webhook or a reading before the call's own answer came is not told twice.
  if (intent?.status === "done") return;
  if (told.entry)
    tell(tx, {
      subject: { type: action.subject, ref },
      ...told.entry,
      nth: isOnce(transition) ? undefined : String(intent?.tries ?? 1),
      at: now,
      ...source,
    });
  const asker = action.decisionAbout ? decision?.commandId : intent?.commandId;
  answer(tx, asker, intent, transition, told, source.runId, now);
}

/** The first sending and what it came to are told once; what may happen again, once for each attempt. */
const isOnce = ({ kind }: Transition<unknown>): boolean => kind === "reserved" || kind === "done";

function writeIntent<Request extends ActionRequest, Row, Value, Summary extends object>(
  tx: MirrorWriter,
  action: MoneyAction<Request, Row, Value, Summary>,
  key: IntentKey,
  transition: Transition<Value>,
  told: Told,
  now: number,
): void {
  // `reserve` has written it.
  if (transition.kind === "reserved") return;
  const status = action.repeatableAfter.includes(transition.kind)
    ? "not_executed"
    : statusAfter[transition.kind];
  const isDone = transition.kind === "done" || transition.kind === "found";
  settleIntent(
    tx,
    key,
    {
      status,
      detail:
        "words" in transition
          ? transition.words
          : "reason" in transition
            ? transition.reason
            : (told.reason ?? undefined),
      remoteId: isDone ? action.remoteIdOf(transition.value) : undefined,
      keepsLock: transition.kind === "unknown" && transition.isInFlight,
    },
    now,
  );
}

/** Answers who asked, and where it is known for good everybody whose decision has sent it again and heard nothing either. */
function answer(
  tx: MirrorWriter,
  asker: string | null | undefined,
  intent: Intent | undefined,
  { kind }: Transition<unknown>,
  { answer: told }: Told,
  runId: string | undefined,
  now: number,
): void {
  if (!told) return withdrawAnswer(tx, asker);
  answerCommand(tx, asker, { ...told, runId }, now);
  if (!intent || told.state === "unknown" || kind === "done" || kind === "rejected") return;
  const { key, decisionCommand } = intent;
  if (decisionCommand !== asker) answerCommand(tx, decisionCommand, { ...told, runId }, now);
  const state = told.state === "confirmed" ? "confirmed" : "failed";
  reviseAnswers(tx, decisionsAbout(tx, key), { ...told, state, runId }, now);
}
