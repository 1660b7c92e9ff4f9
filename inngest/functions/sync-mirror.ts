import { inTransaction } from "../../db/connection";
import { answerCommand } from "../../db/mirror/answers";
import { recordBalance, recordDomains, recordOwnBooks, recordSync } from "../../db/mirror/balances";
import { getEscrow, openEscrows } from "../../db/mirror/escrows";
import { applyTradeNews, openTrades } from "../../db/mirror/trades";
import { getDecision, isCommand } from "../../db/read/decisions";
import type { Source } from "../../domain/statuses";
import { escrowConfirmed, eventIdFor, syncRequested } from "../events";
import { mirrorUpstream } from "./end-escrow";
import { newsOf } from "./place-order";
import { MINUTE_MS, type Setting } from "./setting";

const NUDGE_AFTER_MS = 10 * MINUTE_MS;

/** Reads what can be read at Purple Flea into the mirror: each source by itself, so that one that fails stops no other. */
export function syncMirror(setting: Setting) {
  const { client, mirror, read, purpleFlea, clock, config } = setting;
  return client.createFunction(
    {
      id: "sync-mirror",
      name: "Sync mirror",
      retries: 2,
      triggers: [{ cron: config.syncCron ?? "*/5 * * * *" }, syncRequested],
    },
    async ({ event, step, runId }) => {
      const result = await step.run("read-sources", async () => {
        const failed: string[] = [];
        const source = async (name: Source, work: () => Promise<void>) => {
          try {
            await work();
            inTransaction(mirror, (tx) => recordSync(tx, name, clock.now()));
          } catch (error) {
            const reason = error instanceof Error ? error.message : "not readable";
            failed.push(`${name}: ${reason}`);
            inTransaction(mirror, (tx) => recordSync(tx, name, clock.now(), reason));
          }
        };
        await Promise.all([
          source("wallet", async () => {
            const { balanceMicro } = await purpleFlea.balance();
            inTransaction(mirror, (tx) => recordBalance(tx, "wallet", balanceMicro, true, clock.now()));
          }),
          source("domains", async () => {
            const list = await purpleFlea.domains();
            inTransaction(mirror, (tx) => recordDomains(tx, list, clock.now()));
          }),
          source("faucet", async () => void (await purpleFlea.faucetStatus(config.agentId))),
          source("casino", async () => void (await purpleFlea.casinoCommitment())),
          source("trading", readTrades),
          source("escrow", () => readEscrows(runId)),
        ]);
        const now = clock.now();
        inTransaction(mirror, (tx) => {
          recordOwnBooks(tx, now);
          if (event.id && isCommand(read, event.id)) {
            answerCommand(
              tx,
              event.id,
              failed.length === 0
                ? { state: "confirmed", message: "Everything was read.", runId }
                : { state: "failed", message: `Not everything could be read. ${failed.join("; ")}.`, runId },
              now,
            );
          }
        });
        return { failed, nudges: waiting(now) };
      });
      if (result.nudges.length > 0) {
        // Whoever should have been woken by these was not listening then: once more, under an id of this quarter of an hour.
        await step.sendEvent(
          "nudge",
          result.nudges.map((nudge) =>
            escrowConfirmed.create(
              { escrow_id: nudge.ref, confirmed_by: nudge.by, confirmed_at: nudge.at },
              { id: eventIdFor("escrow.confirmed", `${nudge.ref}-nudge-${nudge.slot}`) },
            ),
          ),
        );
      }
      return { failed: result.failed, nudged: result.nudges.map((nudge) => nudge.ref) };
    },
  );

  async function readTrades(): Promise<void> {
    for (const trade of openTrades(mirror, clock.now())) {
      const order = await purpleFlea.order(trade.remoteId ?? "");
      const now = clock.now();
      inTransaction(mirror, (tx) => applyTradeNews(tx, trade.ref, newsOf(order), now, now));
    }
  }

  async function readEscrows(runId: string): Promise<void> {
    for (const row of openEscrows(mirror)) {
      const upstream = await purpleFlea.escrow(row.remoteId ?? "");
      inTransaction(mirror, (tx) => {
        // While a release or cancel is under way its own step reads the escrow; a look from here may be older than its answer.
        const fresh = getEscrow(tx, row.ref);
        if (fresh && fresh.status !== "releasing" && fresh.status !== "cancelling")
          mirrorUpstream(setting, tx, fresh, upstream, clock.now(), runId);
      });
    }
  }

  /** Proven confirmations and decisions whose escrow is still locked some minutes later. */
  function waiting(now: number) {
    return openEscrows(mirror).flatMap((row) => {
      const decision = getDecision(read, row.ref);
      const since = decision?.at ?? row.confirmedAt;
      if (row.status !== "pending" || since === null || since === undefined || now - since < NUDGE_AFTER_MS)
        return [];
      return [
        {
          ref: row.ref,
          by: decision ? `operator:${decision.operatorId}` : (row.confirmedBy ?? row.counterparty),
          at: new Date(since).toISOString(),
          slot: Math.floor(now / (15 * MINUTE_MS)),
        },
      ];
    });
  }
}
