import { z } from "zod";
import { readAmount, wireAmount } from "./amounts";
import { faultSchema } from "./faults";
import { Refusal, type EscrowRow, type OrderRow, type Upstream } from "./upstream";

export interface ApiOptions {
  upstream: Upstream;
  apiKey: string;
  now: () => number;
  follow: (nowMs: number, offsetMs: number) => void;
}

/** Thrown to end a connection without an answer. */
export class Dropped extends Error {}

const HOST = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/;
const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });
const shownEscrow = (row: EscrowRow) => ({
  id: row.id,
  status: row.status,
  amount_usdc: wireAmount(row.amount),
  fee_usdc: wireAmount(row.fee),
  referral_usdc: wireAmount(row.referral),
  counterparty_address: row.counterparty,
  created_at: iso(row.created_at),
  expires_at: iso(row.expires_at),
  confirmed_at: iso(row.confirmed_at),
  released_at: row.status === "released" ? iso(row.ended_at) : null,
  refunded_at: row.status === "refunded" ? iso(row.ended_at) : null,
  _info: "sandbox",
});
const shownOrder = (row: OrderRow) => ({
  id: row.id,
  status: row.status,
  asset: row.asset,
  side: row.side,
  size_usdc: wireAmount(row.size),
  fill_price: row.price,
  filled_at: iso(row.at),
  fee_usdc: wireAmount(row.fee),
  closed_at: row.status === "closed" ? iso(row.closes_at) : null,
  pnl_usdc: row.pnl === null ? null : wireAmount(row.pnl),
});
function iso(at: bigint | null): string | null {
  return at === null ? null : new Date(Number(at)).toISOString();
}

/** Reads a body; what does not fit is refused with 400. */
function read<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new Refusal(
    400,
    "bad_request",
    `field ${parsed.error.issues[0]?.path.join(".") ?? "body"} is not valid`,
  );
}
const amount = z.unknown().transform((value, context): bigint => {
  const micro = readAmount(value);
  if (micro !== null && micro > 0n) return micro;
  context.addIssue({ code: "custom", message: "not an amount" });
  return z.NEVER;
});

const orderSchema = z.object({
  asset: z.string().min(1),
  side: z.enum(["long", "short"]),
  size_usdc: amount,
  order_type: z.literal("market"),
});
const escrowSchema = z.object({
  amount_usdc: amount,
  counterparty_address: z.string().min(1),
  description: z.string(),
  timeout_hours: z.number().int(),
});
const betSchema = z.object({
  game: z.literal("coin_flip"),
  amount_usdc: amount,
  params: z.object({ side: z.enum(["heads", "tails"]) }),
  client_seed: z.string().min(1),
});
const claimSchema = z.object({ agent_id: z.string().min(1), wallet_address: z.string().min(1) });

type Answer = (args: string[], body: unknown, url: URL) => unknown;

/** Purple Flea's gateway and faucet over HTTP, and the controls that only a sandbox has. */
export function createApi({ upstream, apiKey, now, follow }: ApiOptions) {
  const calls: [name: string, method: string, pattern: RegExp, answer: Answer][] = [
    [
      "wallet.balance",
      "GET",
      /^\/api\/wallet\/balance$/,
      () => ({ usdc_balance: wireAmount(upstream.balance()) }),
    ],
    [
      "order.create",
      "POST",
      /^\/api\/trading\/order$/,
      (_a, body) => {
        const order = read(orderSchema, body);
        return shownOrder(upstream.placeOrder(order.asset, order.side, order.size_usdc));
      },
    ],
    [
      "order.get",
      "GET",
      /^\/api\/trading\/order\/([\w-]+)$/,
      ([id = ""]) => shownOrder(upstream.getOrder(id)),
    ],
    [
      "escrow.create",
      "POST",
      /^\/api\/escrow\/create$/,
      (_a, body) => {
        const asked = read(escrowSchema, body);
        return shownEscrow(
          upstream.createEscrow(asked.amount_usdc, asked.counterparty_address, asked.timeout_hours),
        );
      },
    ],
    ["escrow.get", "GET", /^\/api\/escrow\/([\w-]+)$/, ([id = ""]) => shownEscrow(upstream.getEscrow(id))],
    [
      "escrow.release",
      "POST",
      /^\/api\/escrow\/([\w-]+)\/release$/,
      ([id = ""]) => {
        const row = upstream.endEscrow(id, "released", now());
        return { tx_hash: `0x${row.id}`, fee_usdc: wireAmount(row.fee), referral: wireAmount(row.referral) };
      },
    ],
    [
      "escrow.cancel",
      "POST",
      /^\/api\/escrow\/([\w-]+)\/cancel$/,
      ([id = ""]) => ({ status: upstream.endEscrow(id, "refunded", now()).status }),
    ],
    ["casino.commitment", "GET", /^\/api\/casino\/commitment$/, () => upstream.commitment()],
    [
      "casino.bet",
      "POST",
      /^\/api\/casino\/bet$/,
      (_a, body) => {
        const bet = read(betSchema, body);
        return upstream.bet(upstream.placeBet(bet.amount_usdc, bet.params.side, bet.client_seed));
      },
    ],
    ["casino.get", "GET", /^\/api\/casino\/bet\/([\w-]+)$/, ([id = ""]) => upstream.bet(id)],
    ["domains", "GET", /^\/api\/domains$/, () => upstream.domains()],
    [
      "faucet.status",
      "GET",
      /^\/faucet\/api\/status$/,
      (_a, _b, url) => upstream.faucetStatus(url.searchParams.get("agent_id") ?? ""),
    ],
    [
      "faucet.claim",
      "POST",
      /^\/faucet\/api\/claim$/,
      (_a, body) => {
        const claim = read(claimSchema, body);
        return upstream.claim(claim.agent_id, claim.wallet_address);
      },
    ],
  ];

  async function call(name: string, answer: () => unknown, key: string | null): Promise<Response> {
    const fault = upstream.faults.take(name, [
      "status",
      "delay",
      "drop-after",
      "drop-before",
      "invalid-body",
      "away",
    ]);
    if (fault?.kind === "drop-before" || fault?.kind === "away") throw new Dropped();
    if (fault?.kind === "status")
      return json(
        { error: "unavailable", message: "a fault that was asked for" },
        fault.status ?? 500,
        fault.retry_after_s === undefined ? {} : { "retry-after": String(fault.retry_after_s) },
      );
    const response = respond(answer, key);
    if (fault?.kind === "delay") await new Promise((resolve) => setTimeout(resolve, fault.delay_ms ?? 1_000));
    if (fault?.kind === "drop-after") throw new Dropped();
    if (fault?.kind === "invalid-body") return json({ ok: true }, response.status);
    return response;
  }

  /** One effect a key: a repeat is told what the first was told. */
  function respond(answer: () => unknown, key: string | null): Response {
    const ignore = key !== null && upstream.faults.take("*", ["ignore-idempotency"]) !== null;
    const known =
      key === null || ignore
        ? undefined
        : (upstream.db.prepare("select status, body from replies where key = ?").get(key) as
            { status: bigint; body: string } | undefined); // its columns
    if (known) return json(JSON.parse(known.body), Number(known.status));
    return upstream.db.transaction(() => {
      try {
        const body = answer();
        if (key !== null)
          upstream.db
            .prepare("insert or replace into replies values (?, 200, ?)")
            .run(key, JSON.stringify(body));
        if (upstream.books.sum() !== 0n) throw new Error("the books do not add up");
        return json(body);
      } catch (error) {
        if (error instanceof Refusal)
          return json({ error: error.code, message: error.message, ...error.more }, error.status);
        throw error;
      }
    })();
  }

  const control: [method: string, pattern: RegExp, answer: (body: unknown) => Promise<unknown> | unknown][] =
    [
      ["GET", /^\/control\/books$/, () => books(upstream)],
      ["GET", /^\/control\/faults$/, () => ({ faults: upstream.faults.list() })],
      ["POST", /^\/control\/faults$/, (body) => (upstream.faults.add(read(faultSchema, body)), { ok: true })],
      ["DELETE", /^\/control\/faults$/, () => (upstream.faults.clear(), { ok: true })],
      [
        "POST",
        /^\/control\/clock$/,
        async (body) => {
          const { now_ms, offset_ms } = read(z.object({ now_ms: z.number(), offset_ms: z.number() }), body);
          follow(now_ms, offset_ms);
          await upstream.catchUp();
          return { ok: true };
        },
      ],
      [
        "POST",
        /^\/control\/webhooks$/,
        async (body) => {
          const { type, data, id } = read(
            z.object({
              type: z.string(),
              data: z.record(z.string(), z.unknown()),
              id: z.string().optional(),
            }),
            body,
          );
          const status = await upstream.webhooks.post(
            JSON.stringify({ id: id ?? `evt_${now()}`, type, timestamp: Math.floor(now() / 1_000), data }),
          );
          return { status };
        },
      ],
      [
        "POST",
        /^\/control\/confirm$/,
        async (body) => {
          upstream.confirm(read(z.object({ escrow_id: z.string() }), body).escrow_id, now());
          await upstream.catchUp();
          return { ok: true };
        },
      ],
    ];

  return async function handle(request: Request): Promise<Response> {
    const url = new URL(request.url);
    if (!HOST.test(request.headers.get("host") ?? url.host))
      return json({ error: "forbidden", message: "only this machine may talk to the sandbox" }, 403);
    const text = request.method === "GET" ? "" : await request.text();
    let body: unknown = null;
    try {
      body = text === "" ? {} : JSON.parse(text);
    } catch {
      return json({ error: "bad_request", message: "not JSON" }, 400);
    }
    try {
      for (const [method, pattern, answer] of control)
        if (method === request.method && pattern.test(url.pathname)) return json(await answer(body));
      if (url.pathname.startsWith("/api/") && request.headers.get("authorization") !== `Bearer ${apiKey}`)
        throw new Refusal(401, "bad_key", "the API key is not known");
      for (const [name, method, pattern, answer] of calls) {
        const match = method === request.method ? pattern.exec(url.pathname) : null;
        if (match)
          return await call(
            name,
            () => answer(match.slice(1), body, url),
            method === "POST" ? request.headers.get("idempotency-key") : null,
          );
      }
      throw new Refusal(404, "not_found", "no such call");
    } catch (error) {
      if (error instanceof Refusal)
        return json({ error: error.code, message: error.message, ...error.more }, error.status);
      throw error;
    }
  };
}

/** What the books say, for tests and for a person who wants to check: amounts as decimal strings of micro-USDC. */
function books(upstream: Upstream) {
  const rows = (sql: string) =>
    upstream.db
      .prepare(sql)
      .all()
      .map((row) =>
        Object.fromEntries(
          Object.entries(row as object).map(([name, value]) => [
            name,
            typeof value === "bigint" ? String(value) : (value as unknown),
          ]),
        ),
      ); // rows are objects
  return {
    sum: String(upstream.books.sum()),
    accounts: Object.fromEntries(
      Object.entries(upstream.books.all()).map(([name, value]) => [name, String(value)]),
    ),
    escrows: rows(
      "select id, status, amount amount_micro, fee fee_micro, referral referral_micro, counterparty from escrows",
    ),
    orders: rows("select id, asset, status, size size_micro from orders"),
    claims: rows("select agent_id, day, amount amount_micro from claims"),
    bets: rows("select id, outcome, stake stake_micro, payout payout_micro from bets"),
  };
}
