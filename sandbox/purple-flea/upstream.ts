import Database from "better-sqlite3";
import { mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { escrowFee, referralOf, wireAmount } from "./amounts";
import { openBooks } from "./books";
import { chance, priceAt, promiseOf, rollFor, serverSeed, token } from "./chance";
import { openFaults } from "./faults";
import { openWebhooks } from "./webhooks";

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const OPENING_BALANCE = 12_480_317_250n;
const FAUCET_AMOUNT = 1_000_000n;

export interface UpstreamOptions {
  file: string;
  seed: string;
  now: () => number;
  wallNow: () => number;
  webhookUrl: string;
  webhookSecret: string;
  fetch?: typeof fetch;
}
export interface EscrowRow {
  id: string;
  amount: bigint;
  fee: bigint;
  referral: bigint;
  counterparty: string;
  status: "funded" | "released" | "refunded";
  created_at: bigint;
  expires_at: bigint;
  confirms_at: bigint | null;
  confirmed_at: bigint | null;
  ended_at: bigint | null;
}
export interface OrderRow {
  id: string;
  asset: string;
  side: string;
  size: bigint;
  price: string;
  fee: bigint;
  status: "filled" | "closed";
  at: bigint;
  closes_at: bigint;
  pnl: bigint | null;
}

export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly more: Record<string, unknown> = {},
  ) {
    super(message);
  }
}

/** A counterparty whose address ends in an even digit confirms after a minute or so; the others leave it to the operator. */
export const confirmsByItself = (address: string): boolean => /[02468ace]$/i.test(address);

/** A stateful Purple Flea: what it owns, what it owes, and what it will do next. */
export function openUpstream(options: UpstreamOptions) {
  if (options.file !== ":memory:") mkdirSync(dirname(resolve(options.file)), { recursive: true });
  const db = new Database(options.file);
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = NORMAL");
  db.defaultSafeIntegers(true);
  db.exec(`
    create table if not exists escrows (id text primary key, amount integer, fee integer, referral integer, counterparty text, status text, created_at integer, expires_at integer, confirms_at integer, confirmed_at integer, ended_at integer);
    create table if not exists orders (id text primary key, asset text, side text, size integer, price text, fee integer, status text, at integer, closes_at integer, pnl integer);
    create table if not exists bets (id text primary key, game text, stake integer, side text, outcome text, payout integer, client_seed text, nonce integer, at integer);
    create table if not exists claims (agent_id text, day text, wallet text, amount integer, tx text, at integer, primary key (agent_id, day));
    create table if not exists replies (key text primary key, status integer, body text);
    create table if not exists counters (name text primary key, n integer)`);
  const books = openBooks(db);
  const faults = openFaults();
  const webhooks = openWebhooks({
    db,
    now: options.now,
    wallNow: options.wallNow,
    url: options.webhookUrl,
    secret: options.webhookSecret,
    fetch: options.fetch ?? fetch,
    takeFault: () => faults.take("webhook", ["duplicate", "reorder"]),
  });
  const { seed } = options;
  const count = (name: string): number => {
    db.prepare("insert into counters (name, n) values (?, 1) on conflict (name) do update set n = n + 1").run(
      name,
    );
    return Number((db.prepare("select n from counters where name = ?").get(name) as { n: bigint }).n); // the one column
  };
  const balance = () => books.balance("wallet");
  if (books.sum() === 0n && balance() === 0n)
    books.move(options.now(), "outside", "wallet", OPENING_BALANCE, "opening balance");
  const tell = (type: string, ref: string, data: unknown, at: number, delay = 0) =>
    webhooks.queue(`evt_${token(type, ref).slice(0, 20)}`, type, data, at, at + delay);
  const escrowData = (row: EscrowRow) => ({
    escrow_id: row.id,
    amount_usdc: wireAmount(row.amount),
    counterparty: row.counterparty,
    fee_usdc: wireAmount(row.fee),
    referral_usdc: wireAmount(row.referral),
    status: row.status,
  });

  /** All of it or nothing: a process that is killed in the middle has done none of it. */
  const whole = <T>(work: () => T): T => db.transaction(work)();

  function getEscrow(id: string): EscrowRow {
    const row = db.prepare("select * from escrows where id = ?").get(id) as EscrowRow | undefined; // columns of EscrowRow
    if (!row) throw new Refusal(404, "not_found", "no such escrow");
    return row;
  }
  const endEscrow = (id: string, to: "released" | "refunded", at: number): EscrowRow =>
    whole(() => {
      const row = getEscrow(id);
      if (row.status !== "funded") throw new Refusal(409, "wrong_state", `the escrow is ${row.status}`);
      if (to === "released") {
        books.move(at, "locked", "outside", row.amount - row.fee, `release ${id}`);
        books.move(at, "locked", "fees", row.fee - row.referral, `fee ${id}`);
        books.move(at, "locked", "referrers", row.referral, `referral ${id}`);
      } else books.move(at, "locked", "wallet", row.amount, `refund ${id}`);
      db.prepare("update escrows set status = ?, ended_at = ? where id = ?").run(to, at, id);
      const ended = getEscrow(id);
      tell(`escrow.${to}`, id, escrowData(ended), at, SECOND_MS);
      return ended;
    });
  const confirm = (id: string, at: number): void =>
    whole(() => {
      const row = getEscrow(id);
      if (row.status !== "funded" || row.confirmed_at !== null) return;
      db.prepare("update escrows set confirmed_at = ?, confirms_at = null where id = ?").run(at, id);
      tell(
        "escrow.confirmed",
        id,
        { ...escrowData(row), confirmed_by: row.counterparty, confirmed_at: new Date(at).toISOString() },
        at,
      );
    });
  const closePosition = (row: OrderRow, at: number): void =>
    whole(() => {
      const swing = BigInt(Math.round((chance(seed, row.id, "pnl") - 0.45) * 80_000));
      const pnl = (row.size * swing) / 1_000_000n;
      books.move(at, "positions", "wallet", row.size, `close ${row.id}`);
      if (pnl >= 0n) books.move(at, "outside", "wallet", pnl, `profit ${row.id}`);
      else books.move(at, "wallet", "outside", -pnl, `loss ${row.id}`);
      db.prepare("update orders set status = 'closed', pnl = ? where id = ?").run(pnl, row.id);
      tell(
        "position.closed",
        row.id,
        {
          order_id: row.id,
          symbol: row.asset,
          side: row.side,
          pnl_usdc: wireAmount(pnl),
          closed_at: new Date(at).toISOString(),
        },
        at,
      );
    });

  return {
    books,
    faults,
    webhooks,
    db,
    balance,
    /** How far the practice clock was from the machine's when this file was last told, ms. */
    keptOffset(): number {
      const row = db.prepare("select n from counters where name = 'clock offset'").get() as
        { n: bigint } | undefined; // the one column
      return Number(row?.n ?? 0);
    },
    keepOffset(ms: number): void {
      db.prepare("insert or replace into counters (name, n) values ('clock offset', ?)").run(ms);
    },
    getEscrow,
    createEscrow(amount: bigint, counterparty: string, hours: number): EscrowRow {
      const at = options.now();
      if (amount < 100_000n) throw new Refusal(422, "too_small", "an escrow is at least 0.10 USDC");
      if (hours < 1 || hours > 720) throw new Refusal(422, "bad_timeout", "timeout_hours is 1 to 720");
      if (balance() < amount)
        throw new Refusal(402, "insufficient_balance", "the wallet holds less than this escrow");
      const n = count("escrow");
      const id = `pfe_${token(seed, "escrow", n).slice(0, 10)}`;
      const fee = escrowFee(amount);
      const delay = confirmsByItself(counterparty)
        ? 45 * SECOND_MS + Math.floor(chance(seed, id) * 60) * SECOND_MS
        : null;
      books.move(at, "wallet", "locked", amount, `lock ${id}`);
      db.prepare("insert into escrows values (?, ?, ?, ?, ?, 'funded', ?, ?, ?, null, null)").run(
        id,
        amount,
        fee,
        referralOf(fee),
        counterparty,
        at,
        at + hours * HOUR_MS,
        delay === null ? null : at + delay,
      );
      tell("escrow.funded", id, escrowData(getEscrow(id)), at, SECOND_MS);
      return getEscrow(id);
    },
    endEscrow,
    confirm,
    placeOrder(asset: string, side: string, size: bigint): OrderRow {
      const at = options.now();
      const fee = (size * 5n + 5_000n) / 10_000n;
      if (balance() < size + fee)
        throw new Refusal(402, "insufficient_balance", "the wallet holds less than this order");
      const n = count("order");
      const id = `ord_${token(seed, "order", n).slice(0, 10)}`;
      books.move(at, "wallet", "positions", size, `order ${id}`);
      books.move(at, "wallet", "fees", fee, `order fee ${id}`);
      const closes = at + HOUR_MS * (1 + Math.floor(chance(seed, id, "closes") * 72));
      db.prepare("insert into orders values (?, ?, ?, ?, ?, ?, 'filled', ?, ?, null)").run(
        id,
        asset,
        side,
        size,
        priceAt(seed, asset, at),
        fee,
        at,
        closes,
      );
      const row = db.prepare("select * from orders where id = ?").get(id) as OrderRow; // just written
      tell(
        "trade.filled",
        id,
        {
          order_id: id,
          symbol: asset,
          side,
          fill_price: row.price,
          fee_usdc: wireAmount(fee),
          filled_at: new Date(at).toISOString(),
          size_usdc: wireAmount(size),
        },
        at,
        2 * SECOND_MS,
      );
      return row;
    },
    getOrder(id: string): OrderRow {
      const row = db.prepare("select * from orders where id = ?").get(id) as OrderRow | undefined; // columns of OrderRow
      if (!row) throw new Refusal(404, "not_found", "no such order");
      return row;
    },
    commitment() {
      const nonce = Number((db.prepare("select count(*) n from bets").get() as { n: bigint }).n); // the one column
      return { server_seed_hash: promiseOf(serverSeed(seed, nonce)), nonce };
    },
    placeBet(stake: bigint, side: string, clientSeed: string) {
      const at = options.now();
      if (balance() < stake)
        throw new Refusal(402, "insufficient_balance", "the wallet holds less than this stake");
      const nonce = Number((db.prepare("select count(*) n from bets").get() as { n: bigint }).n); // the one column
      const id = `pfb_${token(seed, "bet", nonce).slice(0, 10)}`;
      const won = rollFor(serverSeed(seed, nonce), clientSeed, nonce) < 0.5;
      const payout = won ? (stake * 99n + 25n) / 50n : 0n;
      books.move(at, "wallet", "house", stake, `stake ${id}`);
      books.move(at, "house", "wallet", payout, `payout ${id}`);
      db.prepare("insert into bets values (?, 'coin_flip', ?, ?, ?, ?, ?, ?, ?)").run(
        id,
        stake,
        side,
        won ? "won" : "lost",
        payout,
        clientSeed,
        nonce,
        at,
      );
      tell(
        "casino.result",
        id,
        {
          bet_id: id,
          game: "coin_flip",
          amount_usdc: wireAmount(stake),
          outcome: won ? "won" : "lost",
          payout_usdc: wireAmount(payout),
        },
        at,
        SECOND_MS,
      );
      return id;
    },
    bet(id: string) {
      const row = db.prepare("select * from bets where id = ?").get(id) as
        | { id: string; stake: bigint; outcome: string; payout: bigint; client_seed: string; nonce: bigint }
        | undefined; // its columns
      if (!row) throw new Refusal(404, "not_found", "no such bet");
      const nonce = Number(row.nonce);
      return {
        id,
        outcome: row.outcome,
        payout_usdc: wireAmount(row.payout),
        amount_usdc: wireAmount(row.stake),
        client_seed: row.client_seed,
        nonce,
        server_seed_hash: promiseOf(serverSeed(seed, nonce)),
        server_seed: serverSeed(seed, nonce),
      };
    },
    faucetStatus(agentId: string) {
      const now = options.now();
      const day = new Date(now).toISOString().slice(0, 10);
      const claimed =
        db.prepare("select 1 from claims where agent_id = ? and day = ?").get(agentId, day) !== undefined;
      return {
        can_claim: !claimed,
        next_eligible_at: claimed ? new Date(Math.floor(now / DAY_MS) * DAY_MS + DAY_MS).toISOString() : null,
      };
    },
    claim(agentId: string, wallet: string) {
      const at = options.now();
      const status = this.faucetStatus(agentId);
      if (!status.can_claim)
        throw new Refusal(
          409,
          "already_claimed",
          `already claimed today; next at ${status.next_eligible_at}`,
          { next_eligible_at: status.next_eligible_at },
        );
      const day = new Date(at).toISOString().slice(0, 10);
      const tx = `0x${token(seed, "claim", agentId, day).slice(0, 40)}`;
      books.move(at, "faucet", "wallet", FAUCET_AMOUNT, `claim ${agentId} ${day}`);
      db.prepare("insert into claims values (?, ?, ?, ?, ?, ?)").run(
        agentId,
        day,
        wallet,
        FAUCET_AMOUNT,
        tx,
        at,
      );
      tell(
        "faucet.claimed",
        `${agentId}:${day}`,
        {
          agent_id: agentId,
          amount_usdc: wireAmount(FAUCET_AMOUNT),
          wallet_address: wallet,
          tx_hash: tx,
          claimed_at: new Date(at).toISOString(),
        },
        at,
        SECOND_MS,
      );
      return { amount_usdc: wireAmount(FAUCET_AMOUNT), tx_hash: tx };
    },
    domains() {
      const born = Date.UTC(2026, 0, 15);
      return ["fleet-7.agent", "ledger-bot.ai", "night-market.xyz"].map((domain, i) => ({
        domain,
        status: "active",
        registered_at: new Date(born + i * 40 * DAY_MS).toISOString(),
        expires_at: new Date(born + i * 40 * DAY_MS + 365 * DAY_MS).toISOString(),
      }));
    },
    /** When `catchUp` has something to do next, ms; null when nothing is planned. */
    nextDue(): number | null {
      const { at } = db
        .prepare(
          `select min(at) at from (
             select min(confirms_at) at from escrows where status = 'funded'
             union all select min(expires_at) from escrows where status = 'funded'
             union all select min(closes_at) from orders where status = 'filled'
             union all select min(due_at) from webhooks where done = 0)`,
        )
        .get() as { at: bigint | null }; // the one column
      return at === null ? null : Number(at);
    },
    /** Does everything that is due by now: confirmations, closings, time-outs, webhooks, in this order of their moments. */
    async catchUp(): Promise<void> {
      const now = options.now();
      for (const row of db
        .prepare("select * from escrows where status = 'funded' and confirms_at <= ? order by confirms_at")
        .all(now) as EscrowRow[])
        confirm(row.id, Number(row.confirms_at)); // columns of EscrowRow
      for (const row of db
        .prepare("select * from orders where status = 'filled' and closes_at <= ? order by closes_at")
        .all(now) as OrderRow[])
        closePosition(row, Number(row.closes_at)); // columns of OrderRow
      for (const row of db
        .prepare("select * from escrows where status = 'funded' and expires_at <= ? order by expires_at")
        .all(now) as EscrowRow[])
        endEscrow(row.id, "refunded", Number(row.expires_at)); // columns of EscrowRow
      await webhooks.deliverDue();
    },
  };
}
export type Upstream = ReturnType<typeof openUpstream>;
