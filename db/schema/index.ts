export * from "./balances";
export * from "./bets";
export * from "./books";
export * from "./desk";
export * from "./escrows";
export * from "./intents";
export * from "./runs";
export * from "./trades";
