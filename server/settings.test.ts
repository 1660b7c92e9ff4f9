import { expect, test } from "vitest";
import { readEnv } from "./env";
import { settingsOf } from "./settings";

const settings = (source: Record<string, string>) => {
  const read = readEnv(source);
  if ("mistakes" in read) throw new Error(read.mistakes.join("; "));
  return settingsOf(read.env);
};

test("practice with its sandbox speaks to the sandbox alone, whatever else is set", () => {
  const { sandbox, engineUrl, app, live } = settings({
    SANDBOX_ENGINE_PORT: "8301",
    SANDBOX_PURPLE_FLEA_PORT: "8302",
    SANDBOX_RETRY_INTERVAL: "2",
    PURPLE_FLEA_API_KEY: "pf_live_a-real-one",
    PURPLE_FLEA_API_URL: "https://purpleflea.example/api",
    INNGEST_BASE_URL: "https://engine.example",
  });
  expect(live).toBe(false);
  expect(engineUrl).toBe("http://127.0.0.1:8301");
  expect(app.purpleFlea).toEqual({
    apiUrl: "http://127.0.0.1:8302/api",
    faucetUrl: "http://127.0.0.1:8302/faucet/api",
    apiKey: sandbox?.apiKey,
  });
  expect(app.webhookSecrets).toEqual([sandbox?.webhookSecret]);
  expect(app.engine).toMatchObject({ isDev: true, baseUrl: engineUrl, retryIntervalMs: 2_000 });
});

test("practice without its sandbox keeps to the addresses it is given, and takes no webhook without a secret", () => {
  const { sandbox, engineUrl, app } = settings({
    SANDBOX: "off",
    INNGEST_DEV: "http://127.0.0.1:8288",
    PURPLE_FLEA_API_URL: "http://127.0.0.1:8400/api",
    PURPLE_FLEA_FAUCET_URL: "http://127.0.0.1:8400/faucet/api",
    SANDBOX_RETRY_INTERVAL: "2",
  });
  expect(sandbox).toBeUndefined();
  expect(engineUrl).toBe("http://127.0.0.1:8288");
  expect(app.purpleFlea.apiUrl).toBe("http://127.0.0.1:8400/api");
  expect(app.webhookSecrets).toEqual([]);
  expect(app.engine.retryIntervalMs).toBeUndefined();
});

test("live has no sandbox, takes signed calls only and both webhook secrets, and announces no address of its own", () => {
  const { sandbox, engineUrl, app } = settings({
    APP_MODE: "live",
    SESSION_SECRET: "x".repeat(32),
    PURPLE_FLEA_API_KEY: "pf_live_key",
    PURPLE_FLEA_WEBHOOK_SECRET: "whsec_one",
    PURPLE_FLEA_WEBHOOK_SECRET_OLD: "whsec_before",
    AGENT_ID: "ag_1",
    AGENT_WALLET: "0xA9e17c0000000000000000000000000000000002",
    INNGEST_EVENT_KEY: "event-key",
    INNGEST_SIGNING_KEY: "signkey-prod-00ff",
  });
  expect(sandbox).toBeUndefined();
  expect(engineUrl).toBeUndefined();
  expect(app.engine).toMatchObject({ isDev: false, eventKey: "event-key", signingKey: "signkey-prod-00ff" });
  expect(app.engine.serveOrigin).toBeUndefined();
  expect(app.webhookSecrets).toEqual(["whsec_one", "whsec_before"]);
  expect(app.functions.agentId).toBe("ag_1");
  expect(app.pages).toMatchObject({ mode: "live", secureCookies: true, engine: "Inngest Cloud" });
});
