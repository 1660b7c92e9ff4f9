import { NonRetriableError } from "inngest";
import { inTransaction, type MirrorWriter } from "../../db/connection";
import { getIntent, mayStillSend, type Try } from "../../db/mirror/intents";
import type { IntentKey } from "../../domain/keys";
import { functionActor, type Deps } from "../deps";
import { throwFor } from "../purple-flea/outcomes";
import type { ActionRequest, CallOutcome, CallResult, MoneyAction, Source, Transition } from "./protocol";
import { reserve, whatHolds } from "./reserve";
import { settle, type Call } from "./settle";

/**
 * One attempt: reserves, makes the call, settles.
 * @throws RetryAfterError or Error when it is known not to have been executed, or is to be tried again for another reason
 */
export async function attempt<Request extends ActionRequest, Row, Value, Summary extends object>(
  deps: Deps,
  action: MoneyAction<Request, Row, Value, Summary>,
  request: Request,
): Promise<CallResult<Summary>> {
  const { mirror, clock } = deps;
  const source = sourceOf(action, request, action.steps.call);
  const precheck = action.precheck ? await action.precheck(deps, request) : undefined;
  const reserved = inTransaction(mirror, (tx) =>
    reserve(deps, tx, action, request, source, clock.now(), precheck),
  );
  switch (reserved.kind) {
    case "acquired":
      return send(deps, action, request, reserved.key, reserved.attempt, source);
    case "already-settled":
      if (action.retriesUnknown && reserved.intent.status === "unknown")
        throw new NonRetriableError(`${reserved.intent.action} of ${request.ref} is under way already`);
      return resultOf(action, mirror, reserved.intent.key, request);
    case "final":
      return doneAs(action, mirror, request);
    case "locked":
      return {
        kind: "busy",
        heldBy: reserved.heldBy.subjectRef,
        why: whatHolds(reserved.heldBy),
        lost: reserved.heldBy.status === "unknown",
      };
    case "held":
    case "skipped":
      return reserved;
    case "conflict":
      return { kind: "rejected", reason: reserved.reason };
    default:
      return reserved satisfies never;
  }
}

/**
 * Makes the call of an intent that was just opened, once, and settles it.
 * @throws as `attempt`
 */
export async function send<Request extends ActionRequest, Row, Value, Summary extends object>(
  deps: Deps,
  action: MoneyAction<Request, Row, Value, Summary>,
  request: ActionRequest,
  key: IntentKey,
  tried: Try,
  source: Source,
): Promise<CallResult<Summary>> {
  const { mirror, clock } = deps;
  const call: Call = { key, ref: request.ref };
  const row = requireRow(action, mirror, request.ref);
  let outcome: CallOutcome<Value>;
  try {
    outcome = await action.call(deps, row, tried, key);
  } catch (error) {
    // A call throws before it is sent, or not at all.
    const reason = error instanceof Error ? error.message : "not sent";
    inTransaction(mirror, (tx) => {
      if (mayStillSend(tx, key, tried.tries))
        settle(tx, action, call, { kind: "not-executed", reason }, source, clock.now());
    });
    throw error;
  }
  const now = clock.now();
  if (outcome.kind === "superseded") return { kind: "busy", heldBy: request.ref };
  if (outcome.kind === "told") {
    const { settle: settleTold } = outcome;
    inTransaction(mirror, (tx) => settleTold(tx, now));
    return doneAs(action, mirror, request);
  }
  const transition = inTransaction(mirror, (tx) => {
    const came = transitionOf(outcome, () => action.retryAt?.(tx, request.ref, now));
    settle(tx, action, call, came, source, now);
    return came;
  });
  if (outcome.kind === "not-executed") throwFor(outcome);
  if (transition.kind === "unknown" && action.retriesUnknown)
    throw new Error(`outcome unknown: ${transition.reason}`);
  if (transition.kind === "rejected" && transition.retryAt !== undefined)
    return { kind: "rejected", reason: transition.reason, retry_at: transition.retryAt };
  return resultOf(action, mirror, key, request);
}

function transitionOf<Value>(
  outcome: Exclude<CallOutcome<Value>, { kind: "superseded" | "told" }>,
  retryAt: () => number | undefined,
): Transition<Value> {
  switch (outcome.kind) {
    case "done":
      return { kind: "done", value: outcome.value };
    case "unknown":
      return { kind: "unknown", reason: outcome.reason };
    case "rejected":
      return { kind: "rejected", reason: outcome.message, retryAt: retryAt() };
    case "not-executed":
      return { kind: "not-executed", reason: outcome.reason };
    default:
      return outcome satisfies never;
  }
}

/** What the intent says that a call came to. */
export function resultOf<Request extends ActionRequest, Row, Value, Summary extends object>(
  action: MoneyAction<Request, Row, Value, Summary>,
  mirror: MirrorWriter,
  key: IntentKey,
  request: ActionRequest,
): CallResult<Summary> {
  const intent = getIntent(mirror, key);
  if (!intent) throw new Error(`the mirror has no intent ${key}`);
  const { status, detail } = intent;
  switch (status) {
    case "done":
      return doneAs(action, mirror, request);
    case "rejected":
      return { kind: "rejected", reason: detail ?? "rejected before" };
    case "given_up":
      return { kind: "given-up", reason: detail ?? "not executed" };
    case "skipped":
      return { kind: "skipped", reason: detail ?? "skipped before" };
    case "open":
    case "unknown":
      return { kind: "unknown", reason: detail ?? "no answer came", key };
    case "not_executed":
      throw new Error(detail ?? "not executed");
    default:
      return status satisfies never;
  }
}

function doneAs<Request extends ActionRequest, Row, Value, Summary extends object>(
  action: MoneyAction<Request, Row, Value, Summary>,
  mirror: MirrorWriter,
  request: ActionRequest,
): CallResult<Summary> {
  const summary = action.summary(requireRow(action, mirror, request.ref), request);
  return summary ? { kind: "done", ...summary } : { kind: "skipped", reason: "done before" };
}

function requireRow<Request extends ActionRequest, Row, Value, Summary extends object>(
  { load, subject }: MoneyAction<Request, Row, Value, Summary>,
  mirror: MirrorWriter,
  ref: string,
): Row {
  const row = load(mirror, ref);
  if (row === undefined) throw new Error(`the mirror has no ${subject} ${ref}`);
  return row;
}

/** What the timeline signs a run's own call with. */
export const sourceOf = (
  { functionId }: { functionId: string },
  { runId }: ActionRequest,
  stepId: string,
): Source => ({ actor: functionActor(functionId), runId, stepId });
