import type { z } from "zod";
import { isReference } from "../../../domain/ids";
import { wallClock, type Clock } from "../../../domain/clock";
import type { Fetch } from "../../../domain/fetch-failure";
import * as contract from "./contract";
import { exchange, headerSafeKey, type Call, type Wire } from "./exchange";
import { refusalOf, throwForRead, type Outcome } from "../outcomes";
import type { Capabilities, Keyed, PurpleFlea } from "../port";
import { readWebhook, webhookNames } from "./webhooks";
import { usdcNumber } from "./wire-values";

const capabilities: Capabilities = {
  canCancel: true,
  tellsByWebhook: true,
  findsEscrowByReference: false,
  findsBetBySeed: false,
  tradingBalance: false,
  faucet: "daily",
};

export interface PurpleFleaOptions {
  /** Base address of the gateway, such as https://purpleflea.com/api. */
  apiUrl: string;
  /** Base address of the faucet, such as https://faucet.purpleflea.com/api. */
  faucetUrl: string;
  apiKey: string;
  /** Upper bound of one exchange, connecting to last byte. ms, default 10 s. */
  timeoutMs?: number;
  fetch: Fetch;
  /** Only read for a Retry-After date in a reply that has no Date header. */
  clock?: Clock;
}

/**
 * Purple Flea over the gateway dialect.
 * @throws Error for an address or a key that cannot be used; the key is never in the message
 */
export function createPurpleFlea(options: PurpleFleaOptions): PurpleFlea {
  const { apiKey } = options;
  if (!/^[\x21-\x7e]+$/.test(apiKey)) throw new Error("the Purple Flea API key is empty or not plain ASCII");
  const api = baseOf(options.apiUrl);
  const faucet = baseOf(options.faucetUrl);
  const wire: Wire = {
    fetch: options.fetch,
    clock: options.clock ?? wallClock,
    timeoutMs: options.timeoutMs ?? 10_000,
  };
  const ownSecrets = [apiKey];

  async function read<S extends z.ZodType>(schema: S, call: Omit<Call, "method">): Promise<z.output<S>> {
    const answer = await exchange(wire, { method: "GET", ...call });
    const refusal = refusalOf(answer, ownSecrets);
    if (refusal !== null) throwForRead(refusal, answer.kind === "reply" ? answer.status : null);
    const parsed = parseReply(schema, answer);
    if (parsed.kind === "unreadable") throw new Error(`Purple Flea's reply cannot be read: ${parsed.why}`);
    return parsed.value;
  }

  async function money<S extends z.ZodType>(
    schema: S,
    call: Omit<Call, "method" | "idempotencyKey"> & Keyed,
  ): Promise<Outcome<z.output<S>>> {
    headerSafeKey(call.idempotencyKey);
    const answer = await exchange(wire, { method: "POST", ...call });
    const refusal = refusalOf(answer, ownSecrets);
    if (refusal !== null) return refusal;
    const parsed = parseReply(schema, answer);
    return parsed.kind === "unreadable"
      ? { kind: "unknown", reason: `done, but Purple Flea's reply cannot be read: ${parsed.why}` }
      : { kind: "done", value: parsed.value };
  }

  const get = (path: string) => ({ url: `${api}${path}`, apiKey });
  const post = (path: string, body: unknown, { idempotencyKey }: Keyed) => ({
    url: `${api}${path}`,
    apiKey,
    body,
    idempotencyKey,
  });

  return {
    capabilities,
    balance: () => read(contract.balanceReply, get("/wallet/balance")),
    placeOrder: async ({ asset, side, sizeMicro, ...keyed }) =>
      money(
        contract.orderReply,
        post(
          "/trading/order",
          contract.orderRequest.parse({
            asset,
            side,
            size_usdc: usdcNumber(sizeMicro),
            order_type: "market",
          }),
          keyed,
        ),
      ),
    order: async (id) => read(contract.orderReply, get(`/trading/order/${segment(id)}`)),
    createEscrow: async ({ amountMicro, counterparty, description, timeoutHours, ...keyed }) =>
      money(
        contract.escrowCreatedReply,
        post(
          "/escrow/create",
          contract.escrowRequest.parse({
            amount_usdc: usdcNumber(amountMicro),
            counterparty_address: counterparty,
            description,
            timeout_hours: timeoutHours,
          }),
          keyed,
        ),
      ),
    escrow: async (id) => read(contract.escrowReply, get(`/escrow/${segment(id)}`)),
    releaseEscrow: async (id, keyed) =>
      money(contract.releaseReply, post(`/escrow/${segment(id)}/release`, {}, keyed)),
    cancelEscrow: async (id, keyed) =>
      money(contract.cancelReply, post(`/escrow/${segment(id)}/cancel`, {}, keyed)),
    casinoCommitment: () => read(contract.commitmentReply, get("/casino/commitment")),
    placeBet: async ({ game, side, stakeMicro, clientSeed, ...keyed }) =>
      money(
        contract.betReply,
        post(
          "/casino/bet",
          contract.betRequest.parse({
            game,
            amount_usdc: usdcNumber(stakeMicro),
            params: { side },
            client_seed: clientSeed,
          }),
          keyed,
        ),
      ),
    bet: async (id) => read(contract.betReply, get(`/casino/bet/${segment(id)}`)),
    domains: () => read(contract.domainsReply, get("/domains")),
    // The faucet is another host and asks for no key, so it is not given one.
    faucetStatus: (agentId) =>
      read(contract.faucetStatusReply, { url: `${faucet}/status?agent_id=${encodeURIComponent(agentId)}` }),
    claimFaucet: async ({ agentId, wallet, idempotencyKey }) =>
      money(contract.claimReply, {
        url: `${faucet}/claim`,
        body: contract.claimRequest.parse({ agent_id: agentId, wallet_address: wallet }),
        idempotencyKey,
      }),
    readWebhook,
    webhookNames,
  };
}

type Parsed<T> = { kind: "value"; value: T } | { kind: "unreadable"; why: string };

function parseReply<S extends z.ZodType>(
  schema: S,
  answer: Awaited<ReturnType<typeof exchange>>,
): Parsed<z.output<S>> {
  if (answer.kind !== "reply" || !answer.readable) return { kind: "unreadable", why: "it is not JSON" };
  const result = schema.safeParse(answer.body);
  if (result.success) return { kind: "value", value: result.data };
  const issue = result.error.issues[0];
  // The issue's own message may quote the reply; the name of the field is ours.
  return { kind: "unreadable", why: `field ${issue?.path.join(".") || "(whole reply)"} is missing or wrong` };
}

function baseOf(url: string): string {
  const parsed = new URL(url);
  if (parsed.protocol !== "https:" && parsed.protocol !== "http:")
    throw new Error("Purple Flea's address must be http or https");
  return `${parsed.origin}${parsed.pathname.replace(/\/+$/, "")}`;
}

/** An id that came from outside becomes one path segment, and cannot climb out of it. */
function segment(id: string): string {
  if (!isReference(id)) throw new Error("not an id of Purple Flea's");
  return encodeURIComponent(id);
}
