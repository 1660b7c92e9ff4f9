import type { AfterUnknown } from "../domain/after-unknown";
import type { Clock } from "../domain/clock";
import type { MicroUsdc } from "../domain/money";
import type { MirrorWriter, Reader } from "../db/connection";
import type { InngestClient } from "./client";
import type { PurpleFlea } from "./purple-flea/port";

/** What the functions are given: everything they touch comes in here. Amounts are micro-USDC, times ms. */
export interface Deps {
  client: InngestClient;
  mirror: MirrorWriter;
  read: Reader;
  purpleFlea: PurpleFlea;
  clock: Clock;
  config: {
    agentId: string;
    agentWallet: string;
    tradeSizeMicro: MicroUsdc;
    tradeMinBalanceMicro: MicroUsdc;
    /** The largest order. */
    tradeMaxMicro?: MicroUsdc;
    /** Sum of orders per UTC day. */
    tradeDailyLimitMicro?: MicroUsdc;
    /** The same per asset; `*` for those not named. */
    tradeAssetLimits?: ReadonlyMap<string, MicroUsdc>;
    tradeMaxAlertAgeMs: number;
    /** Which orders one of unknown outcome holds. */
    tradeAfterUnknown: AfterUnknown;
    /** When the mirror is read anew: a cron of five fields, UTC. Every 5 minutes when absent. */
    syncCron?: string;
    casino: { cron?: string; stakeMicro: MicroUsdc; dailyLossMicro: MicroUsdc };
  };
  /** Says a line in Slack; absent when no webhook URL is set. */
  slack?: (text: string) => Promise<void>;
}

export const MINUTE_MS = 60_000;
/** What was sent and not heard of arrives within two minutes or not at all: before, nothing shows that it was not done. */
export const ON_ITS_WAY_MS = 2 * MINUTE_MS;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

export const functionActor = (functionId: string) => ({ kind: "function", id: functionId }) as const;

/** Start of the UTC day a moment lies in, ms. */
export const startOfDay = (ms: number): number => ms - (ms % DAY_MS);

/** The limits that hold, as the desk lists them. */
export function limitsOf({ casino, ...config }: Deps["config"]) {
  const { tradeMaxMicro, tradeDailyLimitMicro, tradeAssetLimits, tradeMinBalanceMicro } = config;
  const { tradeMaxAlertAgeMs, tradeAfterUnknown } = config;
  return {
    tradeMaxMicro,
    tradeDailyLimitMicro,
    tradeAssetLimits,
    tradeMinBalanceMicro,
    tradeMaxAlertAgeMs,
    tradeAfterUnknown,
    casinoStakeMicro: casino.stakeMicro,
    casinoDailyLossMicro: casino.dailyLossMicro,
  };
}
