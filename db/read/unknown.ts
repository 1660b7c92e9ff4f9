import { asc, eq, sql, type InferSelectModel } from "drizzle-orm";
import { z } from "zod";
import { asIntentKey } from "../../domain/keys";
import { marketOf } from "../../domain/markets";
import type { Reader } from "../connection";
import { bets, escrows, intents, trades } from "../schema";
import { listUnmatched } from "./candidates";
import type { Place } from "./place";

export type UnknownIntent = InferSelectModel<typeof intents>;

/** Something Purple Flea reported that may be the call: its id, and what was said of it. */
export interface Candidate {
  remoteId: string;
  words: string;
  at: number;
}
export interface UnknownCall {
  intent: UnknownIntent;
  /** What was asked for, a fact a line. */
  facts: { name: string; value: string }[];
  candidates: Candidate[];
  /** Where the row it belongs to is shown. */
  place: Place;
}

/** Every call whose outcome is not known, the longest open first; those a person left as they are come last. */
export function listUnknown(db: Reader): UnknownIntent[] {
  return db
    .select()
    .from(intents)
    .where(eq(intents.status, "unknown"))
    .orderBy(sql`${intents.decision} = 'left'`, asc(intents.createdAt))
    .limit(200)
    .all();
}

/** The key of the call of a row that has no answer; null when every call of it has one. */
export function getUnknownKey(db: Reader, subjectRef: string): string | null {
  return listUnknown(db).find((call) => call.subjectRef === subjectRef)?.key ?? null;
}

/** One call by its key, whatever its state by now; null when there is none. */
export function getUnknown(db: Reader, key: string): UnknownCall | null {
  const intentKey = asIntentKey(key);
  if (!intentKey) return null;
  const intent = db.select().from(intents).where(eq(intents.key, intentKey)).get();
  if (!intent) return null;
  const ref = intent.subjectRef;
  switch (intent.action) {
    case "order": {
      const trade = db.select().from(trades).where(eq(trades.ref, ref)).get();
      return {
        intent,
        place: { page: "trade", ref },
        facts: trade
          ? [
              { name: "Order", value: `${trade.side} ${trade.asset} at market` },
              { name: "Alert price", value: trade.alertPrice },
            ]
          : [],
        candidates: trade ? orderCandidates(db, intent, trade) : [],
      };
    }
    case "escrow-create":
    case "escrow-release":
    case "escrow-cancel": {
      const escrow = db.select().from(escrows).where(eq(escrows.ref, ref)).get();
      return {
        intent,
        place: { page: "escrow", ref },
        facts: escrow
          ? [
              { name: "Payee", value: escrow.counterparty },
              { name: "For", value: escrow.description },
              { name: "Purple Flea's id", value: escrow.remoteId ?? "not known" },
            ]
          : [],
        candidates:
          escrow && intent.action === "escrow-create"
            ? escrowCandidates(db, intent, escrow.counterparty)
            : [],
      };
    }
    case "bet": {
      const bet = db.select().from(bets).where(eq(bets.ref, ref)).get();
      return {
        intent,
        place: { page: "bet", ref },
        facts: bet ? [{ name: "Client seed", value: bet.clientSeed }] : [],
        candidates: [],
      };
    }
    case "claim":
      return {
        intent,
        place: { page: "faucet" },
        facts: [{ name: "Agent and UTC day", value: ref }],
        candidates: [],
      };
    default:
      return intent.action satisfies never;
  }
}

const orderData = z.object({
  order_id: z.string(),
  symbol: z.string().nullish(),
  side: z.string().nullish(),
  size_usdc: z.union([z.number(), z.string()]).nullish(),
  fill_price: z.union([z.number(), z.string()]).nullish(),
});

/** Orders that Purple Flea reported since, which nothing here answers to and which contradict nothing that was asked. */
function orderCandidates(
  db: Reader,
  intent: UnknownIntent,
  trade: { asset: string; side: string },
): Candidate[] {
  const reported = listUnmatched(db, ["trade.filled", "position.opened"], intent.createdAt);
  return distinct(
    reported.flatMap(({ data, receivedAt, type }) => {
      const order = orderData.safeParse(data);
      if (!order.success) return [];
      const { order_id: remoteId, symbol, side, size_usdc: size, fill_price: price } = order.data;
      if ((symbol && marketOf(symbol) !== marketOf(trade.asset)) || (side && side !== trade.side)) return [];
      if (size != null && Number(size) * 1e6 !== Number(intent.amountMicro)) return [];
      const words = `${type}: ${side ?? ""} ${symbol ?? ""}${price == null ? "" : ` at ${price}`}`;
      return [{ remoteId, words, at: receivedAt }];
    }),
  );
}

const escrowData = z.object({
  escrow_id: z.string(),
  amount_usdc: z.union([z.number(), z.string()]).nullish(),
  counterparty: z.string().nullish(),
  status: z.string().nullish(),
});

function escrowCandidates(db: Reader, intent: UnknownIntent, counterparty: string): Candidate[] {
  const types = ["escrow.funded", "escrow.confirmed", "escrow.released", "escrow.refunded"];
  return distinct(
    listUnmatched(db, types, intent.createdAt).flatMap(({ data, receivedAt, type }) => {
      const escrow = escrowData.safeParse(data);
      if (!escrow.success) return [];
      const { escrow_id: remoteId, amount_usdc: amount, counterparty: payee } = escrow.data;
      if (payee && payee.toLowerCase() !== counterparty.toLowerCase()) return [];
      if (amount != null && Number(amount) * 1e6 !== Number(intent.amountMicro)) return [];
      return [{ remoteId, words: `${type}: ${amount ?? "?"} USDC for ${payee ?? "?"}`, at: receivedAt }];
    }),
  );
}

const distinct = (list: Candidate[]): Candidate[] => [
  ...new Map(list.map((one) => [one.remoteId, one])).values(),
];
