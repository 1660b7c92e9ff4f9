import { inTransaction, type MirrorWriter } from "../../db/connection";
import { getEscrow, isOver } from "../../db/mirror/escrows";
import { betByRemoteId, getBet, getClaim } from "../../db/mirror/bets";
import { getIntent, type Intent } from "../../db/mirror/intents";
import { listReported } from "../../db/read/candidates";
import { utcDay } from "../../domain/ids";
import type { EndAction } from "./end-words";
import { mirrorUpstream } from "./mirror-upstream";
import { by, ON_ITS_WAY_MS, type Deps } from "../deps";
import { endActionOf, settleEnd } from "./settle-end";
import { recordHappened, recordNotHappened, type Source } from "./what-became";

/** What a look told: `ask-again` may change by itself, `needs-a-person` cannot be asked upstream. */
export interface Look {
  state: "settled" | "ask-again" | "needs-a-person";
  /** The run that is to go on now. */
  resume?: "escrow" | "claim";
  detail?: string;
}

/**
 * Asks Purple Flea what became of an unknown call, as far as it can be asked:
 * a release or cancel by reading the escrow; a bet by the reports that came by webhook, each read again and known by our own
 * client seed; a claim by the faucet's status while its day lasts, or by a webhook that names agent and day. An order or an
 * escrow without an id cannot be asked for; what was reported is shown to a person, who decides.
 * @throws for a read that failed and may be repeated
 */
export async function lookUp(deps: Deps, key: string, functionId: string, runId: string): Promise<Look> {
  const intent = getIntent(deps.mirror, key);
  if (intent?.status !== "unknown") {
    const resume = intent && isStillToClaim(deps, intent) ? ("claim" as const) : undefined;
    return { state: "settled", resume, detail: intent?.status ?? "no intent" };
  }
  const source: Source = { words: "read at Purple Flea", actor: by(functionId), runId };
  switch (intent.action) {
    case "escrow-release":
    case "escrow-cancel":
      return lookAtEscrow(deps, intent, endActionOf(intent.action), source);
    case "bet":
      return lookForBet(deps, intent, source);
    case "claim":
      return lookAtFaucet(deps, intent, source);
    case "order":
    case "escrow-create":
      return { state: "needs-a-person" };
    default:
      return intent.action satisfies never;
  }
}

/** A claim that was settled by a look whose own answer got lost, while its day lasts and nobody has decided about it. */
function isStillToClaim({ mirror, clock }: Deps, { action, status, decision, subjectRef }: Intent): boolean {
  if (action !== "claim" || status !== "not_done" || decision !== null) return false;
  return getClaim(mirror, subjectRef)?.utcDay === utcDay(clock.now());
}

async function lookAtEscrow(
  deps: Deps,
  intent: Intent,
  action: EndAction,
  { actor, runId }: Source,
): Promise<Look> {
  const { mirror, purpleFlea, clock } = deps;
  const row = getEscrow(mirror, intent.subjectRef);
  if (!row?.remoteId) return { state: "needs-a-person" };
  const upstream = await purpleFlea.escrow(row.remoteId);
  return inTransaction(mirror, (tx) => {
    const now = clock.now();
    const fresh = getEscrow(tx, row.ref) ?? row;
    // Its own run may have tried again meanwhile: then this look is older than that try.
    if (getIntent(tx, intent.key)?.updatedAt !== intent.updatedAt) return { state: "ask-again" as const };
    const locked = upstream.status === "locked" || upstream.status === "completed";
    if (locked && now - intent.updatedAt < ON_ITS_WAY_MS) return { state: "ask-again" as const };
    mirrorUpstream(deps, tx, fresh, upstream, now, runId);
    if (isOver(getEscrow(tx, row.ref)?.status ?? row.status)) return { state: "settled" as const };
    if (!locked) return { state: "ask-again" as const };
    const found = { kind: "found-locked", rawStatus: upstream.rawStatus } as const;
    settleEnd(tx, row.ref, action, found, { now, actor, runId });
    const detail = `Purple Flea still says "${upstream.rawStatus}": it did not happen`;
    return { state: "settled" as const, resume: "escrow" as const, detail };
  });
}

async function lookForBet(deps: Deps, intent: Intent, source: Source): Promise<Look> {
  const { mirror, read, purpleFlea, clock } = deps;
  const row = getBet(mirror, intent.subjectRef);
  if (!row) return { state: "needs-a-person" };
  for (const reported of listReported(read, purpleFlea.webhookNames("bet"), intent.createdAt)) {
    const webhook = purpleFlea.readWebhook(reported.envelope);
    if (webhook.kind !== "read" || webhook.news.about !== "bet") continue;
    const { remoteId } = webhook.news;
    if (betByRemoteId(mirror, remoteId)) continue;
    const bet = await purpleFlea.bet(remoteId);
    if (bet.clientSeed !== row.clientSeed) continue;
    inTransaction(mirror, (tx) => {
      const fresh = getIntent(tx, intent.key);
      if (fresh?.status === "unknown")
        recordHappened(deps, tx, fresh, { action: "bet", bet }, source, clock.now());
    });
    return { state: "settled" };
  }
  return { state: "ask-again" };
}

async function lookAtFaucet(deps: Deps, intent: Intent, source: Source): Promise<Look> {
  const { mirror, read, purpleFlea, clock, config } = deps;
  const claim = getClaim(mirror, intent.subjectRef);
  if (!claim) return { state: "needs-a-person" };
  const settle = (work: (tx: MirrorWriter, now: number, fresh: Intent) => void) =>
    inTransaction(mirror, (tx) => {
      const fresh = getIntent(tx, intent.key);
      if (fresh?.status === "unknown") work(tx, clock.now(), fresh);
    });
  for (const reported of listReported(read, purpleFlea.webhookNames("claim"), intent.createdAt)) {
    const webhook = purpleFlea.readWebhook(reported.envelope);
    if (webhook.kind !== "read" || webhook.news.about !== "claim") continue;
    const { agentId, amountMicro, txHash, claimedAt } = webhook.news;
    if (agentId !== claim.agentId) continue;
    if (utcDay(claimedAt ?? reported.receivedAt) !== claim.utcDay) continue;
    settle((tx, now, fresh) =>
      recordHappened(deps, tx, fresh, { action: "claim", amountMicro, txHash, claimedAt }, source, now),
    );
    return { state: "settled" };
  }
  const asked = clock.now();
  if (utcDay(asked) !== claim.utcDay) return { state: "needs-a-person" };
  const status = await purpleFlea.faucetStatus(config.agentId);
  // An answer that came after midnight speaks of another day.
  if (utcDay(clock.now()) !== claim.utcDay) return { state: "needs-a-person" };
  if (!status.canClaim) {
    settle((tx, now, fresh) =>
      recordHappened(
        deps,
        tx,
        fresh,
        { action: "claim", amountMicro: null, txHash: null, claimedAt: null },
        { ...source, words: "the faucet says that today's claim was made" },
        now,
      ),
    );
    return { state: "settled" };
  }
  if (asked - intent.updatedAt < ON_ITS_WAY_MS) return { state: "ask-again" };
  settle((tx, now, fresh) =>
    recordNotHappened(tx, fresh, "the faucet says that today's claim was not made", source, now),
  );
  return { state: "settled", resume: "claim" };
}
