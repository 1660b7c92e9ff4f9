import { createHash } from "node:crypto";
import { and, asc, eq, inArray, isNotNull, isNull, lte, or, sql } from "drizzle-orm";
import type { Actor } from "../../domain/ids";
import { intentKeys } from "../../domain/keys";
import { payloadText, readAlert } from "../../domain/price-alert";
import type { AlertOutcome, TradeStatus } from "../../domain/statuses";
import type { TimelineKind } from "../../domain/timeline-kinds";
import { given, prepared, type MirrorWriter } from "../connection";
import { alerts, trades } from "../schema";
import { bookMoves, placedAt, tradeMoves } from "./books";
import { aboutRun } from "./runs";
import { tell } from "./timeline";

export type Alert = typeof alerts.$inferSelect;
export type Trade = typeof trades.$inferSelect;

const alertById = prepared((db) =>
  db
    .select()
    .from(alerts)
    .where(eq(alerts.id, given("id")))
    .prepare(),
);

/** How an alert came: under which event, when (ms), and to which run. */
export type Arrival = Pick<Alert, "id" | "eventName" | "receivedAt" | "runId">;

/**
 * The id of an alert that cannot be read: the same for the same event, and another than the event's own, so that the event can
 * still be sent in a form that can be read.
 */
const unreadableId = (eventId: string): string =>
  `unreadable-${createHash("sha256").update(eventId).digest("hex").slice(0, 24)}`;

/** Keeps an alert as it came, one that cannot be read as refused, with the reason; a repeat changes nothing. */
export function recordAlert(tx: MirrorWriter, arrival: Arrival, data: unknown): Alert {
  const read = readAlert(data);
  const id = read.kind === "read" ? arrival.id : unreadableId(arrival.id);
  const row =
    read.kind === "read"
      ? {
          asset: read.market,
          named: read.named === read.market ? null : read.named,
          price: read.price,
          direction: read.direction,
          triggeredBy: read.triggeredBy,
          outcome: "received" as const,
        }
      : {
          asset: "",
          named: read.named,
          price: "",
          direction: "" as const,
          outcome: "refused" as const,
          reason: `not read: ${read.why}`,
          payload: payloadText(data),
        };
  tx.insert(alerts)
    .values({ ...arrival, ...row, id, updatedAt: arrival.receivedAt })
    .onConflictDoNothing()
    .run();
  const kept = getAlert(tx, id);
  if (!kept) throw new Error("the alert that was just written is gone");
  return kept;
}

/** Takes up an alert that was held, for one run; undefined when it is not held (any more). */
export function resumeAlert(tx: MirrorWriter, id: string, runId: string, now: number): Alert | undefined {
  const found = getAlert(tx, id);
  if (!found || (found.outcome !== "held" && found.runId !== runId)) return undefined;
  if (found.outcome === "held")
    tx.update(alerts)
      .set({ outcome: "received", reason: null, runId, updatedAt: now })
      .where(eq(alerts.id, id))
      .run();
  return { ...found, outcome: "received", runId };
}

export function getAlert(tx: MirrorWriter, id: string): Alert | undefined {
  return alertById(tx).get({ id });
}

/** Alerts a run took up and left without an end. */
export function unsettledAlerts(tx: MirrorWriter, runId: string): Alert[] {
  return tx
    .select()
    .from(alerts)
    .where(and(inArray(alerts.outcome, ["received", "waiting"]), eq(alerts.runId, runId)))
    .all();
}

const held = prepared((db) =>
  db.select().from(alerts).where(eq(alerts.outcome, "held")).orderBy(asc(alerts.receivedAt)).prepare(),
);

/** Alerts that wait for a pause to end, oldest first. */
export const heldAlerts = (tx: MirrorWriter): Alert[] => held(tx).all();

/** What became of an alert. One that traded stays so. */
export function settleAlert(
  tx: MirrorWriter,
  id: string,
  outcome: AlertOutcome,
  now: number,
  more: { reason?: string; tradeRef?: string } = {},
): void {
  const found = getAlert(tx, id);
  if (!found || found.outcome === "traded") return;
  tx.update(alerts)
    .set({ outcome, reason: more.reason ?? null, tradeRef: more.tradeRef ?? found.tradeRef, updatedAt: now })
    .where(eq(alerts.id, id))
    .run();
}

type NewTrade = Pick<
  Trade,
  "ref" | "alertId" | "agentId" | "asset" | "side" | "sizeMicro" | "alertPrice" | "runId"
>;

/** The row of an order that is about to be sent. */
export function beginTrade(tx: MirrorWriter, trade: NewTrade, now: number): void {
  tx.insert(trades)
    .values({ ...trade, status: "placing", createdAt: now, observedAt: now, updatedAt: now, version: 1 })
    .onConflictDoUpdate({
      target: trades.ref,
      set: { status: "placing", reason: null, runId: trade.runId, updatedAt: now },
    })
    .run();
  aboutRun(tx, trade.runId, "trade", trade.ref);
}

export interface TradeNews {
  status?: TradeStatus;
  rawStatus?: string | null;
  remoteId?: string;
  fillPrice?: string | null;
  feeMicro?: bigint | null;
  pnlMicro?: bigint | null;
  filledAt?: number | null;
  closedAt?: number | null;
  reason?: string | null;
}

/** Where a trade can only go forward: news of an earlier stage never takes it back. */
const STAGE: Record<TradeStatus, number> = {
  placing: 0,
  unknown: 1,
  rejected: 2,
  not_executed: 2,
  open: 2,
  filled: 3,
  closed: 4,
  liquidated: 4,
};

/**
 * Applies what was seen at `observedAt` (ms). Older news fills what is missing and overwrites nothing.
 * @returns whether anything changed
 */
export function applyTradeNews(
  tx: MirrorWriter,
  ref: string,
  news: TradeNews,
  observedAt: number,
  now: number,
): boolean {
  const row = getTrade(tx, ref);
  if (!row) return false;
  const set: Partial<Trade> = {};
  if (news.remoteId && !row.remoteId) set.remoteId = news.remoteId;
  if (news.fillPrice != null && row.fillPrice === null) set.fillPrice = news.fillPrice;
  if (news.feeMicro != null && row.feeMicro === null) set.feeMicro = news.feeMicro;
  if (news.pnlMicro != null && row.pnlMicro === null) set.pnlMicro = news.pnlMicro;
  if (news.filledAt != null && row.filledAt === null) set.filledAt = news.filledAt;
  if (news.closedAt != null && row.closedAt === null) set.closedAt = news.closedAt;
  if (news.status && news.status !== row.status && STAGE[news.status] >= STAGE[row.status]) {
    set.status = news.status;
    set.rawStatus = news.rawStatus ?? null;
    set.reason = news.reason ?? null;
  }
  if (Object.keys(set).length === 0) return false;
  const next = { ...row, ...set };
  const placed = placedAt(tx, intentKeys.order(row.alertId), now);
  // While nobody has told when it was over, it was when that was learnt.
  const over = next.closedAt ?? (next.status === row.status ? row.updatedAt : now);
  bookMoves(tx, { type: "trade", ref }, tradeMoves(next, placed, over), now);
  tx.update(trades)
    .set({
      ...set,
      observedAt: Math.max(row.observedAt, observedAt),
      updatedAt: now,
      version: row.version + 1,
    })
    .where(eq(trades.ref, ref))
    .run();
  return true;
}

/** The trade an alert has led to, whatever became of its order. */
export function tradeOfAlert(tx: MirrorWriter, alertId: string): Trade | undefined {
  return tx.select().from(trades).where(eq(trades.alertId, alertId)).get();
}

const byRef = prepared((db) =>
  db
    .select()
    .from(trades)
    .where(eq(trades.ref, given("ref")))
    .prepare(),
);
const byRemoteId = prepared((db) =>
  db
    .select()
    .from(trades)
    .where(eq(trades.remoteId, given("remoteId")))
    .prepare(),
);

export const getTrade = (tx: MirrorWriter, ref: string): Trade | undefined => byRef(tx).get({ ref });
export const tradeByRemoteId = (tx: MirrorWriter, remoteId: string): Trade | undefined =>
  byRemoteId(tx).get({ remoteId });

const open = prepared((db) =>
  db
    .select()
    .from(trades)
    .where(
      and(
        isNotNull(trades.remoteId),
        or(
          inArray(trades.status, ["open", "filled", "unknown"]),
          // Over before anybody had told of its fill: it is read once more.
          and(
            inArray(trades.status, ["closed", "liquidated"]),
            isNull(trades.fillPrice),
            lte(trades.observedAt, trades.closedAt),
          ),
        ),
      ),
    )
    .orderBy(asc(trades.observedAt))
    .limit(sql.placeholder("limit"))
    .prepare(),
);
const seen = prepared((db) =>
  db
    .update(trades)
    .set({ observedAt: sql`max(${trades.observedAt}, ${given("observedAt")})` })
    .where(eq(trades.ref, given("ref")))
    .prepare(),
);

/** What a sync reads again: trades that are not over, and those whose fill nobody has told, those longest unseen first. */
export const openTrades = (tx: MirrorWriter, limit: number): Trade[] => open(tx).all({ limit });

/** Notes that a trade was read upstream and was as the mirror has it. */
export function markTradeSeen(tx: MirrorWriter, ref: string, observedAt: number): void {
  seen(tx).run({ ref, observedAt });
}

export function tellTrade(
  tx: MirrorWriter,
  ref: string,
  entry: {
    kind: TimelineKind;
    nth?: string;
    at: number;
    title: string;
    detail?: string;
    actor: Actor;
    runId?: string;
    stepId?: string;
  },
): void {
  tell(tx, { subject: { type: "trade", ref }, ...entry });
}
