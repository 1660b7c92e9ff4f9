import { inTransaction } from "../../db/connection";
import { answerCommand } from "../../db/mirror/answers";
import { recordBalance, recordSync } from "../../db/mirror/balances";
import { beginClaim, changeClaim, getClaim } from "../../db/mirror/bets";
import { openIntent, settleIntent } from "../../db/mirror/intents";
import { tell } from "../../db/mirror/timeline";
import { isCommand, pauseReason } from "../../db/read/decisions";
import { utcDay } from "../../domain/ids";
import { formatMicro } from "../../domain/money";
import { eventIdFor, faucetClaimRequested, outcomeUnknown } from "../events";
import { throwFor } from "../purple-flea/outcomes";
import { by, DAY_MS, startOfDay, type Setting } from "./setting";

const ID = "daily-faucet-claim";
const iso = (ms: number): string => new Date(ms).toISOString();

type Claimed =
  | { kind: "claimed"; amount_usdc: string; tx_hash: string }
  | { kind: "not-claimed"; next_eligible: string; reason: string }
  | { kind: "unknown"; reason: string };

/** Claims the faucet once per agent and UTC day: by schedule, and when somebody asks. */
export function dailyFaucetClaim(setting: Setting) {
  const { client, mirror, read, purpleFlea, clock, config } = setting;
  return client.createFunction(
    {
      id: ID,
      name: "Daily faucet claim",
      retries: 2,
      triggers: [{ cron: "0 9 * * *" }, faucetClaimRequested],
    },
    async ({ event, step, runId }) => {
      const command = event.id && isCommand(read, event.id) ? event.id : null;
      const answer = (state: "confirmed" | "failed" | "unknown", message: string) =>
        inTransaction(mirror, (tx) => answerCommand(tx, command, { state, message, runId }, clock.now()));

      const status = await step.run("check-faucet-status", async () => {
        const found = await purpleFlea.faucetStatus(config.agentId);
        const now = clock.now();
        inTransaction(mirror, (tx) => recordSync(tx, "faucet", now));
        if (found.canClaim) return { can_claim: true, next_eligible: null };
        const next = iso(found.nextEligibleAt ?? startOfDay(now) + DAY_MS);
        const mine = getClaim(mirror, `${config.agentId}:${utcDay(now)}`);
        answer(
          "failed",
          mine?.settledAt
            ? `Already claimed today, at ${iso(mine.settledAt)}. Next possible ${next}. Nothing moved.`
            : `The faucet says not yet. Next possible ${next}. Nothing moved.`,
        );
        return { can_claim: false, next_eligible: next };
      });
      if (!status.can_claim) return { claimed: false, next_eligible: status.next_eligible };

      const claim = await step.run("claim-faucet", () => claimNow(command, runId));
      if (claim.kind === "unknown") {
        const key = `claim:${config.agentId}`;
        await step.sendEvent(
          "ask-what-became",
          outcomeUnknown.create(
            { intent_key: key },
            { id: eventIdFor("outcome.unknown", `${key}:${runId}`) },
          ),
        );
        return { unknown: true, reason: claim.reason };
      }
      if (claim.kind === "not-claimed") return { claimed: false, next_eligible: claim.next_eligible };
      const balance = await step.run("fetch-balance", async () => {
        const { balanceMicro } = await purpleFlea.balance();
        const now = clock.now();
        inTransaction(mirror, (tx) => {
          recordBalance(tx, "wallet", balanceMicro, true, now);
          recordSync(tx, "wallet", now);
        });
        return formatMicro(balanceMicro);
      });
      return { claimed: true, amount_usdc: claim.amount_usdc, tx_hash: claim.tx_hash, new_balance: balance };
    },
  );

  async function claimNow(command: string | null, runId: string): Promise<Claimed> {
    const started = clock.now();
    const day = utcDay(started);
    const ref = `${config.agentId}:${day}`;
    const key = `claim:${ref}`;
    const next = iso(startOfDay(started) + DAY_MS);
    const answer = (tx: typeof mirror, state: "confirmed" | "failed" | "unknown", message: string) =>
      answerCommand(tx, command, { state, message, runId }, clock.now());
    const opened = inTransaction(mirror, (tx) => {
      const paused = pauseReason(read, "claim");
      if (paused) {
        answer(tx, "failed", `Not claimed: ${paused}.`);
        return { kind: "paused" as const, reason: paused };
      }
      const intent = openIntent(
        tx,
        { key, action: "claim", subjectRef: ref, amountMicro: 0n, runId },
        started,
      );
      if (intent.kind === "send") {
        beginClaim(
          tx,
          {
            ref,
            agentId: config.agentId,
            utcDay: day,
            requestedBy: command ? "operator" : "schedule",
            runId,
          },
          started,
        );
      } else if (intent.kind === "settled" && intent.intent.status === "unknown") {
        changeClaim(tx, ref, { status: "unknown", reason: intent.intent.detail }, started);
        answer(tx, "unknown", "The claim was sent and no answer came.");
      } else answer(tx, "failed", `Today's claim was made before. Next possible ${next}. Nothing moved.`);
      return intent;
    });
    if (opened.kind === "paused") return { kind: "not-claimed", next_eligible: next, reason: opened.reason };
    if (opened.kind !== "send") {
      const status = opened.kind === "settled" ? opened.intent.status : "open";
      return status === "unknown"
        ? { kind: "unknown", reason: "no answer came" }
        : { kind: "not-claimed", next_eligible: next, reason: "claimed before" };
    }
    const outcome = await purpleFlea.claimFaucet({
      agentId: config.agentId,
      wallet: config.agentWallet,
      idempotencyKey: opened.idempotencyKey,
    });
    const now = clock.now();
    const claimed = inTransaction(mirror, (tx): Claimed => {
      switch (outcome.kind) {
        case "done": {
          const { amountMicro, txHash } = outcome.value;
          settleIntent(tx, key, { status: "done", remoteId: txHash }, now);
          changeClaim(
            tx,
            ref,
            {
              status: "claimed",
              amountMicro,
              txHash,
              settledAt: now,
              nextEligibleAt: startOfDay(now) + DAY_MS,
            },
            now,
          );
          tell(tx, {
            subject: { type: "claim", ref },
            kind: "claimed",
            at: now,
            title: `Claimed ${formatMicro(amountMicro)} USDC`,
            actor: by(ID),
            runId,
            stepId: "claim-faucet",
          });
          answer(tx, "confirmed", `${formatMicro(amountMicro)} USDC claimed.`);
          return { kind: "claimed", amount_usdc: formatMicro(amountMicro), tx_hash: txHash };
        }
        case "refused":
          settleIntent(tx, key, { status: "refused", detail: outcome.message }, now);
          changeClaim(tx, ref, { status: "refused", reason: outcome.message, settledAt: now }, now);
          answer(tx, "failed", `Refused: ${outcome.message}. Nothing moved.`);
          return { kind: "not-claimed", next_eligible: next, reason: outcome.message };
        case "unknown":
          settleIntent(tx, key, { status: "unknown", detail: outcome.reason }, now);
          changeClaim(tx, ref, { status: "unknown", reason: outcome.reason }, now);
          answer(tx, "unknown", "The claim was sent and no answer came.");
          return { kind: "unknown", reason: outcome.reason };
        case "not-done":
          settleIntent(tx, key, { status: "not_done", detail: outcome.reason }, now);
          return { kind: "not-claimed", next_eligible: next, reason: outcome.reason };
        default:
          return outcome satisfies never;
      }
    });
    // Known not to have happened: the step is tried again.
    return outcome.kind === "not-done" ? throwFor(outcome) : claimed;
  }
}
