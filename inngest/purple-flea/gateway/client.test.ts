import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { createPurpleFlea } from "./client";

const KEY = "pf_live_a-secret-that-nobody-may-see";
interface Heard {
  method: string;
  url: string;
  headers: IncomingMessage["headers"];
  body: string;
}
let stop: (() => Promise<void>) | undefined;
afterEach(async () => {
  await stop?.();
  stop = undefined;
});

/** A Purple Flea over a real socket that answers as the test says, and what it heard. */
async function answering(answer: (response: ServerResponse, heard: Heard) => void, timeoutMs = 2_000) {
  const heard: Heard[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const one = {
        method: request.method ?? "",
        url: request.url ?? "",
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      };
      heard.push(one);
      answer(response, one);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  stop = () =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  const client = createPurpleFlea({
    fetch,
    apiUrl: `http://127.0.0.1:${port}/api/`,
    faucetUrl: `http://127.0.0.1:${port}/faucet`,
    apiKey: KEY,
    timeoutMs,
  });
  return { client, heard, port };
}
const json = (response: ServerResponse, body: unknown, status = 200, headers = {}) =>
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
const order = { asset: "ETH", side: "long", sizeMicro: 10_500_000n, idempotencyKey: "order:a1" } as const;

describe("what is sent", () => {
  test("an order: the guide's body, the key, the idempotency key, in that call only", async () => {
    const { client, heard } = await answering((response) => json(response, { id: "ord_1" }));
    expect(await client.placeOrder(order)).toMatchObject({
      kind: "done",
      value: { id: "ord_1", status: null },
    });
    expect(heard[0]).toMatchObject({ method: "POST", url: "/api/trading/order" });
    expect(JSON.parse(heard[0]?.body ?? "")).toEqual({
      asset: "ETH",
      side: "long",
      size_usdc: 10.5,
      order_type: "market",
    });
    expect(heard[0]?.headers).toMatchObject({
      authorization: `Bearer ${KEY}`,
      "idempotency-key": "order:a1",
    });
  });
  test("the faucet is given no key", async () => {
    const { client, heard } = await answering((response, { method }) =>
      method === "GET"
        ? json(response, { can_claim: true })
        : json(response, { amount_usdc: 1, tx_hash: "0x1" }),
    );
    await client.faucetStatus("ag 1&x");
    await client.claimFaucet({ agentId: "ag_1", wallet: "0xabcd", idempotencyKey: "claim:1" });
    expect(heard.map((one) => one.headers.authorization)).toEqual([undefined, undefined]);
    expect(heard[0]?.url).toBe("/faucet/status?agent_id=ag%201%26x");
  });
  test("an id from outside cannot climb out of its path, and nothing is sent for it", async () => {
    const { client, heard } = await answering((response) => json(response, {}));
    for (const id of ["../wallet/balance", "a/b", "", "..", "a?x=1"])
      await expect(client.escrow(id)).rejects.toThrow("not an id");
    expect(heard).toEqual([]);
  });
  test("an amount that no JSON number carries is refused before anything is sent", async () => {
    const { client, heard } = await answering((response) => json(response, { id: "ord_1" }));
    await expect(client.placeOrder({ ...order, sizeMicro: 10n ** 17n + 1n })).rejects.toThrow(RangeError);
    await expect(client.placeOrder({ ...order, idempotencyKey: "" })).rejects.toThrow("idempotency key");
    expect(heard).toEqual([]);
  });
  test("a redirect is not followed: the key goes nowhere else", async () => {
    const { client, heard } = await answering((response) =>
      response.writeHead(302, { location: "http://127.0.0.1:1/elsewhere" }).end(),
    );
    expect(await client.placeOrder(order)).toMatchObject({ kind: "unknown" });
    expect(heard).toHaveLength(1);
  });
});

describe("what came of it", () => {
  test("a body that cannot be read after a 2xx: it was done, and we do not know what", async () => {
    for (const body of ["", "not json", "{}", '{"id":""}', '{"id":"a b"}', "[]", "null"]) {
      const { client } = await answering((response) => response.writeHead(200).end(body));
      expect(await client.placeOrder(order)).toMatchObject({ kind: "unknown" });
      await stop?.();
    }
  });
  test("odd extras do not make a known order unknown", async () => {
    const { client } = await answering((response) =>
      json(response, {
        id: "ord_1",
        status: "strange",
        fill_price: -3,
        fee_usdc: "lots",
        filled_at: "yesterday",
        more: {},
      }),
    );
    expect(await client.placeOrder(order)).toMatchObject({
      kind: "done",
      value: {
        id: "ord_1",
        status: "unknown",
        rawStatus: "strange",
        fillPrice: null,
        feeMicro: null,
        filledAt: null,
      },
    });
  });
  test("a connection cut after sending is unknown; nobody listening is not done", async () => {
    const { client, port } = await answering((response) => response.destroy());
    expect(await client.placeOrder(order)).toMatchObject({ kind: "unknown" });
    await stop?.();
    stop = undefined;
    const nobody = createPurpleFlea({
      fetch,
      apiUrl: `http://127.0.0.1:${port}/api`,
      faucetUrl: `http://127.0.0.1:${port}`,
      apiKey: KEY,
    });
    expect(await nobody.placeOrder(order)).toMatchObject({ kind: "not-executed" });
  });
  test("no answer in time is unknown", async () => {
    const { client } = await answering(() => undefined, 50);
    expect(await client.placeOrder(order)).toMatchObject({
      kind: "unknown",
      reason: "no answer within 50 ms",
    });
  });
  test("a body that breaks off after a refusal is still a refusal", async () => {
    const { client } = await answering((response) => {
      response.writeHead(402, { "content-length": "1000" }).write('{"error":');
      setImmediate(() => response.destroy());
    });
    expect(await client.placeOrder(order)).toMatchObject({ kind: "rejected", status: 402 });
  });
  test("a release: fee and referral to the micro; no referrer is null", async () => {
    const { client } = await answering((response) =>
      json(response, { tx_hash: "0x1", fee_usdc: 0.5, referral: "0.075" }),
    );
    expect(await client.releaseEscrow("pfe_1", { idempotencyKey: "k" })).toEqual({
      kind: "done",
      value: { txHash: "0x1", feeMicro: 500_000n, referralMicro: 75_000n },
    });
  });
  test("the key is in no outcome and no error, whatever the answer repeats", async () => {
    const { client } = await answering((response) =>
      json(response, { error: KEY, message: `Authorization: Bearer ${KEY} is bad` }, 401),
    );
    expect(JSON.stringify(await client.placeOrder(order))).not.toContain(KEY);
    await expect(client.balance()).rejects.toThrow();
    await client.balance().catch((error: unknown) => expect(String(error)).not.toContain(KEY));
    expect(() =>
      createPurpleFlea({ fetch, apiUrl: "http://x", faucetUrl: "http://x", apiKey: "bad key" }),
    ).toThrow(/^(?!.*bad key).*$/);
  });
});
