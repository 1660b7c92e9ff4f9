import { inTransaction } from "../../db/connection";
import { answerCommand } from "../../db/mirror/answers";
import { recordBalance, recordDomains, recordOwnBooks, recordSync } from "../../db/mirror/balances";
import { unprovenBets } from "../../db/mirror/bets";
import { compareWallet, readMoved, type WalletLook } from "../../db/mirror/drift";
import { getEscrow, openEscrows } from "../../db/mirror/escrows";
import { applyTradeNews, markTradeSeen, openTrades, tellTrade } from "../../db/mirror/trades";
import { isCommand } from "../../db/read/decisions";
import { formatMicro } from "../../domain/money";
import type { Source } from "../../domain/statuses";
import { syncRequested } from "../events";
import { functionActor, type Deps } from "../deps";
import { recordBet, recordVerification } from "../money-calls/actions/bet";
import { recordEscrow } from "../money-calls/actions/escrow-end";
import { newsOf } from "../money-calls/actions/order";
import { sweepStaleWork } from "../recovery/sweep-stale-work";

const ID = "sync-mirror";
/** At most so many rows of a kind are read again at once, those longest unseen first: Purple Flea limits reads by the minute. */
const MAX_READS = 40;

/**
 * Reads what can be read at Purple Flea into the mirror, each source by itself, so that one that fails stops no other; holds
 * the wallet against our own books; then sweeps for stale work.
 */
export function syncMirror(deps: Deps) {
  const { client, mirror, read, purpleFlea, clock, config } = deps;
  return client.createFunction(
    {
      id: ID,
      name: "Sync mirror",
      retries: 2,
      triggers: [{ cron: config.syncCron ?? "*/5 * * * *" }, syncRequested],
    },
    async ({ event, step, runId }) => {
      const result = await step.run("read-sources", async () => {
        const failed: string[] = [];
        const source = async (name: Source, work: () => Promise<void>) => {
          const asked = clock.now();
          try {
            await work();
            inTransaction(mirror, (tx) => recordSync(tx, name, asked));
          } catch (error) {
            const reason = error instanceof Error ? error.message : "not readable";
            failed.push(`${name}: ${reason}`);
            inTransaction(mirror, (tx) => recordSync(tx, name, asked, reason));
          }
        };
        await Promise.all([
          source("domains", async () => {
            const list = await purpleFlea.domains();
            inTransaction(mirror, (tx) => recordDomains(tx, list, clock.now()));
          }),
          source("faucet", async () => void (await purpleFlea.faucetStatus(config.agentId))),
          source("casino", async () => {
            await purpleFlea.casinoCommitment();
            await readBets();
          }),
          source("trading", () => readTrades(runId)),
          source("escrow", () => readEscrows(runId)),
        ]);
        // Last, so that what the rows have learnt just now is in the books the balance is held against.
        const readAll = failed.length === 0;
        await source("wallet", () => readWalletAndCompare(readAll, runId));
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
        return { failed, ...(await sweepStaleWork(deps, runId)) };
      });
      if (result.events.length > 0) await step.sendEvent("pick-up", result.events);
      return { failed: result.failed, picked_up: result.events.map((one) => one.id) };
    },
  );

  /**
   * Reads the balance and holds it against the books. What differs is looked at twice, with all rows in between: a position may
   * have closed at Purple Flea between the reading of the trades and that of the wallet.
   */
  async function readWalletAndCompare(readAll: boolean, runId: string): Promise<void> {
    let first: WalletLook | null = null;
    for (;;) {
      const askedAt = clock.now();
      const movedMicro = readMoved(mirror);
      const { balanceMicro } = await purpleFlea.balance();
      const look = { balanceMicro, askedAt, movedMicro };
      const verdict = inTransaction(mirror, (tx) => {
        recordBalance(tx, "wallet", balanceMicro, true, askedAt);
        // With a source unread the books are behind, and say nothing about the balance.
        return readAll ? compareWallet(tx, look, first, clock.now()) : "busy";
      });
      if (verdict !== "look-again") return;
      first = look;
      await Promise.all([readTrades(runId), readEscrows(runId), readBets()]);
    }
  }

  async function readTrades(runId: string): Promise<void> {
    for (const trade of openTrades(mirror, MAX_READS)) {
      const order = await purpleFlea.order(trade.remoteId ?? "");
      const now = clock.now();
      inTransaction(mirror, (tx) => {
        const news = newsOf(order);
        if (!applyTradeNews(tx, trade.ref, news, now, now)) return markTradeSeen(tx, trade.ref, now);
        // Without its result it is told with the webhook that names one.
        if (news.pnlMicro === undefined || news.pnlMicro === null) return;
        tellTrade(tx, trade.ref, {
          kind: news.status === "liquidated" ? "position.liquidated" : "position.closed",
          at: news.closedAt ?? now,
          title: news.status === "liquidated" ? "Liquidated" : "Position closed",
          detail: `${formatMicro(news.pnlMicro)} USDC; read at Purple Flea`,
          actor: functionActor(ID),
          runId,
        });
      });
    }
  }

  async function readEscrows(runId: string): Promise<void> {
    for (const row of openEscrows(mirror)) {
      const upstream = await purpleFlea.escrow(row.remoteId ?? "");
      inTransaction(mirror, (tx) => {
        // While a release or cancel is under way its own step reads the escrow; a look from here may be older than its answer.
        const fresh = getEscrow(tx, row.ref);
        if (fresh && fresh.status !== "releasing" && fresh.status !== "cancelling")
          recordEscrow(tx, row.ref, upstream, { actor: functionActor(ID), runId }, clock.now());
      });
    }
  }

  /** Bets whose outcome was pending, or whose seed was not revealed yet. */
  async function readBets(): Promise<void> {
    for (const row of unprovenBets(mirror, MAX_READS)) {
      const bet = await purpleFlea.bet(row.remoteId ?? "");
      const now = clock.now();
      if (row.status === "unknown") inTransaction(mirror, (tx) => recordBet(tx, row.ref, bet, now));
      recordVerification(mirror, row.ref, bet, now);
    }
  }
}
