import { randomBytes } from "node:crypto";
import type { AddressOptions } from "./address";
import type { AppParts, PagesConfig } from "./compose";
import { askedOf } from "./desk-files";
import { keysIn, type Env } from "./env";

/** What the sandbox's Purple Flea takes for a key, and signs with. */
const SANDBOX_KEY = "pf_live_sandbox";
const SANDBOX_SECRET = "whsec_sandbox";

/** What the sandbox is started with; absent when the desk runs without it. */
interface SandboxSettings {
  folder: string;
  enginePort: number;
  purpleFleaPort: number;
  retryInterval: string | undefined;
  apiKey: string;
  webhookSecret: string;
}

export interface Settings {
  live: boolean;
  development: boolean;
  /** This process, as programs of this machine ask it. */
  appUrl: string;
  /** Undefined for Inngest Cloud. */
  engineUrl: string | undefined;
  sandbox: SandboxSettings | undefined;
  address: AddressOptions;
  app: Pick<AppParts, "engine" | "purpleFlea" | "webhookSecrets" | "functions"> & {
    pages: Omit<PagesConfig, "demoAccounts">;
  };
}

/** What the environment comes to: every default and every "unless" between its variables. */
export function settingsOf(env: Env): Settings {
  const live = env.APP_MODE === "live";
  const withSandbox = !live && env.SANDBOX === "on";
  const appUrl = `http://127.0.0.1:${env.PORT}`;
  const purpleFleaUrl = `http://127.0.0.1:${env.SANDBOX_PURPLE_FLEA_PORT}`;
  const engineUrl = withSandbox
    ? `http://127.0.0.1:${env.SANDBOX_ENGINE_PORT}`
    : env.INNGEST_DEV && env.INNGEST_DEV.startsWith("http")
      ? env.INNGEST_DEV
      : env.INNGEST_BASE_URL;
  const webhookSecret = env.PURPLE_FLEA_WEBHOOK_SECRET ?? (withSandbox ? SANDBOX_SECRET : undefined);
  return {
    live,
    development: env.NODE_ENV === "development",
    appUrl,
    engineUrl,
    sandbox: withSandbox
      ? {
          folder: env.SANDBOX_FOLDER,
          enginePort: env.SANDBOX_ENGINE_PORT,
          purpleFleaPort: env.SANDBOX_PURPLE_FLEA_PORT,
          retryInterval: env.SANDBOX_RETRY_INTERVAL,
          apiKey: SANDBOX_KEY,
          webhookSecret: webhookSecret ?? SANDBOX_SECRET,
        }
      : undefined,
    address: {
      live,
      publicOrigin: env.PUBLIC_ORIGIN,
      announced: env.INNGEST_SERVE_ORIGIN,
      host: env.HOST,
    },
    app: {
      engine: {
        isDev: !live,
        baseUrl: engineUrl,
        eventKey: env.INNGEST_EVENT_KEY,
        signingKey: env.INNGEST_SIGNING_KEY,
        signingKeyFallback: env.INNGEST_SIGNING_KEY_FALLBACK,
        serveOrigin: env.INNGEST_SERVE_ORIGIN ?? (live ? undefined : appUrl),
        retryIntervalMs:
          withSandbox && env.SANDBOX_RETRY_INTERVAL ? Number(env.SANDBOX_RETRY_INTERVAL) * 1_000 : undefined,
      },
      purpleFlea: withSandbox
        ? { apiUrl: `${purpleFleaUrl}/api`, faucetUrl: `${purpleFleaUrl}/faucet/api`, apiKey: SANDBOX_KEY }
        : {
            apiUrl: env.PURPLE_FLEA_API_URL,
            faucetUrl: env.PURPLE_FLEA_FAUCET_URL,
            apiKey: env.PURPLE_FLEA_API_KEY ?? "unset",
          },
      webhookSecrets: [webhookSecret, env.PURPLE_FLEA_WEBHOOK_SECRET_OLD].filter(
        (secret) => secret !== undefined,
      ),
      functions: {
        agentId: askedOf(env).agent,
        agentWallet: env.AGENT_WALLET ?? "0xA9e17c0000000000000000000000000000000001",
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
      },
      pages: {
        mode: env.APP_MODE,
        driftApprovalLimitMicro: env.DRIFT_APPROVAL_LIMIT_USDC,
        secureCookies: live,
        session: {
          // In practice sessions need not outlive the process.
          secret: env.SESSION_SECRET ?? randomBytes(32).toString("hex"),
          idleMs: env.SESSION_IDLE,
          lifeMs: env.SESSION_LIFE,
        },
        engine: engineUrl ?? "Inngest Cloud",
        keys: keysIn(env, !withSandbox),
      },
    },
  };
}
