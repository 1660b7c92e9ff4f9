import type { MirrorWriter } from "../../db/connection";
import { answerCommand } from "../../db/mirror/answers";
import { getIntent, openIntent, type Intent, type IntentRequest, type Try } from "../../db/mirror/intents";
import { pauseReason } from "../../db/read/pauses";
import type { IntentKey } from "../../domain/keys";
import type { Deps } from "../deps";
import type { ActionRequest, MoneyAction, Precheck, Source } from "./protocol";
import { settle } from "./settle";

/** Whether a call may be made now. */
export type Reservation =
  | { kind: "acquired"; key: IntentKey; attempt: Try }
  /** It has an outcome already, or may have one: it is not sent again. */
  | { kind: "already-settled"; intent: Intent }
  /** What the state upstream says was written: it is over. */
  | { kind: "final" }
  | { kind: "locked"; heldBy: Intent }
  /** It waits for a pause, a dispute or the like to end; nothing is reserved. */
  | { kind: "held"; reason: string; until?: number }
  | { kind: "skipped"; reason: string }
  | { kind: "conflict"; reason: string };

/**
 * Checks and reserves in the caller's transaction: pause, other calls in flight, limits and balance are looked at, and the intent
 * is written, as one. Whatever keeps the call from being made is told where people look for it.
 */
export function reserve<Request extends ActionRequest, Row, Value, Summary extends object>(
  deps: Deps,
  tx: MirrorWriter,
  action: MoneyAction<Request, Row, Value, Summary>,
  request: Request,
  source: Source,
  now: number,
  precheck?: (tx: MirrorWriter, now: number) => Precheck,
): Reservation {
  const { ref, commandId, runId } = request;
  const key = action.key(request);
  const seen = precheck?.(tx, now);
  if (seen?.kind === "final") return { kind: "final" };
  if (seen?.kind === "blocked") return { kind: "held", reason: seen.reason, until: seen.until };
  const conflict = action.conflict?.(tx, request);
  if (conflict) {
    const { reason } = conflict;
    const { answer } = action.describe(undefined, { kind: "given-up", reason }, { decision: null });
    if (answer && !conflict.isTold) answerCommand(tx, commandId, { ...answer, runId }, now);
    return { kind: "conflict", reason: conflict.reason };
  }

  const before = getIntent(tx, key);
  const isUnsent = action.isUnsent?.(tx, request) ?? false;
  const lapsed = action.lapsed?.(ref, now) ?? null;
  const paused = lapsed ?? (action.pause && pauseReason(tx, action.pause));
  // What may have been sent is past a pause: of that it is still asked what it came to.
  const isStopped = paused !== null && (!before || before.status === "not_executed" || isUnsent);
  if (isStopped && action.whilePaused === "hold") {
    action.hold?.(deps, tx, request, paused, source, now);
    return { kind: "held", reason: paused };
  }
  const call = { key, ref };
  if (isStopped && action.repeatableAfter.includes("skipped")) {
    if (before) settle(tx, action, call, { kind: "skipped", reason: paused }, source, now);
    const told = action.describe(
      action.load(tx, ref),
      { kind: "skipped", reason: paused },
      { decision: null },
    );
    if (told.answer) answerCommand(tx, commandId, { ...told.answer, runId }, now);
    return { kind: "skipped", reason: paused };
  }

  const opened = openIntent(tx, intentOf(deps, action, request), now, isUnsent);
  switch (opened.kind) {
    case "busy":
      action.wait?.(tx, request, waitsFor(opened.heldBy), now);
      return { kind: "locked", heldBy: opened.heldBy };
    case "abandoned":
    case "settled": {
      // An attempt died between sending and recording: nobody knows whether it sent.
      const reason = "stopped between sending and recording the answer";
      if (opened.kind === "abandoned")
        settle(tx, action, call, { kind: "unknown", reason, isInFlight: true }, source, now);
      const intent = getIntent(tx, key) ?? opened.intent;
      if (commandId !== null && intent.commandId !== commandId && action.answerLate)
        answerCommand(tx, commandId, { ...action.answerLate(action.load(tx, ref), intent), runId }, now);
      return { kind: "already-settled", intent };
    }
    case "send":
      break;
    default:
      return opened satisfies never;
  }
  if (action.keepsSkipped) action.begin(deps, tx, request, now);
  const no = (isStopped ? paused : null) ?? action.guard?.(deps, tx, request, now) ?? null;
  if (no !== null) {
    settle(tx, action, call, { kind: "skipped", reason: no }, source, now);
    return { kind: "skipped", reason: no };
  }
  if (!action.keepsSkipped) action.begin(deps, tx, request, now);
  settle(tx, action, call, { kind: "reserved", detail: action.reservedDetail?.(request) }, source, now);
  return { kind: "acquired", key, attempt: { idempotencyKey: opened.idempotencyKey, tries: opened.tries } };
}

/** The intent that a request asks for. */
export const intentOf = <Request extends ActionRequest, Row, Value, Summary extends object>(
  deps: Deps,
  action: MoneyAction<Request, Row, Value, Summary>,
  request: Request,
): IntentRequest => ({
  key: action.key(request),
  action: action.name,
  subjectRef: request.ref,
  amountMicro: action.amount(deps, request),
  purse: action.purse,
  asset: action.asset?.(request),
  commandId: request.commandId,
  runId: request.runId,
  lock: action.lock,
  afterUnknown: deps.config.tradeAfterUnknown,
});

/** The call another one waits for, with what is the matter with it. */
export const whatHolds = ({ subjectRef, status, asset, action }: Intent): string =>
  status === "unknown"
    ? `${action} ${subjectRef}${asset ? ` on ${asset}` : ""}, whose outcome is unknown`
    : `${action} ${subjectRef}, which is in flight`;

const waitsFor = (intent: Intent): string => `waits for ${whatHolds(intent)}`;
