import { createHmac } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import express from "express";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { manualClock } from "../domain/clock";
import { openTestDatabase } from "../db/testing";
import { inbox, outbox } from "../db/schema";
import { readEnv } from "./env";
import { webhookRoutes } from "./webhooks";

const NOW = Date.UTC(2026, 10, 24, 12);
const SECRET = "whsec_test";
let db: ReturnType<typeof openTestDatabase>;
beforeEach(() => {
  db = openTestDatabase();
});
afterEach(() => db.close());

describe("the environment", () => {
  const live = {
    APP_MODE: "live",
    SESSION_SECRET: "x".repeat(32),
    PURPLE_FLEA_API_KEY: "k",
    PURPLE_FLEA_WEBHOOK_SECRET: "w",
    AGENT_ID: "a",
    AGENT_WALLET: "0x1",
    INNGEST_EVENT_KEY: "e",
    INNGEST_SIGNING_KEY: "signkey-prod-00ff",
  };
  test("live with everything is accepted", () => expect(readEnv(live)).toHaveProperty("env"));
  test.each(["SESSION_SECRET", "PURPLE_FLEA_API_KEY", "INNGEST_SIGNING_KEY"])(
    "live without %s says so and names no value",
    (name) => {
      expect(readEnv({ ...live, [name]: "" })).toEqual({
        mistakes: [`${name}: is required when APP_MODE=live`],
      });
    },
  );
  test("a signing key the engine could not use is named", () =>
    expect(readEnv({ ...live, INNGEST_SIGNING_KEY: "signkey-prod-secret" })).toEqual({
      mistakes: [expect.stringMatching(/^INNGEST_SIGNING_KEY: is not an even number/)],
    }));
  test("live refuses dev mode", () =>
    expect(readEnv({ ...live, INNGEST_DEV: "1" })).toHaveProperty("mistakes"));
  test("practice calls no real Purple Flea", () => {
    expect(readEnv({ APP_MODE: "practice", SANDBOX: "off" })).toEqual({
      mistakes: [
        expect.stringMatching(/^PURPLE_FLEA_API_URL: is not on this machine/),
        expect.stringMatching(/^PURPLE_FLEA_FAUCET_URL: is not on this machine/),
      ],
    });
    const local = "http://127.0.0.1:8400/api";
    expect(
      readEnv({ SANDBOX: "off", PURPLE_FLEA_API_URL: local, PURPLE_FLEA_FAUCET_URL: local }),
    ).toHaveProperty("env");
  });
  const addresses = [
    ["PUBLIC_ORIGIN", "SLACK_WEBHOOK_URL", "PURPLE_FLEA_API_URL", "PURPLE_FLEA_FAUCET_URL"],
    ["INNGEST_BASE_URL", "INNGEST_SERVE_ORIGIN", "INNGEST_API_BASE_URL", "INNGEST_EVENT_API_BASE_URL"],
  ].flat();
  test.each(addresses)(
    "%s must be an address one can send to, and is not repeated when it is none",
    (name) => {
      for (const value of [
        "hooks.example/planted-secret",
        "ftp://hooks.example/planted-secret",
        "https://user:planted-secret@hooks.example/",
        "http://hooks.example/planted-secret",
      ]) {
        const read = readEnv({ ...live, [name]: value });
        expect(read).toEqual({ mistakes: [expect.stringMatching(new RegExp(`^${name}: (?:is not|holds)`))] });
        expect(JSON.stringify(read)).not.toContain("planted-secret");
      }
      for (const value of [
        "https://hooks.example/x",
        "http://127.0.0.1:8288",
        "http://inngest:8288",
        "http://10.1.2.3/",
        "",
      ])
        expect(readEnv({ ...live, [name]: value }), value).toHaveProperty("env");
    },
  );
  test("INNGEST_DEV is a switch or an address", () => {
    for (const value of ["0", "1", "false", "true", "", "http://127.0.0.1:8288"])
      expect(readEnv({ INNGEST_DEV: value })).toHaveProperty("env");
    expect(readEnv({ INNGEST_DEV: "127.0.0.1:8288" })).toEqual({
      mistakes: [expect.stringMatching(/^INNGEST_DEV: /)],
    });
  });
  test("an origin is cut to what it is", () => {
    const read = readEnv({ PUBLIC_ORIGIN: "https://Desk.example.com:443/login?x", INNGEST_SERVE_ORIGIN: "" });
    expect(read).toMatchObject({
      env: { PUBLIC_ORIGIN: "https://desk.example.com", INNGEST_SERVE_ORIGIN: undefined },
    });
  });
  test.each([
    [undefined, 0],
    ["1", 1],
    ["loopback, 10.0.0.0/8", "loopback, 10.0.0.0/8"],
  ])("TRUST_PROXY=%s", (value, meant) =>
    expect(readEnv({ TRUST_PROXY: value })).toMatchObject({ env: { TRUST_PROXY: meant } }),
  );
  test("a proxy is not trusted by a word for everybody", () => {
    for (const value of ["true", "*", "proxy"])
      expect(readEnv({ TRUST_PROXY: value })).toEqual({
        mistakes: [expect.stringMatching(/^TRUST_PROXY: /)],
      });
  });
  test("a limit that is no amount is named", () =>
    expect(readEnv({ TRADE_SIZE_USDC: "ten" })).toEqual({
      mistakes: [expect.stringMatching(/^TRADE_SIZE_USDC:/)],
    }));
});

describe("webhooks", () => {
  const body = JSON.stringify({ id: "evt_1", type: "escrow_confirmed", data: { escrow_id: "e" } });
  async function post(text: string, options: { at?: number; secret?: string; path?: string } = {}) {
    const app = express().use(
      webhookRoutes({
        desk: db.writer,
        clock: manualClock(NOW),
        wall: manualClock(NOW),
        secrets: [SECRET],
        stored: () => undefined,
      }),
    );
    const server = app.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo; // listening on a port
    const timestamp = String((options.at ?? NOW) / 1_000);
    const mac = createHmac("sha256", options.secret ?? SECRET)
      .update(`${timestamp}.${text}`)
      .digest("hex");
    const response = await fetch(`http://127.0.0.1:${port}${options.path ?? "/webhooks/purple-flea"}`, {
      method: "POST",
      headers: { "x-purpleflea-timestamp": timestamp, "x-purpleflea-signature": `sha256=${mac}` },
      body: text,
    });
    const answer = {
      status: response.status,
      body: (await response.json()) as { error?: string; duplicate?: boolean },
    }; // our own answer
    server.close();
    return answer;
  }
  test("a signed one is kept and queued, under both names; a second delivery is one", async () => {
    expect((await post(body)).status).toBe(200);
    expect((await post(body, { path: "/api/webhooks/escrow" })).body.duplicate).toBe(true);
    expect(db.reader.select().from(inbox).all()).toMatchObject([
      { id: "evt_1", type: "escrow.confirmed", deliveries: 2 },
    ]);
    expect(db.reader.select().from(outbox).all()).toHaveLength(1);
  });
  test.each([
    ["another secret", body, { secret: "whsec_other" }, 401, "signature_mismatch"],
    ["an old signature", body, { at: NOW - 301_000 }, 401, "signature_stale"],
    ["no JSON", "{", {}, 400, "not_json"],
    ["no id", "{}", {}, 400, "bad_envelope"],
    ["too much", JSON.stringify({ id: "x".repeat(300_000) }), {}, 413, "too_large"],
  ])("%s is refused by name and changes nothing", async (_what, text, options, status, error) => {
    const answer = await post(text, options);
    expect([answer.status, answer.body.error]).toEqual([status, error]);
    expect(db.reader.select().from(inbox).all()).toEqual([]);
  });
});
