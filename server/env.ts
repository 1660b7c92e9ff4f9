import { z } from "zod";
import { afterUnknownChoices } from "../domain/after-unknown";
import { DEFAULT_PATH, fileModeOf } from "../domain/identity";
import { readMarket } from "../domain/markets";
import { MoneyFormatError, parseUsdc } from "../domain/money";
import { trustedProxies } from "./trusted-proxies";
import { devSwitch, isPrivate, webAddress, webAddressOr, webOrigin } from "./web-address";

const usdc = (fallback?: string) =>
  z
    .string()
    .optional()
    .transform((text, context): bigint | undefined => {
      const value = text || fallback;
      if (value === undefined) return undefined;
      try {
        return parseUsdc(value);
      } catch (error) {
        if (!(error instanceof MoneyFormatError)) throw error;
        context.addIssue({ code: "custom", message: "not an amount in USDC such as 10 or 2.5" });
        return z.NEVER;
      }
    });
/** `ETH=50,BTC=100,*=25`: USDC per asset and UTC day; `*` for those not named. */
const assetLimits = z
  .string()
  .optional()
  .transform((text, context): ReadonlyMap<string, bigint> | undefined => {
    if (!text?.trim()) return undefined;
    const limits = new Map<string, bigint>();
    for (const part of text.split(",")) {
      const [, named = "", amount = ""] = /^\s*([^\s=]+)\s*=\s*([\d.]+)\s*$/.exec(part) ?? [];
      const read = named === "*" ? { market: named } : readMarket(named);
      if (!("market" in read) || limits.has(read.market)) {
        const message = "market" in read ? `names ${read.market} twice` : `“${named}”: ${read.why}`;
        context.addIssue({ code: "custom", message });
        return z.NEVER;
      }
      try {
        limits.set(read.market, parseUsdc(amount));
      } catch (error) {
        if (!(error instanceof MoneyFormatError)) throw error;
        context.addIssue({
          code: "custom",
          message: "not a list of limits in USDC such as ETH=50,BTC=100,*=25",
        });
        return z.NEVER;
      }
    }
    return limits;
  });
const required = (text: string) => usdc(text).transform((value) => value ?? 0n);
const text = z
  .string()
  .trim()
  .min(1)
  .optional()
  .or(z.literal("").transform(() => undefined));
const port = (fallback: number) => z.coerce.number().int().min(0).max(65_535).default(fallback);
/** `15m`: a length of time. ms. */
const age = (fallback: string) =>
  z
    .string()
    .regex(/^\d{1,6}[smh]$/, `not a length of time such as ${fallback}`)
    .default(fallback)
    .transform(
      (value) =>
        Number(value.slice(0, -1)) *
        { s: 1_000, m: 60_000, h: 3_600_000 }[value.at(-1) === "s" ? "s" : value.at(-1) === "m" ? "m" : "h"],
    );
/** Shorter, and nobody could do anything with a session. */
const sessionAge = (fallback: string) =>
  age(fallback).refine((ms) => ms >= 60_000, "is shorter than a minute");

const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** What goes over the network with money or keys in it, or is what people sign in to. */
const ADDRESSES = [
  "PUBLIC_ORIGIN",
  "PURPLE_FLEA_API_URL",
  "PURPLE_FLEA_FAUCET_URL",
  "SLACK_WEBHOOK_URL",
  "INNGEST_BASE_URL",
  "INNGEST_API_BASE_URL",
  "INNGEST_EVENT_API_BASE_URL",
  "INNGEST_SERVE_ORIGIN",
] as const;

const schema = z
  .object({
    APP_MODE: z.enum(["live", "practice", "test"]).default("practice"),
    NODE_ENV: z.string().optional(),
    PORT: port(3000),
    HOST: text,
    PUBLIC_ORIGIN: webOrigin,
    TRUST_PROXY: trustedProxies,
    DATABASE_PATH: text,
    SESSION_SECRET: text,
    SESSION_IDLE: sessionAge("60m"),
    SESSION_LIFE: sessionAge("12h"),
    OPERATOR_EMAIL: text,
    OPERATOR_PASSWORD: text,
    PURPLE_FLEA_API_KEY: text,
    PURPLE_FLEA_API_URL: webAddressOr("https://purpleflea.com/api"),
    PURPLE_FLEA_FAUCET_URL: webAddressOr("https://faucet.purpleflea.com/api"),
    PURPLE_FLEA_WEBHOOK_SECRET: text,
    PURPLE_FLEA_WEBHOOK_SECRET_OLD: text,
    AGENT_ID: text,
    AGENT_WALLET: text,
    SLACK_WEBHOOK_URL: webAddress,
    TRADE_SIZE_USDC: required("10"),
    TRADE_MIN_BALANCE_USDC: required("10"),
    TRADE_MAX_USDC: usdc(),
    TRADE_DAILY_LIMIT_USDC: usdc(),
    TRADE_ASSET_LIMITS: assetLimits,
    TRADE_MAX_ALERT_AGE: age("15m"),
    TRADE_AFTER_UNKNOWN: z
      .enum(afterUnknownChoices, "is one of market, all and none")
      .or(z.literal(""))
      .transform((value) => value || "market")
      .default("market"),
    DRIFT_APPROVAL_LIMIT_USDC: required("100"),
    CASINO_CRON: text,
    CASINO_STAKE_USDC: required("5"),
    CASINO_DAILY_LOSS_USDC: required("25"),
    INNGEST_DEV: devSwitch,
    INNGEST_BASE_URL: webAddress,
    // The SDK reads these two by itself.
    INNGEST_API_BASE_URL: webAddress,
    INNGEST_EVENT_API_BASE_URL: webAddress,
    INNGEST_EVENT_KEY: text,
    INNGEST_SIGNING_KEY: text,
    INNGEST_SIGNING_KEY_FALLBACK: text,
    INNGEST_SERVE_ORIGIN: webOrigin,
    SANDBOX_FOLDER: z.string().default("data/practice"),
    SANDBOX_ENGINE_PORT: port(8288),
    SANDBOX_PURPLE_FLEA_PORT: port(8400),
    SANDBOX_RETRY_INTERVAL: text,
    SANDBOX: z.enum(["on", "off"]).default("on"),
  })
  .superRefine((env, context) => {
    if (env.TRADE_MAX_USDC !== undefined && env.TRADE_SIZE_USDC > env.TRADE_MAX_USDC)
      context.addIssue({ code: "custom", path: ["TRADE_SIZE_USDC"], message: "is over TRADE_MAX_USDC" });
    if (env.APP_MODE !== "live") {
      for (const name of ["PURPLE_FLEA_API_URL", "PURPLE_FLEA_FAUCET_URL"] as const)
        if (env.SANDBOX === "off" && URL.canParse(env[name]) && !LOOPBACK.has(new URL(env[name]).hostname))
          context.addIssue({
            code: "custom",
            path: [name],
            message: `is not on this machine: with APP_MODE=${env.APP_MODE} no real Purple Flea is called`,
          });
      return;
    }
    for (const name of ADDRESSES) {
      const value = env[name];
      if (!value || !URL.canParse(value)) continue;
      const url = new URL(value);
      if (url.protocol === "http:" && !isPrivate(url))
        context.addIssue({
          code: "custom",
          path: [name],
          message: "is not https://, and leads out of this machine and its own network",
        });
    }
    const needed = [
      "SESSION_SECRET",
      "PURPLE_FLEA_API_KEY",
      "PURPLE_FLEA_WEBHOOK_SECRET",
      "AGENT_ID",
      "AGENT_WALLET",
      "INNGEST_EVENT_KEY",
      "INNGEST_SIGNING_KEY",
    ] as const;
    for (const name of needed)
      if (!env[name])
        context.addIssue({ code: "custom", path: [name], message: "is required when APP_MODE=live" });
    if (env.SESSION_SECRET && env.SESSION_SECRET.length < 32)
      context.addIssue({
        code: "custom",
        path: ["SESSION_SECRET"],
        message: "is shorter than 32 characters",
      });
    if (env.INNGEST_SIGNING_KEY && !/^(?:signkey-\w+-)?(?:[0-9a-f]{2})+$/i.test(env.INNGEST_SIGNING_KEY))
      context.addIssue({
        code: "custom",
        path: ["INNGEST_SIGNING_KEY"],
        message: "is not an even number of hexadecimal digits (with or without signkey-…- in front)",
      });
    if (env.INNGEST_DEV && !["0", "false"].includes(env.INNGEST_DEV))
      context.addIssue({
        code: "custom",
        path: ["INNGEST_DEV"],
        message: "turns signature checks off; it must be 0 when APP_MODE=live",
      });
  });
/** The name of everything that is read from the environment. */
export const envNames: readonly string[] = Object.keys(schema.shape);

/** The environment as it is, for processes started from this one. */
export const inherited: NodeJS.ProcessEnv = process.env;

export type Env = z.output<typeof schema> & { DATABASE_PATH: string };

/** Reads the environment; every mistake as a line that names its variable and never its value. */
export function readEnv(
  source: Record<string, string | undefined> = process.env,
): { env: Env } | { mistakes: string[] } {
  const parsed = schema.safeParse(source);
  if (parsed.success) {
    const { DATABASE_PATH = DEFAULT_PATH[fileModeOf(parsed.data.APP_MODE)] } = parsed.data;
    return { env: { ...parsed.data, DATABASE_PATH } };
  }
  return { mistakes: parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`) };
}

/** What commands beside the desk take from the environment; the rest of it may be anything, or not there. */
export interface CommandEnv {
  DATABASE_PATH?: string;
  AGENT_ID?: string;
  OPERATOR_PASSWORD?: string;
}
export function readCommandEnv(source: Record<string, string | undefined> = process.env): CommandEnv {
  const given = (name: string) => source[name]?.trim() || undefined;
  return {
    DATABASE_PATH: given("DATABASE_PATH"),
    AGENT_ID: given("AGENT_ID"),
    // As it is: blanks are part of a password.
    OPERATOR_PASSWORD: source.OPERATOR_PASSWORD || undefined,
  };
}

/** Which keys are set, for the page that says how the desk is connected; never what they are. */
export function keysIn(
  env: Env,
  needed: boolean,
): { name: string; what: string; present: boolean; needed: boolean }[] {
  const keys = [
    ["PURPLE_FLEA_API_KEY", "Purple Flea's API key", needed],
    ["PURPLE_FLEA_WEBHOOK_SECRET", "Webhook secret", needed],
    ["INNGEST_EVENT_KEY", "Key to send events", needed],
    ["INNGEST_SIGNING_KEY", "Key that signs the engine's calls", needed],
    ["SESSION_SECRET", "Session secret", needed],
    ["SLACK_WEBHOOK_URL", "Slack", false],
  ] as const;
  return keys.map(([name, what, must]) => ({ name, what, present: Boolean(env[name]), needed: must }));
}
