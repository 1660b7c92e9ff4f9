import { NonRetriableError } from "inngest";
import { z } from "zod";
import { inTransaction, type Writer } from "../../db/connection";
import { answerCommand } from "../../db/mirror/answers";
import { betByRemoteId, getBet, getClaim } from "../../db/mirror/bets";
import { escrowByRemoteId, getEscrow } from "../../db/mirror/escrows";
import { decideIntent, getIntent, reopenIntent, type Decider, type Intent } from "../../db/mirror/intents";
import { tell } from "../../db/mirror/timeline";
import { getTrade, settleAlert, tradeByRemoteId } from "../../db/mirror/trades";
import { getCommand } from "../../db/read/decisions";
import { pauseReason } from "../../db/read/pauses";
import { utcDay } from "../../domain/ids";
import { formatMicro } from "../../domain/money";
import { escrowResumed, eventIdFor, outcomeDecided, outcomeUnknown } from "../events";
import { ReadRefused } from "../purple-flea/outcomes";
import { sendClaim } from "./claim-faucet";
import { sendEscrow } from "./create-escrow";
import { mirrorUpstream } from "./mirror-upstream";
import { sendBet } from "./place-bet";
import { sendOrder } from "./place-order";
import { askId } from "./reconcile-unknown";
import type { Setting } from "./setting";
import { recordHappened, recordNotHappened, showNotDone, subjectOf, type Fact } from "./what-became";

const ID = "settle-unknown";

/** A decision as its command keeps it. `again`: whether what did not happen is to be done. */
const decisionSchema = z.object({
  intent_key: z.string(),
  choice: z.enum(["happened", "not-happened", "left"]),
  again: z.boolean().default(false),
  remote_id: z.string().optional(),
  seen_tries: z.number().int(),
});
type Decision = z.output<typeof decisionSchema>;

interface Settled {
  state: "confirmed" | "failed" | "unknown";
  message: string;
  /** What goes on now: an escrow without a run, or another look-up. */
  next?: "resume-escrow" | "ask";
}
const failed = (message: string): Settled => ({ state: "failed", message });

/**
 * Carries out what an operator decided about a call whose outcome is not known. The decision is read from the command on
 * record, not from the event. "It happened" is checked at Purple Flea where it can be read; "do it again" sends the call
 * once more under its old key, once for a decision.
 */
export function settleUnknown(setting: Setting) {
  const { client, mirror, read, clock } = setting;
  return client.createFunction(
    { id: ID, name: "Settle unknown", retries: 3, triggers: [outcomeDecided] },
    async ({ event, step, runId }) => {
      const command = getCommand(read, event.id);
      const parsed = decisionSchema.safeParse(command?.payload);
      if (!command || command.kind !== "settle-unknown" || !parsed.success)
        throw new NonRetriableError("no decision on record stands behind this event");
      const decision = parsed.data;
      const key = decision.intent_key;
      const who = command.operatorName ?? command.operatorId;
      const decider: Decider = {
        commandId: command.id,
        by: who,
        reason: z.object({ reason: z.string() }).safeParse(command.payload).data?.reason ?? null,
        seenTries: decision.seen_tries,
      };
      let settled: Settled;
      try {
        settled = await step.run("settle", () => settle(decision, decider, command.operatorId, runId));
      } catch (error) {
        const reason = error instanceof Error ? error.message : "out of attempts";
        settled = await step.run("record-not-settled", () => recordNotSettled(key, decider, reason, runId));
      }
      const answer = settled;
      await step.run("answer", () =>
        inTransaction(mirror, (tx) =>
          answerCommand(tx, command.id, { state: answer.state, message: answer.message, runId }, clock.now()),
        ),
      );
      if (settled.next === "ask")
        await step.sendEvent(
          "ask-what-became",
          outcomeUnknown.create({ intent_key: key }, { id: askId(key, runId) }),
        );
      if (settled.next === "resume-escrow") {
        const ref = getIntent(mirror, key)?.subjectRef ?? "";
        const id = eventIdFor(escrowResumed.name, `${ref}-by-${command.id}`);
        await step.sendEvent("resume-escrow", escrowResumed.create({ escrow_id: ref }, { id }));
      }
      return { intent_key: key, choice: decision.choice, state: settled.state, message: settled.message };
    },
  );

  async function settle(
    decision: Decision,
    decider: Decider,
    operatorId: string,
    runId: string,
  ): Promise<Settled> {
    const key = decision.intent_key;
    const intent = getIntent(mirror, key);
    if (!intent) return failed("There is no such call. Nothing was changed.");
    const mine = intent.decisionCommand === decider.commandId;
    if (!mine && intent.status !== "unknown")
      return failed(`Its outcome is known already: ${intent.status.replace("_", " ")}. Nothing was changed.`);
    if (!mine && intent.tries !== decider.seenTries)
      return failed("It was tried again after this was looked at. Nothing was changed; look again.");
    const actor = { kind: "operator", id: operatorId } as const;
    if (decision.choice === "left")
      return inTransaction(mirror, (tx) => leave(tx, intent, decider, actor, runId));
    if (decision.choice === "happened") return happened(intent, decision.remote_id, decider, actor, runId);
    return decision.again
      ? again(intent, decider, actor, runId)
      : inTransaction(mirror, (tx) => dropped(tx, intent, decider, actor, runId));
  }

  type Operator = { kind: "operator"; id: string };

  function leave(tx: Writer, intent: Intent, decider: Decider, actor: Operator, runId: string): Settled {
    const now = clock.now();
    if (!decideIntent(tx, intent.key, "left", decider, now))
      return failed("Nothing was changed; look again.");
    tellDecision(tx, intent, "Left as it is", decider, actor, runId, now);
    return { state: "confirmed", message: "Left as it is. What it holds stays held." };
  }

  function dropped(tx: Writer, intent: Intent, decider: Decider, actor: Operator, runId: string): Settled {
    const now = clock.now();
    if (!decideIntent(tx, intent.key, "dropped", decider, now))
      return failed("Nothing was changed; look again.");
    tellDecision(tx, intent, "Decided: it did not happen", decider, actor, runId, now);
    const words = `decided by ${decider.by}`;
    recordNotHappened(tx, intent, words, { words, actor, runId }, now);
    return { state: "confirmed", message: "Recorded as not done. It is not sent again." };
  }

  function tellDecision(
    tx: Writer,
    intent: Intent,
    title: string,
    decider: Decider,
    actor: Operator,
    runId: string,
    now: number,
  ): void {
    tell(tx, {
      subject: subjectOf(intent),
      kind: "decided",
      nth: decider.commandId,
      at: now,
      title: `${title}, by ${decider.by}`,
      detail: decider.reason ?? undefined,
      actor,
      runId,
    });
  }

  async function happened(
    intent: Intent,
    remoteId: string | undefined,
    decider: Decider,
    actor: Operator,
    runId: string,
  ): Promise<Settled> {
    const next = intent.action === "escrow-create" ? ("resume-escrow" as const) : undefined;
    if (intent.status === "done") return { state: "confirmed", message: "It is recorded as done.", next };
    const found = await readFact(intent, remoteId).catch((error: unknown) => {
      // A refusal is Purple Flea's word about this id; anything else is worth another try.
      if (!(error instanceof ReadRefused)) throw error;
      return `Purple Flea does not know it: ${error.message}`;
    });
    if (typeof found === "string") return failed(`${found}. Nothing was changed.`);
    return inTransaction(mirror, (tx): Settled => {
      const now = clock.now();
      const taken = remoteId === undefined ? null : ownerOf(tx, intent, remoteId);
      if (taken) return failed(`${remoteId} belongs to ${taken}. Nothing was changed.`);
      if (!decideIntent(tx, intent.key, "happened", decider, now))
        return failed("Nothing was changed; look again.");
      tellDecision(tx, intent, "Decided: it happened", decider, actor, runId, now);
      const source = { words: `decided by ${decider.by}, read at Purple Flea`, actor, runId };
      if (found.action === "escrow-end") {
        const row = getEscrow(tx, intent.subjectRef);
        if (row) mirrorUpstream(setting, tx, row, found.escrow, now, runId);
        return { state: "confirmed", message: `Purple Flea says ${found.escrow.status}.` };
      }
      recordHappened(setting, tx, intent, found, source, now);
      return {
        state: "confirmed",
        message: remoteId ? `Recorded as done: ${remoteId}.` : "Recorded as done.",
        next,
      };
    });
  }

  /** What Purple Flea says of the id that was given, or in words why it cannot be this call. */
  async function readFact(
    intent: Intent,
    remoteId: string | undefined,
  ): Promise<
    Fact | { action: "escrow-end"; escrow: Awaited<ReturnType<Setting["purpleFlea"]["escrow"]>> } | string
  > {
    const { purpleFlea } = setting;
    const ref = intent.subjectRef;
    switch (intent.action) {
      case "order": {
        if (!remoteId) return "Purple Flea's order id is missing";
        const order = await purpleFlea.order(remoteId);
        const trade = getTrade(mirror, ref);
        if (order.asset && trade && order.asset !== trade.asset)
          return `${remoteId} is an order for ${order.asset}, this one was for ${trade.asset}`;
        if (order.side && trade && order.side !== trade.side)
          return `${remoteId} is ${order.side}, this one was ${trade.side}`;
        if (order.sizeMicro !== null && order.sizeMicro !== intent.amountMicro)
          return `${remoteId} is over ${formatMicro(order.sizeMicro)} USDC, this one was over ${formatMicro(intent.amountMicro)} USDC`;
        return { action: "order", order };
      }
      case "escrow-create": {
        if (!remoteId) return "Purple Flea's escrow id is missing";
        const escrow = await purpleFlea.escrow(remoteId);
        const row = getEscrow(mirror, ref);
        if (escrow.amountMicro !== intent.amountMicro)
          return `${remoteId} is over ${formatMicro(escrow.amountMicro)} USDC, this one was over ${formatMicro(intent.amountMicro)} USDC`;
        if (
          row &&
          escrow.counterparty &&
          escrow.counterparty.toLowerCase() !== row.counterparty.toLowerCase()
        )
          return `${remoteId} is for ${escrow.counterparty}, this one was for ${row.counterparty}`;
        return { action: "escrow-create", escrow };
      }
      case "bet": {
        if (!remoteId) return "Purple Flea's bet id is missing";
        const bet = await purpleFlea.bet(remoteId);
        return bet.clientSeed === getBet(mirror, ref)?.clientSeed
          ? { action: "bet", bet }
          : `${remoteId} is another bet: it has another client seed`;
      }
      case "claim":
        return { action: "claim", amountMicro: null, txHash: remoteId ?? null };
      case "escrow-release":
      case "escrow-cancel": {
        const row = getEscrow(mirror, ref);
        if (!row?.remoteId) return "the escrow has no id at Purple Flea";
        const escrow = await purpleFlea.escrow(row.remoteId);
        return escrow.status === "released" || escrow.status === "refunded"
          ? { action: "escrow-end", escrow }
          : `Purple Flea says "${escrow.rawStatus}": it did not happen`;
      }
      default:
        return intent.action satisfies never;
    }
  }

  /** The row an id of Purple Flea's belongs to already, when it is another one. */
  function ownerOf(tx: Writer, intent: Intent, remoteId: string): string | null {
    const owner =
      intent.action === "order"
        ? tradeByRemoteId(tx, remoteId)
        : intent.action === "bet"
          ? betByRemoteId(tx, remoteId)
          : intent.action === "escrow-create"
            ? escrowByRemoteId(tx, remoteId)
            : undefined;
    return owner && owner.ref !== intent.subjectRef ? owner.ref : null;
  }

  /** Sends it once more under its old key. What is known not to have been sent is tried again by the step. */
  async function again(intent: Intent, decider: Decider, actor: Operator, runId: string): Promise<Settled> {
    const { key, subjectRef: ref, action } = intent;
    if (action === "escrow-release" || action === "escrow-cancel")
      return inTransaction(mirror, (tx): Settled => {
        const now = clock.now();
        if (!decideIntent(tx, key, "repeated", decider, now))
          return failed("Nothing was changed; look again.");
        tellDecision(tx, intent, "Decided: do it again", decider, actor, runId, now);
        // The run that takes over reads the escrow first, and acts only while Purple Flea calls it locked.
        return { state: "confirmed", message: "Another run takes it up now.", next: "resume-escrow" };
      });
    if (action === "claim" && getClaim(mirror, ref)?.utcDay !== utcDay(clock.now()))
      return failed("Its day is over: a claim made now would be today's. Nothing was sent");
    const opened = inTransaction(mirror, (tx) => {
      const now = clock.now();
      const kind = action === "order" ? "trade" : action;
      const paused = intent.decisionCommand === decider.commandId ? null : pauseReason(tx, kind);
      if (paused) return { kind: "paused" as const, reason: paused };
      const result = reopenIntent(tx, key, decider, runId, now);
      if (result.kind === "send")
        tellDecision(tx, intent, "Decided: it did not happen, do it again", decider, actor, runId, now);
      return result;
    });
    if (opened.kind === "paused") return failed(`${opened.reason}. Nothing was sent`);
    if (opened.kind === "busy") throw new Error(`another order (${opened.heldBy.subjectRef}) is in flight`);
    if (opened.kind === "settled") {
      const { status, remoteId, detail } = opened.intent;
      return status === "done"
        ? { state: "confirmed", message: `Done: ${remoteId ?? ref}.` }
        : status === "unknown"
          ? { state: "unknown", message: `Sent again, and no answer came: ${detail ?? ""}.`, next: "ask" }
          : failed(`Not sent: ${detail ?? status}. Nothing moved.`);
    }
    const send =
      action === "order"
        ? sendOrder
        : action === "bet"
          ? sendBet
          : action === "claim"
            ? sendClaim
            : sendEscrow;
    const sent = await send(setting, ref, key, opened.idempotencyKey, {
      functionId: ID,
      runId,
      stepId: "settle",
    });
    switch (sent.kind) {
      case "placed":
        if (action === "order") settleTheAlert(ref);
        return {
          state: "confirmed",
          message: `Sent again and done: ${"orderId" in sent ? sent.orderId : sent.id}.`,
        };
      case "created":
        return {
          state: "confirmed",
          message: `Sent again and done: ${sent.remoteId}.`,
          next: "resume-escrow",
        };
      case "claimed":
        return { state: "confirmed", message: `Claimed ${sent.amount_usdc} USDC.` };
      case "unknown":
        return { state: "unknown", message: `Sent again, and no answer came: ${sent.reason}.`, next: "ask" };
      case "refused":
      case "skipped":
      case "not-claimed":
        return failed(`Sent again and refused: ${sent.reason}. Nothing moved.`);
      default:
        return sent satisfies never;
    }
  }

  function settleTheAlert(ref: string): void {
    inTransaction(mirror, (tx) => {
      const intent = getIntent(tx, `order:${getTrade(tx, ref)?.alertId ?? ""}`);
      const alertId = getTrade(tx, ref)?.alertId;
      if (alertId) settleAlert(tx, alertId, "traded", clock.now(), { tradeRef: ref });
      const message = `Order ${intent?.remoteId ?? ref} placed.`;
      answerCommand(tx, intent?.commandId, { state: "confirmed", message }, clock.now());
    });
  }

  /** The last try of a decision failed: what it left open is told as it is. */
  function recordNotSettled(key: string, decider: Decider, reason: string, runId: string): Settled {
    return inTransaction(mirror, (tx): Settled => {
      const now = clock.now();
      const intent = getIntent(tx, key);
      if (!intent || intent.decisionCommand !== decider.commandId)
        return failed(`${reason}. Nothing was changed.`);
      if (intent.status === "not_done" || intent.status === "refused") {
        showNotDone(tx, intent, reason, now, runId);
        return failed(`Not done: ${reason}. Nothing moved.`);
      }
      if (intent.status === "done") return { state: "confirmed", message: "Done." };
      return { state: "unknown", message: `Sent again; no answer was recorded: ${reason}.`, next: "ask" };
    });
  }
}
