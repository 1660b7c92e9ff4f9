import type { Logger } from "pino";
import type { Reader, MirrorWriter } from "../db/connection";
import type { Clock } from "../domain/clock";
import { wordedFetch } from "../domain/fetch-failure";
import { createFunctions } from "../inngest";
import { createInngest } from "../inngest/client";
import type { Deps } from "../inngest/deps";
import { createJournal } from "../inngest/journal";
import { createPurpleFlea } from "../inngest/purple-flea/gateway/client";
import type { Env } from "./env";
import { slackLine } from "./slack";

interface BackgroundOptions {
  env: Env;
  live: boolean;
  mirror: MirrorWriter;
  read: Reader;
  clock: Clock;
  log: Logger;
  engineUrl: string | undefined;
  agentId: string;
  agentWallet: string;
  purpleFlea: { apiUrl: string; faucetUrl: string; apiKey: string };
  retryIntervalMs: number | undefined;
}

/** The functions with everything they are given, and the client that sends them events. */
export function createBackground(options: BackgroundOptions) {
  const { env, mirror, read, clock, log } = options;
  const journal = createJournal({
    mirror,
    clock,
    log: (message, error) => log.error({ err: error }, message),
    retryIntervalMs: options.retryIntervalMs,
  });
  /** The SDK's words and not its objects: those may carry what a log must not. */
  const words = (said: unknown[]) => log.warn(said.filter((word) => typeof word === "string").join(" "));
  const quiet = {
    info: () => undefined,
    debug: () => undefined,
    warn: (...said: unknown[]) => words(said),
    error: (...said: unknown[]) => words(said),
  };
  const client = createInngest({
    isDev: !options.live,
    baseUrl: options.engineUrl,
    fetch: wordedFetch("The event engine"),
    eventKey: env.INNGEST_EVENT_KEY,
    signingKey: env.INNGEST_SIGNING_KEY,
    signingKeyFallback: env.INNGEST_SIGNING_KEY_FALLBACK,
    middleware: [journal],
    logger: quiet,
  });
  const functionsConfig: Deps["config"] = {
    agentId: options.agentId,
    agentWallet: options.agentWallet,
    tradeSizeMicro: env.TRADE_SIZE_USDC,
    tradeMinBalanceMicro: env.TRADE_MIN_BALANCE_USDC,
    tradeMaxMicro: env.TRADE_MAX_USDC,
    tradeDailyLimitMicro: env.TRADE_DAILY_LIMIT_USDC,
    tradeAssetLimits: env.TRADE_ASSET_LIMITS,
    tradeMaxAlertAgeMs: env.TRADE_MAX_ALERT_AGE,
    tradeAfterUnknown: env.TRADE_AFTER_UNKNOWN,
    casino: {
      cron: env.CASINO_CRON,
      stakeMicro: env.CASINO_STAKE_USDC,
      dailyLossMicro: env.CASINO_DAILY_LOSS_USDC,
    },
  };
  const functions = createFunctions({
    client,
    mirror,
    read,
    clock,
    purpleFlea: createPurpleFlea({ ...options.purpleFlea, clock }),
    config: functionsConfig,
    slack: env.SLACK_WEBHOOK_URL ? slackLine(env.SLACK_WEBHOOK_URL) : undefined,
  });
  return { client, functions, functionsConfig };
}
