import { RetryAfterError } from "inngest";
import type { z } from "zod";
import { inTransaction, type MirrorWriter } from "../../db/connection";
import { answerWebhook } from "../../db/mirror/answers";
import { recordBalance } from "../../db/mirror/balances";
import { betByRemoteId, getClaim } from "../../db/mirror/bets";
import { bookTransfer } from "../../db/mirror/books";
import { changeEscrow, escrowByRemoteId, isOver, tellEscrow } from "../../db/mirror/escrows";
import { getIntent } from "../../db/mirror/intents";
import { applyTradeNews, tellTrade, tradeByRemoteId } from "../../db/mirror/trades";
import { getWebhook } from "../../db/read/decisions";
import { utcDay } from "../../domain/ids";
import { formatMicro } from "../../domain/money";
import { escrowConfirmed, eventIdFor, webhookReceived } from "../events";
import {
  casinoWebhookData,
  escrowWebhookData,
  faucetWebhookData,
  isKnownWebhookName,
  readEscrowStatus,
  tradeWebhookData,
  transferWebhookData,
  webhookEnvelope,
  type WebhookEnvelope,
} from "../purple-flea/contract";
import { adoptClaim } from "./claim-faucet";
import { type Setting } from "./setting";
import { recordHappened } from "./what-became";

/** Sources of a transfer that are movements of our own rows. */
const OWN_SOURCES = /escrow|trad|order|position|casino|bet|faucet|fee|refund/i;

type Outcome = "applied" | "older" | "unmatched" | "unknown-type" | "unreadable";
interface Applied {
  outcome: Outcome;
  detail?: string;
  /** A proven confirmation to hand on. */
  confirmed?: { ref: string; by: string; at: string };
}

/** Puts a verified webhook into the mirror, and hands a counterparty's confirmation on under the operator's reference. */
export function recordWebhook(setting: Setting) {
  const { client, mirror, read, clock, config } = setting;
  return client.createFunction(
    { id: "record-webhook", name: "Record webhook", retries: 4, triggers: [webhookReceived] },
    async ({ event, step, runId, attempt, maxAttempts }) => {
      const id = event.data.webhook_id;
      const applied = await step.run("record", () => {
        const stored = getWebhook(read, id);
        const now = clock.now();
        const parsed = stored ? webhookEnvelope.safeParse(stored.envelope) : null;
        return inTransaction(mirror, (tx) => {
          const result: Applied = !parsed?.success
            ? {
                outcome: "unreadable",
                detail: stored ? "the envelope cannot be read" : "no such webhook is stored",
              }
            : apply(tx, parsed.data, now, runId);
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

  function apply(tx: MirrorWriter, envelope: WebhookEnvelope, now: number, runId: string): Applied {
    const { name } = envelope;
    if (!isKnownWebhookName(name))
      return { outcome: "unknown-type", detail: `"${envelope.rawName}" is not a name we know; it is kept` };
    const at = Math.min(envelope.timestamp ?? now, now);
    if (name.startsWith("escrow.")) return onEscrow(tx, envelope, at, now, runId);
    if (name.startsWith("trade.") || name.startsWith("position."))
      return onTrade(tx, envelope, at, now, runId);
    if (name === "faucet.claimed") return onClaim(tx, envelope, now, runId);
    if (name === "casino.result" || name.startsWith("bet.")) {
      return readable(casinoWebhookData, envelope, (data) =>
        betByRemoteId(tx, data.betId)
          ? { outcome: "applied", detail: "noted; the numbers come from Purple Flea's API" }
          : { outcome: "unmatched", detail: `no bet has Purple Flea's id ${data.betId}` },
      );
    }
    if (name === "wallet.transfer") {
      return readable(transferWebhookData, envelope, (data) => {
        if (data.balanceAfterMicro !== null) recordBalance(tx, "wallet", data.balanceAfterMicro, true, at);
        // What the other rows book already is not booked again.
        if (OWN_SOURCES.test(data.source ?? ""))
          return { outcome: "applied", detail: `noted; ${data.source} is in the books by its own row` };
        const amount = data.direction === "in" ? data.amountMicro : -data.amountMicro;
        return bookTransfer(tx, data.txId, amount, at)
          ? { outcome: "applied", detail: `${formatMicro(amount)} USDC booked` }
          : { outcome: "older", detail: "booked before, or from before the books were opened" };
      });
    }
    return { outcome: "applied", detail: "noted; the numbers come from Purple Flea's API" };
  }

  /** Agent and day name the claim exactly: there is one a day. */
  function onClaim(tx: MirrorWriter, envelope: WebhookEnvelope, now: number, runId: string): Applied {
    return readable(faucetWebhookData, envelope, (data) => {
      const claimedAt = data.claimedAt ?? envelope.timestamp;
      const day = utcDay(claimedAt ?? now);
      const ref = `${data.agentId}:${day}`;
      const claim = getClaim(tx, ref);
      if (claim?.status === "claimed" && claim.amountMicro !== null) return { outcome: "older" };
      const isOurs = data.agentId === config.agentId && claimedAt !== null;
      const intent =
        getIntent(tx, `claim:${ref}`) ??
        (isOurs ? adoptClaim(tx, data.agentId, claimedAt, runId, now) : undefined);
      if (!intent) return { outcome: "unmatched", detail: `no claim of ${data.agentId} on ${day}` };
      const { amountMicro, txHash } = data;
      const source = {
        words: `webhook ${envelope.id}`,
        actor: { kind: "webhook", id: envelope.id } as const,
        runId,
      };
      const fact = { action: "claim", amountMicro, txHash, claimedAt } as const;
      recordHappened(setting, tx, intent, fact, source, now);
      return { outcome: "applied" };
    });
  }

  function onEscrow(
    tx: MirrorWriter,
    envelope: WebhookEnvelope,
    at: number,
    now: number,
    runId: string,
  ): Applied {
    return readable(escrowWebhookData, envelope, (data) => {
      const row = escrowByRemoteId(tx, data.escrowId);
      if (!row) return { outcome: "unmatched", detail: `no escrow has Purple Flea's id ${data.escrowId}` };
      const told = { at, actor: { kind: "webhook", id: envelope.id } as const, runId };
      if (envelope.name === "escrow.confirmed") {
        if (isOver(row.status)) return { outcome: "older", detail: `the escrow was ${row.status} already` };
        const confirmedBy = data.confirmedBy ?? data.counterparty ?? row.counterparty;
        const confirmedAt = Math.min(data.confirmedAt ?? at, now);
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
            detail: `signed webhook ${envelope.id}`,
            ...told,
          });
        }
        return {
          outcome: "applied",
          confirmed: { ref: row.ref, by: confirmedBy, at: new Date(confirmedAt).toISOString() },
        };
      }
      const status = data.rawStatus
        ? readEscrowStatus(data.rawStatus)
        : envelope.name === "escrow.released"
          ? "released"
          : envelope.name === "escrow.refunded"
            ? "refunded"
            : "locked";
      // An end is told by a webhook, and written when the run or a sync has read it at Purple Flea.
      const kind = status === "released" || status === "refunded" ? "told" : "noted";
      tellEscrow(tx, row.ref, {
        kind: `webhook-${envelope.name}`,
        title: `Purple Flea says: ${envelope.name}`,
        detail: `webhook ${envelope.id}`,
        ...told,
      });
      return { outcome: at < row.observedAt ? "older" : "applied", detail: kind };
    });
  }

  function onTrade(
    tx: MirrorWriter,
    envelope: WebhookEnvelope,
    at: number,
    now: number,
    runId: string,
  ): Applied {
    return readable(tradeWebhookData, envelope, (data) => {
      const row = tradeByRemoteId(tx, data.orderId);
      if (!row) return { outcome: "unmatched", detail: `no trade has the order id ${data.orderId}` };
      const status = {
        "trade.filled": "filled",
        "position.opened": "filled",
        "position.closed": "closed",
        "position.liquidated": "liquidated",
      } as const;
      const next = Object.entries(status).find(([name]) => name === envelope.name)?.[1];
      const changed = applyTradeNews(
        tx,
        row.ref,
        {
          status: next,
          rawStatus: envelope.name,
          fillPrice: data.fillPrice,
          feeMicro: data.feeMicro,
          pnlMicro: data.pnlMicro,
          filledAt: data.filledAt,
          closedAt: next === "closed" || next === "liquidated" ? (data.closedAt ?? at) : null,
        },
        at,
        now,
      );
      if (changed)
        tellTrade(tx, row.ref, {
          kind: envelope.name,
          at,
          title: next === "filled" ? "Filled" : next === "liquidated" ? "Liquidated" : "Position closed",
          detail:
            data.pnlMicro === null
              ? data.fillPrice
                ? `at ${data.fillPrice}`
                : undefined
              : `${formatMicro(data.pnlMicro)} USDC`,
          actor: { kind: "webhook", id: envelope.id },
          runId,
        });
      return { outcome: changed ? "applied" : "older" };
    });
  }
}

function readable<S extends z.ZodType>(
  schema: S,
  envelope: WebhookEnvelope,
  apply: (data: z.output<S>) => Applied,
): Applied {
  const data = schema.safeParse(envelope.data);
  if (data.success) return apply(data.data);
  const [issue] = data.error.issues;
  const field = issue?.path.join(".") || "its data";
  const given = issue?.path.reduce<unknown>(
    (value, name) => (typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined),
    envelope.data,
  );
  return {
    outcome: "unreadable",
    detail:
      given === undefined
        ? `${envelope.name} lacks ${field}`
        : `${field} of ${envelope.name} ${issue?.code === "custom" ? issue.message : "cannot be read"}`,
  };
}
