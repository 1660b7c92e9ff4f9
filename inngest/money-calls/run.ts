import type { GetStepTools } from "inngest";
import { inTransaction, type MirrorWriter } from "../../db/connection";
import { getIntent, recordSkipped } from "../../db/mirror/intents";
import type { InngestClient } from "../client";
import type { Deps } from "../deps";
import { eventIdFor, outcomeUnknown } from "../events";
import { attempt, resultOf, sourceOf } from "./attempt";
import type { ActionRequest, CallResult, MoneyAction, Settled, Source } from "./protocol";
import { intentOf } from "./reserve";
import { settle } from "./settle";
import { readResult } from "./step-results";

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
    if (status === "open")
      settle(tx, action, call, { kind: "unknown", reason, isInFlight: true }, source, now);
    if (status === "not_executed" || status === undefined) {
      const retryAt = action.retryAt?.(tx, request.ref, now);
      settle(tx, action, call, { kind: "given-up", reason, retryAt }, source, now);
      return { kind: "given-up", reason, retry_at: retryAt };
    }
    return resultOf(action, tx, key, request);
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
    recordSkipped(tx, intentOf(deps, action, request), now);
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
