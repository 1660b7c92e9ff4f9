import { NonRetriableError, type GetStepTools } from "inngest";
import { inTransaction, type MirrorWriter } from "../../db/connection";
import { getIntent, mayStillSend, recordSkipped, type Intent, type Try } from "../../db/mirror/intents";
import type { IntentKey } from "../../domain/keys";
import type { InngestClient } from "../client";
import { functionActor, type Deps } from "../deps";
import { eventIdFor, outcomeUnknown } from "../events";
import { throwFor } from "../purple-flea/outcomes";
import type {
  ActionRequest,
  CallOutcome,
  CallResult,
  MoneyAction,
  Settled,
  Source,
  Transition,
} from "./protocol";
import { reserve, whatHolds } from "./reserve";
import { readResult } from "./step-results";
import { settle, type Call } from "./settle";

type Step = GetStepTools<InngestClient>;

/** How long a call waits for the one before it; then it is skipped with that reason. */
const MAX_TURNS = 12;
const TURN_MS = 10_000;

/** The id of the event that asks to reconcile a call, once for each run that lost it. */
export const reconcileId = (key: string, runId: string): string =>
  eventIdFor(outcomeUnknown.name, `${key}:${runId}`);

/**
 * Makes a call as the steps of a function: attempt by attempt, in turn with others of its lock; what its attempts came to is on
 * record when this returns, and reconciling is asked for when that is unknown.
 * @param request is called inside the step: what it says may depend on the moment of the first attempt
 */
export async function runMoneyAction<Request extends ActionRequest, Row, Value, Summary extends object>(
  deps: Deps,
  step: Step,
  action: MoneyAction<Request, Row, Value, Summary>,
  request: () => Request,
  runId: string,
): Promise<Settled<Summary>> {
  const run = async (id: string, work: () => Promise<CallResult<Summary>> | CallResult<Summary>) =>
    readResult(action, await step.run(id, async (): Promise<unknown> => work()));
  const byTurns = async (): Promise<Settled<Summary>> => {
    for (let turn = 1; ; turn++) {
      const result = await run(action.steps.call, () => attempt(deps, action, request()));
      if (isSettled(result)) return result;
      const { heldBy, why, lost } = result;
      if (turn > MAX_TURNS) {
        const reason = lost
          ? `it waited 2 minutes for ${why ?? heldBy}`
          : `another ${action.name} (${heldBy}) was still in flight after 2 minutes`;
        return settledBy(await run("skip", () => skip(deps, action, request(), reason)));
      }
      await step.sleep("wait-turn", TURN_MS);
    }
  };
  const result = await byTurns().catch(async (error: unknown) => {
    const reason = error instanceof Error ? error.message : "out of attempts";
    return settledBy(await run(action.steps.giveUp, () => giveUp(deps, action, request(), reason)));
  });
  if (result.kind === "unknown") {
    const key = result.key ?? action.key(request());
    const id = reconcileId(key, runId);
    await step.sendEvent("ask-what-became", outcomeUnknown.create({ intent_key: key }, { id }));
  }
  return result;
}

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
      return resultOf(action, deps.mirror, reserved.intent, request);
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
  const row = action.load(mirror, request.ref);
  if (row === undefined) throw new Error(`the mirror has no ${action.subject} ${request.ref}`);
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
  if (transition.kind === "not-executed" && outcome.kind === "not-executed") throwFor(outcome);
  if (transition.kind === "unknown" && action.retriesUnknown)
    throw new Error(`outcome unknown: ${transition.reason}`);
  if (transition.kind === "rejected" && transition.retryAt !== undefined)
    return { kind: "rejected", reason: transition.reason, retry_at: transition.retryAt };
  const intent = getIntent(mirror, key);
  if (!intent) throw new Error(`the mirror has no intent ${key}`);
  return resultOf(action, mirror, intent, request);
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
function resultOf<Request extends ActionRequest, Row, Value, Summary extends object>(
  action: MoneyAction<Request, Row, Value, Summary>,
  mirror: MirrorWriter,
  { status, detail, key }: Intent,
  request: ActionRequest,
): CallResult<Summary> {
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
  const row = action.load(mirror, request.ref);
  if (row === undefined) throw new Error(`the mirror has no ${action.subject} ${request.ref}`);
  const summary = action.summary(row, request);
  return summary ? { kind: "done", ...summary } : { kind: "skipped", reason: "done before" };
}

/** The attempts are used up. The last one may have died after it had sent, or recorded the answer: the intent says which. */
function giveUp<Request extends ActionRequest, Row, Value, Summary extends object>(
  deps: Deps,
  action: MoneyAction<Request, Row, Value, Summary>,
  request: Request,
  reason: string,
): CallResult<Summary> {
  return inTransaction(deps.mirror, (tx) => {
    const now = deps.clock.now();
    const key = action.key(request);
    const call = { key, ref: request.ref };
    const source = sourceOf(action, request, action.steps.call);
    const status = getIntent(tx, key)?.status;
    if (status === undefined && !action.outlivesRun)
      return skipUnreserved(deps, tx, action, request, reason, source, now);
    if (status === "open") settle(tx, action, call, { kind: "unknown", reason }, source, now);
    if (status === "not_executed" || status === undefined) {
      const retryAt = action.retryAt?.(tx, request.ref, now);
      settle(tx, action, call, { kind: "given-up", reason, retryAt }, source, now);
      return { kind: "given-up", reason, retry_at: retryAt };
    }
    const intent = getIntent(tx, key);
    if (!intent) throw new Error(`the mirror has no intent ${key}`);
    return resultOf(action, tx, intent, request);
  });
}

/** Its turn did not come: it is not sent. */
function skip<Request extends ActionRequest, Row, Value, Summary extends object>(
  deps: Deps,
  action: MoneyAction<Request, Row, Value, Summary>,
  request: Request,
  reason: string,
): CallResult<Summary> {
  return inTransaction(deps.mirror, (tx) =>
    skipUnreserved(deps, tx, action, request, reason, sourceOf(action, request, "skip"), deps.clock.now()),
  );
}

/** Puts on record that a call is not made, of which nothing, or an attempt that was not executed, is on record. */
function skipUnreserved<Request extends ActionRequest, Row, Value, Summary extends object>(
  deps: Deps,
  tx: MirrorWriter,
  action: MoneyAction<Request, Row, Value, Summary>,
  request: Request,
  reason: string,
  source: Source,
  now: number,
): CallResult<Summary> {
  const key = action.key(request);
  const isFirst = getIntent(tx, key) === undefined;
  if (isFirst) {
    recordSkipped(
      tx,
      {
        key,
        action: action.name,
        subjectRef: request.ref,
        amountMicro: action.amount(deps, request),
        purse: action.purse,
        asset: action.asset?.(request),
        commandId: request.commandId,
        runId: request.runId,
      },
      now,
    );
    if (action.keepsSkipped) action.begin(deps, tx, request, now);
  }
  settle(tx, action, { key, ref: request.ref }, { kind: "skipped", reason }, source, now);
  return { kind: "skipped", reason };
}

type Busy = Extract<CallResult<object>, { kind: "busy" }>;
// A summary has no kind of its own, which the compiler cannot know of a type that is open.
const isSettled = <Summary extends object>(result: Settled<Summary> | Busy): result is Settled<Summary> =>
  result.kind !== "busy";

/** What is skipped or given up does not wait for a turn. */
function settledBy<Summary extends object>(result: CallResult<Summary>): Settled<Summary> {
  if (!isSettled(result)) throw new Error("what is skipped or given up is not busy");
  return result;
}

/** What the timeline signs a run's own call with. */
const sourceOf = (
  { functionId }: { functionId: string },
  { runId }: ActionRequest,
  stepId: string,
): Source => ({ actor: functionActor(functionId), runId, stepId });
