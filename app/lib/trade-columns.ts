/** Every column the list of trades has, in the order it comes with. The first cannot be hidden. */
export const tradeColumnNames = {
  ref: "Trade",
  placed: "Placed",
  market: "Market",
  side: "Side",
  size: "Size",
  fill: "Fill price",
  fee: "Fee",
  pnl: "Profit",
  status: "Status",
  agent: "Agent",
  run: "Run",
  order: "Order id",
  alert: "Alert",
  alertPrice: "Alert price",
} as const;
export type TradeColumn = keyof typeof tradeColumnNames;
const all = Object.keys(tradeColumnNames).filter((id): id is TradeColumn =>
  Object.hasOwn(tradeColumnNames, id),
);

/** The list of trades as one whose columns people may choose. */
export const tradeList = {
  name: "trades",
  all,
  defaults: all.filter((id) => !["order", "alert", "alertPrice"].includes(id)),
};
