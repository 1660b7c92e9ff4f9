/** A page of the desk, by what stands on it. Its address is spelled in app/lib/paths.ts. */
export type Place =
  | {
      page: "escrow" | "review" | "trade" | "alert" | "bet" | "run" | "command" | "unknown" | "webhook";
      ref: string;
    }
  | { page: "escrows" | "alerts" | "bets" | "faucet" | "outbox" | "transfers" };
