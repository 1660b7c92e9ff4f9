import { marketOf } from "./markets";

/** What an order of unknown outcome keeps from being sent: other orders on its market, every other order, or none. */
export const afterUnknownChoices = ["market", "all", "none"] as const;
export type AfterUnknown = (typeof afterUnknownChoices)[number];

export const afterUnknownWords: Record<AfterUnknown, string> = {
  market: "holds orders on its market",
  all: "holds every order",
  none: "holds no order",
};

/** Which orders one of unknown outcome holds, as the object of a sentence; null when it holds none. `asset` is as stored. */
export function ordersHeldBy(asset: string | null, after: AfterUnknown): string | null {
  if (after === "none") return null;
  return after === "all" || asset === null ? "every other order" : `other orders on ${marketOf(asset)}`;
}

/** Whether an order of unknown outcome keeps one on another market's or the same name from being sent. */
export function holdsMarket(lost: string | null, asked: string, after: AfterUnknown): boolean {
  if (after === "none") return false;
  return after === "all" || lost === null || marketOf(lost) === marketOf(asked);
}
