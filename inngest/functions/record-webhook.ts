import { RetryAfterError } from "inngest";
import { inTransaction, type MirrorWriter } from "../../db/connection";
import { answerWebhook } from "../../db/mirror/answers";
import { recordBalance } from "../../db/mirror/balances";
import { betByRemoteId, getClaim } from "../../db/mirror/bets";
import { bookTransfer } from "../../db/mirror/books";
import { changeEscrow, escrowByRemoteId, isOver, tellEscrow } from "../../db/mirror/escrows";
import { getIntent } from "../../db/mirror/intents";
import { applyTradeNews, tellTrade, tradeByRemoteId } from "../../db/mirror/trades";
import { getWebhook } from "../../db/read/webhooks";
import { utcDay } from "../../domain/ids";
import { claimRef, intentKeys } from "../../domain/keys";
import { formatMicro } from "../../domain/money";
import type { WebhookOutcome } from "../../domain/webhook-outcomes";
import { escrowConfirmed, eventIdFor, webhookReceived } from "../events";
import type { ReadWebhook, WebhookNews } from "../purple-flea/port";
import { adoptClaim, faucetClaim } from "../money-calls/actions/faucet-claim";
import { settle } from "../money-calls/settle";
import { type Deps } from "../deps";

/** A webhook that could be read, about one kind of thing. */
type News<About extends WebhookNews["about"]> = Extract<WebhookNews, { about: About }>;
/** Which webhook it was, and when (ms): what it tells of, and now. */
interface Told {
  webhookId: string;
  name: string;
  at: number;
  now: number;
  runId: string;
}

interface Applied {
  outcome: WebhookOutcome;
  detail?: string;
  /** A proven confirmation, to be sent on as an event. */
  confirmed?: { ref: string; by: string; at: string };
}

const orderEntries = {
  filled: { kind: "trade.filled", title: "Filled" },
  closed: { kind: "position.closed", title: "Position closed" },
  liquidated: { kind: "position.liquidated", title: "Liquidated" },
} as const;

/** Puts a verified webhook into the mirror, and hands a counterparty's confirmation on under the operator's reference. */
export function recordWebhook(deps: Deps) {
  const { client, mirror, read, purpleFlea, clock, config } = deps;
  return client.createFunction(
    { id: "record-webhook", name: "Record webhook", retries: 4, triggers: [webhookReceived] },
    async ({ event, step, runId, attempt, maxAttempts }) => {
      const id = event.data.webhook_id;
      const applied = await step.run("record", () => {
        const stored = getWebhook(read, id);
        const now = clock.now();
        const webhook = stored ? purpleFlea.readWebhook(stored.envelope) : null;
        return inTransaction(mirror, (tx) => {
          const result: Applied = webhook
            ? apply(tx, webhook, now, runId)
            : { outcome: "unreadable", detail: "no such webhook is stored" };
          // Its escrow or order may be about to be recorded: look again later before saying that nothing matches.
          if (result.outcome === "unmatched" && attempt + 1 < (maxAttempts ?? 1))
            throw new RetryAfterError("nothing in the mirror matches this webhook yet", 15_000);
          answerWebhook(tx, id, { outcome: result.outcome, detail: result.detail, runId }, now);
          return result;
        });
      });
      const { confirmed } = applied;
      if (confirmed) {
        await step.sendEvent(
          "hand-on",
          escrowConfirmed.create(
            { escrow_id: confirmed.ref, confirmed_by: confirmed.by, confirmed_at: confirmed.at },
            { id: eventIdFor("escrow.confirmed", id) },
          ),
        );
      }
      return { outcome: applied.outcome, detail: applied.detail };
    },
  );

  function apply(tx: MirrorWriter, webhook: ReadWebhook, now: number, runId: string): Applied {
    if (webhook.kind === "unreadable") return { outcome: "unreadable", detail: webhook.detail };
    if (webhook.kind === "unknown-type")
      return { outcome: "unknown-type", detail: `"${webhook.rawName}" is not a name we know; it is kept` };
    const { id: webhookId, name, news } = webhook;
    const told: Told = { webhookId, name, at: Math.min(webhook.at ?? now, now), now, runId };
    switch (news.about) {
      case "escrow":
        return onEscrow(tx, news, told);
      case "order":
        return onOrder(tx, news, told);
      case "claim":
        return onClaim(tx, news, webhook.at, told);
      case "bet":
        return betByRemoteId(tx, news.remoteId)
          ? { outcome: "applied", detail: "noted; the numbers come from Purple Flea's API" }
          : { outcome: "unmatched", detail: `no bet has Purple Flea's id ${news.remoteId}` };
      case "transfer":
        return onTransfer(tx, news, told);
      case "other":
        return { outcome: "applied", detail: "noted; the numbers come from Purple Flea's API" };
      default:
        return news satisfies never;
    }
  }

  function onTransfer(tx: MirrorWriter, news: News<"transfer">, { at }: Told): Applied {
    const { amountMicro, balanceAfterMicro, source } = news;
    if (balanceAfterMicro !== null) recordBalance(tx, "wallet", balanceAfterMicro, true, at);
    // What the other rows book already is not booked again.
    if (news.isOwn) return { outcome: "applied", detail: `noted; ${source} is in the books by its own row` };
    return bookTransfer(tx, news.txId, amountMicro, at)
      ? { outcome: "applied", detail: `${formatMicro(amountMicro)} USDC booked` }
      : { outcome: "older", detail: "booked before, or from before the books were opened" };
  }

  /** Agent and day name the claim exactly: there is one a day. */
  function onClaim(tx: MirrorWriter, news: News<"claim">, sentAt: number | null, told: Told): Applied {
    const { agentId, amountMicro, txHash } = news;
    const claimedAt = news.claimedAt ?? sentAt;
    const day = utcDay(claimedAt ?? told.now);
    const ref = claimRef(agentId, day);
    const claim = getClaim(tx, ref);
    if (claim?.status === "claimed" && claim.amountMicro !== null) return { outcome: "older" };
    const isOurs = agentId === config.agentId && claimedAt !== null;
    const intent =
      getIntent(tx, intentKeys.claim(agentId, day)) ??
      (isOurs ? adoptClaim(tx, agentId, claimedAt, told.runId, told.now) : undefined);
    if (!intent) return { outcome: "unmatched", detail: `no claim of ${agentId} on ${day}` };
    settle(
      tx,
      faucetClaim,
      { key: intent.key, ref },
      {
        kind: "found",
        value: { amountMicro, txHash, claimedAt },
        words: `webhook ${told.webhookId}`,
      },
      { actor: { kind: "webhook", id: told.webhookId }, runId: told.runId },
      told.now,
    );
    return { outcome: "applied" };
  }

  function onEscrow(
    tx: MirrorWriter,
    news: News<"escrow">,
    { webhookId, name, at, now, runId }: Told,
  ): Applied {
    const row = escrowByRemoteId(tx, news.remoteId);
    if (!row) return { outcome: "unmatched", detail: `no escrow has Purple Flea's id ${news.remoteId}` };
    const entry = { at, actor: { kind: "webhook", id: webhookId } as const, runId };
    if (news.event === "confirmed") {
      if (isOver(row.status)) return { outcome: "older", detail: `the escrow was ${row.status} already` };
      const confirmedBy = news.confirmedBy ?? news.counterparty ?? row.counterparty;
      const confirmedAt = Math.min(news.confirmedAt ?? at, now);
      if (row.confirmedAt === null) {
        changeEscrow(
          tx,
          row.ref,
          { confirmedAt, confirmedBy, confirmationProof: "webhook" },
          row.observedAt,
          now,
        );
        tellEscrow(tx, row.ref, {
          kind: "confirmed",
          title: "Confirmed by the counterparty",
          detail: `signed webhook ${webhookId}`,
          ...entry,
        });
      }
      return {
        outcome: "applied",
        confirmed: { ref: row.ref, by: confirmedBy, at: new Date(confirmedAt).toISOString() },
      };
    }
    // An end is told by a webhook, and written when the run or a sync has read it at Purple Flea.
    const kind = news.status === "released" || news.status === "refunded" ? "told" : "noted";
    tellEscrow(tx, row.ref, {
      kind: `webhook-escrow.${news.event}`,
      title: `Purple Flea says: ${name}`,
      detail: `webhook ${webhookId}`,
      ...entry,
    });
    return { outcome: at < row.observedAt ? "older" : "applied", detail: kind };
  }

  function onOrder(
    tx: MirrorWriter,
    news: News<"order">,
    { webhookId, name, at, now, runId }: Told,
  ): Applied {
    const row = tradeByRemoteId(tx, news.remoteId);
    if (!row) return { outcome: "unmatched", detail: `no trade has the order id ${news.remoteId}` };
    const { status, fillPrice, feeMicro, pnlMicro, filledAt } = news;
    const isOverNow = status === "closed" || status === "liquidated";
    const closedAt = isOverNow ? (news.closedAt ?? at) : null;
    const seen = { status, rawStatus: name, fillPrice, feeMicro, pnlMicro, filledAt, closedAt };
    const changed = applyTradeNews(tx, row.ref, seen, at, now);
    if (changed)
      tellTrade(tx, row.ref, {
        ...orderEntries[status],
        at,
        detail:
          pnlMicro === null ? (fillPrice ? `at ${fillPrice}` : undefined) : `${formatMicro(pnlMicro)} USDC`,
        actor: { kind: "webhook", id: webhookId },
        runId,
      });
    return { outcome: changed ? "applied" : "older" };
  }
}
