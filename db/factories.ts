import { escrowSums, type MicroUsdc } from "../domain/money";
import type { EscrowStatus, RunStatus, TradeStatus } from "../domain/statuses";
import type { Writer } from "./connection";

/** How much of everything, and the moment (ms) it leads up to. The same numbers make the same rows. */
export interface SeedPlan {
  now: number;
  trades?: number;
  escrows?: number;
  runs?: number;
  bets?: number;
  /** Days of wallet history, a read every five minutes. */
  balanceDays?: number;
  seed?: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const BATCH = 20_000;
const MARKETS = [
  ["BTC", 91_000],
  ["ETH", 2_900],
  ["SOL", 140],
  ["XRP", 2],
  ["DOGE", 0.3],
] as const;
const AGENTS = ["ag_2M9", "ag_7TX", "ag_9FD"] as const;

/** A row of chance that anybody can repeat (mulberry32). */
export function chanceFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t ^= t + Math.imul(t ^ (t >>> 7), 61 | t);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const pick = <T extends readonly [unknown, ...unknown[]]>(from: T, chance: number): T[number] =>
  from[Math.floor(chance * from.length)] ?? from[0];

/** Old trades are closed; a few of the newest still run, and now and then one has no answer. */
function tradeStatusOf(age: number, chance: number, n: number): TradeStatus {
  if (age === 13 || n % 200_000 === 12) return "unknown";
  if (age < 40)
    return chance < 0.35 ? "open" : chance < 0.7 ? "filled" : chance < 0.92 ? "closed" : "rejected";
  return chance < 0.88 ? "closed" : chance < 0.98 ? "rejected" : "liquidated";
}

function seedTrades(db: Writer, plan: SeedPlan, count: number): void {
  const chance = chanceFrom((plan.seed ?? 1) + 1);
  const client = db.$client;
  const trade = client.prepare(
    `insert into trades (ref, alert_id, remote_id, agent_id, asset, side, size_micro, alert_price, fill_price, fee_micro, pnl_micro,
       status, reason, run_id, created_at, filled_at, closed_at, observed_at, updated_at, version)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)`,
  );
  const alert = client.prepare(
    `insert into alerts (id, asset, price, direction, triggered_by, event_name, received_at, outcome, reason, trade_ref, updated_at)
     values (?, ?, ?, ?, 'price-feed', 'purple-flea/price.alert', ?, ?, ?, ?, ?)`,
  );
  for (let from = 0; from < count; from += BATCH) {
    client.transaction(() => {
      for (let n = from; n < Math.min(from + BATCH, count); n++) {
        const at = plan.now - (count - n) * 37_000 + Math.floor(chance() * 30_000);
        const [asset, around] = pick(MARKETS, chance() ** 2);
        const side = chance() < 0.6 ? "long" : "short";
        const size: MicroUsdc =
          n % 11 === 3
            ? BigInt(Math.floor(chance() * 2e9))
            : BigInt(Math.floor(1 + chance() * 200) * 5) * 1_000_000n;
        const status = tradeStatusOf(count - n, chance(), n);
        const went = status !== "rejected" && status !== "unknown";
        const price = (around * (0.95 + chance() * 0.1)).toFixed(around > 1_000 ? 1 : 3);
        const over = status === "closed" || status === "liquidated";
        const pnl = over
          ? (size * BigInt(Math.floor((status === "liquidated" ? -0.9 : chance() - 0.45) * 1_000))) / 10_000n
          : null;
        const reason =
          status === "rejected"
            ? "422: over the limit for this market"
            : status === "unknown"
              ? "the connection was lost after 10 s"
              : null;
        const ref = `tr_${String(n).padStart(7, "0")}`;
        trade.run(
          ref, `alert_${n}`, went ? `ord_${(n * 7919).toString(36).toUpperCase().padStart(5, "0")}` : null,
          pick(AGENTS, chance()), asset, side, size, price, went ? price : null, went ? size / 2_000n : null, pnl,
          status, reason, null, at, went ? at + 900 : null, over ? at + HOUR_MS : null, at + 900, at + 900,
        ); // prettier-ignore
        alert.run(`alert_${n}`, asset, price, side, at - 700, went ? "traded" : status, reason, ref, at);
      }
    })();
  }
}

function escrowStatusOf(age: number, chance: number): EscrowStatus {
  if (age < 60)
    return chance < 0.5 ? "pending" : chance < 0.9 ? "released" : chance < 0.97 ? "refunded" : "disputed";
  return chance < 0.85 ? "released" : "refunded";
}

function seedEscrows(db: Writer, plan: SeedPlan, count: number): void {
  const chance = chanceFrom((plan.seed ?? 1) + 2);
  const insert = db.$client.prepare(
    `insert into escrows (ref, remote_id, agent_id, amount_micro, fee_micro, net_micro, referral_micro, counterparty, description,
       timeout_hours, status, created_at, locked_at, expires_at, settled_at, settled_by, observed_at, updated_at, version)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, 168, ?, ?, ?, ?, ?, ?, ?, ?, 1)`,
  );
  db.$client.transaction(() => {
    for (let n = 0; n < count; n++) {
      const status = escrowStatusOf(count - n, chance());
      // Whatever still waits is younger than its time-out.
      const at =
        plan.now - Math.min((count - n) * 5 * MINUTE_MS, status === "pending" ? 6.9 * DAY_MS : Infinity);
      const amount = BigInt(Math.floor(1 + chance() * 4_000)) * 250_000n;
      const { fee, net, referral } = escrowSums(amount);
      const over = status === "released" || status === "refunded";
      const payee = `0x${Math.floor(chance() * 2 ** 48)
        .toString(16)
        .padStart(12, "0")
        .repeat(4)
        .slice(0, 40)}`;
      insert.run(
        `esc_${String(n).padStart(6, "0")}`, `re_${n}`, pick(AGENTS, chance()), amount, fee, net, referral, payee,
        `Work package ${n % 97}`, status, at, at, at + 7 * DAY_MS, over ? at + HOUR_MS : null,
        over ? (status === "released" ? "counterparty" : "time-out") : null, at, at,
      ); // prettier-ignore
    }
  })();
}

function seedRuns(db: Writer, plan: SeedPlan, count: number): void {
  const chance = chanceFrom((plan.seed ?? 1) + 3);
  const run = db.$client.prepare(
    `insert into runs (id, function_id, event_name, event_id, status, attempt, max_attempts, input, output, error, queued_at, started_at, ended_at, updated_at)
     values (?, ?, ?, ?, ?, ?, 4, '{}', 'null', ?, ?, ?, ?, ?)`,
  );
  const step = db.$client.prepare(
    `insert into steps (run_id, id, name, kind, status, attempts, input, output, started_at, ended_at, position)
     values (?, ?, ?, 'run', ?, ?, 'null', 'null', ?, ?, ?)`,
  );
  const attempt = db.$client.prepare(
    "insert into step_attempts (run_id, step_id, attempt, started_at, ended_at, error) values (?, ?, ?, ?, ?, ?)",
  );
  const kinds = [
    ["trade-on-price-alert", "purple-flea/price.alert"],
    ["escrow-lifecycle", "purple-flea/escrow.created"],
    ["sync-mirror", "inngest/scheduled.timer"],
  ] as const;
  db.$client.transaction(() => {
    for (let n = 0; n < count; n++) {
      const id = `RUN${String(n).padStart(23, "0")}`;
      const at = plan.now - (count - n) * 60_000;
      const [fn, event] = pick(kinds, chance());
      const status: RunStatus = chance() < 0.01 ? "failed" : "completed";
      const error = status === "failed" ? "Purple Flea is not available (503)" : null;
      run.run(id, fn, event, `event_${n}`, status, error ? 4 : 1, error, at - 40, at, at + 2_300, at + 2_300);
      ["check-balance", "place-order", "log-trade"].forEach((name, position) => {
        const [from, to] = [at + position * 700, at + position * 700 + 600];
        step.run(id, `${id}${position}`, name, "completed", 1, from, to, position);
        attempt.run(id, `${id}${position}`, 1, from, to, null);
      });
    }
  })();
}

function seedBets(db: Writer, plan: SeedPlan, count: number): void {
  const chance = chanceFrom((plan.seed ?? 1) + 4);
  const insert = db.$client.prepare(
    `insert into bets (ref, request_key, remote_id, agent_id, game, params, stake_micro, payout_micro, client_seed, status, created_at, settled_at, observed_at, updated_at)
     values (?, ?, ?, ?, 'coin_flip', '{"side":"heads"}', ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  db.$client.transaction(() => {
    for (let n = 0; n < count; n++) {
      const at = plan.now - (count - n) * HOUR_MS;
      const won = chance() < 0.49;
      const stake = BigInt(Math.floor(1 + chance() * 20)) * 500_000n;
      insert.run(
        `bet_${n}`, `slot:${n}`, `rb_${n}`, pick(AGENTS, chance()), stake, won ? (stake * 198n) / 100n : 0n,
        `seed-${n}`, won ? "won" : "lost", at, at + 500, at, at,
      ); // prettier-ignore
    }
  })();
}

/** A wallet that moves every few hours, with one night in which nothing was read. */
function seedBalances(db: Writer, plan: SeedPlan, days: number): void {
  const chance = chanceFrom((plan.seed ?? 1) + 5);
  const insert = db.$client.prepare(
    "insert into balances (id, kind, amount_micro, from_api, at, seen_until) values (?, 'wallet', ?, 1, ?, ?)",
  );
  const start = plan.now - days * DAY_MS;
  const blind = plan.now - Math.min(days / 2, 4.4) * DAY_MS;
  let amount = 11_250_000_000n;
  db.$client.transaction(() => {
    for (let at = start; at < plan.now;) {
      const next = at + Math.floor((1 + chance() * 5) * HOUR_MS);
      const ends =
        at < blind && next > blind ? at + 20 * MINUTE_MS : Math.min(next, plan.now) - 5 * MINUTE_MS;
      insert.run(`wallet:${at}`, amount, at, Math.max(ends, at));
      amount += BigInt(Math.floor((chance() - 0.47) * 400_000_000));
      at = at < blind && next > blind ? at + 8 * HOUR_MS : next;
    }
  })();
}

/** Fills an empty mirror. Whoever calls it makes sure that it is one. */
export function seedMirror(db: Writer, plan: SeedPlan): void {
  seedTrades(db, plan, plan.trades ?? 0);
  seedEscrows(db, plan, plan.escrows ?? 0);
  seedRuns(db, plan, plan.runs ?? 0);
  seedBets(db, plan, plan.bets ?? 0);
  seedBalances(db, plan, plan.balanceDays ?? 0);
  db.$client.exec("analyze");
}
