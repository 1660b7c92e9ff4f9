import { inTransaction, type MirrorWriter } from "../../db/connection";
import { getIntent, type Intent } from "../../db/mirror/intents";
import { asIntentKey } from "../../domain/keys";
import { functionActor, type Deps } from "../deps";
import { escrowResumed, eventIdFor, faucetClaimRequested } from "../events";
import { actions } from "./actions";
import type { Resolution, Source } from "./protocol";
import { settle } from "./settle";

/** What reconciling told: `ask-again` may change by itself, `needs-a-person` cannot be asked upstream. */
export interface Reconciled {
  state: "settled" | "ask-again" | "needs-a-person";
  /** The run that is to go on now. */
  resume?: "escrow" | "claim";
  detail?: string;
}

/**
 * Asks Purple Flea what a call of unknown outcome came to, as far as it can be asked, and settles it when it can be told.
 * @throws for a read that failed and may be repeated
 */
export async function reconcile(
  deps: Deps,
  asked: string,
  functionId: string,
  runId: string,
): Promise<Reconciled> {
  const { mirror, clock } = deps;
  const key = asIntentKey(asked);
  const intent = key ? getIntent(mirror, key) : undefined;
  if (!intent) return { state: "settled", detail: "no intent" };
  const action = actions[intent.action];
  if (intent.status !== "unknown") {
    // A claim that was settled by a reading whose own answer got lost, while its day lasts and nobody has decided about it.
    const isWanted =
      intent.status === "not_executed" &&
      intent.decision === null &&
      action.lapsed?.(intent.subjectRef, clock.now()) === null;
    const resume = isWanted && action.resumes === "claim" ? "claim" : undefined;
    return { state: "settled", resume, detail: intent.status };
  }
  const found = await action.reconcile(deps, intent);
  const source = { actor: functionActor(functionId), runId };
  return inTransaction(mirror, (tx): Reconciled => {
    const now = clock.now();
    const fresh = getIntent(tx, intent.key);
    if (fresh?.status !== "unknown") return { state: "settled", detail: fresh?.status };
    // Its own run may have tried again meanwhile: then this reading is older than that attempt.
    if (fresh.updatedAt !== intent.updatedAt) return { state: "ask-again" };
    return write(tx, fresh, found, source, now);
  });
}

function write(
  tx: MirrorWriter,
  intent: Intent,
  found: Resolution<unknown>,
  source: Source,
  now: number,
): Reconciled {
  const action = actions[intent.action];
  const call = { key: intent.key, ref: intent.subjectRef };
  switch (found.kind) {
    case "executed": {
      const words = found.words ?? "read at Purple Flea";
      settle(tx, action, call, { kind: "found", value: found.value, words }, source, now);
      return { state: "settled" };
    }
    case "not-executed":
      settle(tx, action, call, { kind: "found-missing", reason: found.reason }, source, now);
      return { state: "settled", resume: action.resumes ?? undefined, detail: found.reason };
    case "ask-again":
      found.note?.(tx, now);
      return { state: "ask-again" };
    case "needs-a-person":
      return { state: "needs-a-person" };
    default:
      return found satisfies never;
  }
}

/** The event that resumes what waited for a call's outcome; null when nothing does. */
export function resumeEvent({ mirror }: Deps, asked: string, { resume }: Reconciled, requestedBy: string) {
  const key = asIntentKey(asked);
  const intent = resume && key ? getIntent(mirror, key) : undefined;
  if (!intent) return null;
  const id = `${intent.key}:${intent.tries}`;
  return resume === "escrow"
    ? escrowResumed.create({ escrow_id: intent.subjectRef }, { id: eventIdFor(escrowResumed.name, id) })
    : faucetClaimRequested.create(
        { requested_by: requestedBy },
        { id: eventIdFor(faucetClaimRequested.name, id) },
      );
}
