import {
  gather,
  micro,
  same,
  type Broken,
  type Evidence,
  type Files,
  type Row,
  type Witnessed,
} from "./evidence";
import { AGENT } from "../sandbox/trio";
import { thingOfKey } from "./ledger";

import { conserved } from "./sums";

const DAY_MS = 86_400_000;

/** Holds the files against each other and against what was witnessed, when nothing is under way any more. */
export function judge(files: Files, witnessed: Witnessed): Broken[] {
  const broken: Broken[] = [];
  const evidence = gather(files, witnessed, (rule, what) => void broken.push({ rule, what }));
  for (const rule of [
    conserved,
    atMostOnce,
    trades,
    escrows,
    bets,
    claims,
    commands,
    intents,
    journal,
    webhooks,
  ])
    rule(evidence);
  return broken;
}

/** One order an alert, one lock and one end an escrow, one claim a day, one bet a request; each under one key of its own. */
function atMostOnce({ ledger, say }: Evidence): void {
  const seen = new Map<string, number>();
  for (const { thing } of ledger.effects) seen.set(thing, (seen.get(thing) ?? 0) + 1);
  for (const [thing, times] of seen)
    if (times > 1) say("nothing happens twice", `${thing} happened ${times} times`);
  for (const what of ledger.crossed) say("one order at a time", what);
  for (const what of ledger.heldBack) say("a lost order holds its market", what);
  const used = new Map<string, string>();
  for (const [about, keys] of ledger.keys) {
    if (keys.size > 1) say("one thing, one key", `${about} was sent under ${[...keys].join(" and ")}`);
    for (const key of keys) {
      const other = used.get(key);
      if (other) say("one key, one thing", `${key} was sent for ${other} and for ${about}`);
      used.set(key, about);
    }
  }
}

/** The statuses of a row whose call was not executed. */
const NOES = ["rejected", "not_executed"];

/** A row that Purple Flea has nothing for: it was not carried out, and it is unknown only where there is a cause. */
function nothingThere(
  { mayBeUnknown, carriedOut, say }: Evidence,
  thing: string,
  { status, ref }: Row,
  untouched: readonly string[],
): void {
  const name = `${thing} (${String(status)})`;
  if (status === "unknown") {
    if (!mayBeUnknown(thing, ref)) say("unknown has a cause", `${name} has none`);
  } else if (!untouched.includes(String(status))) say("everything ends", `${name} has no outcome`);
  else if (carriedOut(thing)) say("mirror = upstream", `${name} was carried out`);
}

/** What no row of ours names is there because ours is unknown, or because a person has called it not done. */
function theRest(
  { desk, ledger, misled, say }: Evidence,
  theirs: ReadonlyMap<string, Row>,
  kind: string,
  statusOf: string,
): void {
  for (const id of theirs.keys()) {
    const thing = ledger.effects.find((effect) => effect.remoteId === id)?.thing ?? "nothing";
    const [row] = desk(statusOf, thing.replace(`${kind}:`, ""));
    if (row?.status !== "unknown" && !misled.has(thing))
      say("mirror = upstream", `${id} of ${thing} is not known here`);
  }
}

/** Everything that was taken has left a trace. */
function traced({ desk, taken, say }: Evidence, prefix: string, trace: string): void {
  for (const id of taken)
    if (id.startsWith(prefix) && desk(trace, id).length === 0) say("nothing is lost", `${id} left no trace`);
}

const byId = (rows: Row[]) => new Map(rows.map((row) => [String(row.id), row]));
/** Takes what Purple Flea has for a row. */
function take(theirs: Map<string, Row>, id: Row[string] | undefined): Row | undefined {
  const found = theirs.get(String(id));
  theirs.delete(String(id));
  return found;
}
/** Whether each pair is one value. */
const alike = (...pairs: [Row[string] | undefined, Row[string] | undefined][]): boolean =>
  pairs.every(([ours, theirs]) => same(ours, theirs));

/** What the names in histories mean, and those of the real kills. */
const MARKET = /^(ETH|BTC|SOL|KA\d+)$/;

function trades(evidence: Evidence): void {
  const { desk, upstream, carriedOut, say } = evidence;
  const orders = byId(upstream("select * from orders"));
  for (const row of desk("select * from trades")) {
    const thing = `alert:${String(row.alert_id)}`;
    if (!MARKET.test(String(row.asset))) say("a market has one name", `${thing} is on ${String(row.asset)}`);
    const order = take(orders, row.remote_id);
    if (row.remote_id !== null && !order)
      say("mirror = upstream", `${thing} has an order Purple Flea does not know`);
    if (!order) {
      nothingThere(evidence, thing, row, NOES);
      continue;
    }
    if (row.status !== order.status)
      say("mirror = upstream", `${thing} (${String(row.status)}) is ${String(order.status)} there`);
    const { size_micro: size, fee_micro: fee, fill_price: price, asset, pnl_micro: pnl } = row;
    if (!alike([size, order.size], [fee, order.fee], [price, order.price], [asset, order.asset]))
      say("mirror = upstream", `${thing}: market, size, fee or price differ`);
    if (order.status === "closed" && !same(pnl, order.pnl))
      say("mirror = upstream", `${thing}: result differs`);
  }
  theRest(evidence, orders, "alert", "select status from trades where alert_id = ?");
  for (const { id, outcome } of desk("select * from alerts")) {
    const name = `alert ${String(id)} (${String(outcome)})`;
    if (outcome === "received" || outcome === "waiting") say("everything ends", name);
    const done = carriedOut(`alert:${String(id)}`);
    if ([...NOES, "skipped", "refused"].includes(String(outcome)) && done)
      say("mirror = upstream", `${name} traded`);
    if (outcome === "traded" && !done) say("mirror = upstream", `${name} did not trade`);
  }
  traced(evidence, "alert-", "select 1 from alerts where id = ?");
}

const ENDS: Record<string, string> = { released: "released", refunded: "refunded", funded: "pending" };

function escrows(evidence: Evidence): void {
  const { desk, upstream, ledger, say } = evidence;
  traced(evidence, "esc_", "select 1 from escrows where ref = ?");
  const theirs = byId(upstream("select * from escrows"));
  for (const row of desk("select * from escrows")) {
    const ref = String(row.ref);
    const name = `${ref} (${String(row.status)})`;
    if (row.remote_id === null) {
      nothingThere(evidence, `escrow:${ref}`, row, ["not_created"]);
      continue;
    }
    const escrow = take(theirs, row.remote_id);
    if (!escrow) {
      say("mirror = upstream", `${name} is not known at Purple Flea`);
      continue;
    }
    if (escrow.status === "funded") say("everything ends", `${name} is still locked at Purple Flea`);
    if (row.status !== ENDS[String(escrow.status)])
      say("mirror = upstream", `${name} is ${String(escrow.status)} there`);
    if (!alike([row.amount_micro, escrow.amount], [row.counterparty, escrow.counterparty]))
      say("mirror = upstream", `${name}: amount or payee differ`);
    const { fee_micro: fee, net_micro: net, referral_micro: referral } = row;
    if (fee !== null && !same(fee, escrow.fee)) say("sums add up", `${name}: the fee differs`);
    const due = BigInt(escrow.amount ?? 0) - BigInt(escrow.fee ?? 0);
    if (escrow.status === "released" && !alike([fee, escrow.fee], [net, due], [referral, escrow.referral]))
      say("mirror = upstream", `${name}: fee, net or referral differ`);
    const told = desk(
      "select kind, at from timeline where subject_type = 'escrow' and subject_ref = ? and kind in ('released', 'refunded', 'release-refused', 'cancel-refused')",
      ref,
    );
    const ends = told.filter(({ kind }) => !String(kind).endsWith("-refused"));
    for (const { kind, at } of told)
      if (
        ledger
          .of(`end:${ref}`)
          .some((end) => `${end.call}-refused` === `escrow.${String(kind)}` && end.at < Number(at))
      )
        say("what was done is not called refused", `${name}: ${String(kind)}`);
    if (ends.length !== 1 || ends[0]?.kind !== row.status)
      say(
        "the timeline has the end once",
        `${name}: ${ends.map(({ kind }) => String(kind)).join() || "none"}`,
      );
    proven(row, escrow);
  }
  theRest(evidence, theirs, "escrow", "select status from escrows where ref = ?");

  /** What released or refunded it was a decision, a confirmation or the time-out; and what was decided in time came true. */
  function proven(row: Row, escrow: Row): void {
    const ref = String(row.ref);
    const [end] = ledger.of(`end:${ref}`);
    const [decision] = desk("select decision, at from approvals where escrow_ref = ?", ref);
    const confirmedAt = escrow.confirmed_at === null ? Infinity : Number(escrow.confirmed_at);
    if (end?.call === "escrow.release" && decision?.decision !== "release" && !(confirmedAt <= end.at))
      say("no release without proof", `${ref} was released by nobody's word`);
    if (end?.call === "escrow.cancel" && decision?.decision !== "cancel") {
      const due = Number(escrow.created_at) + 7 * DAY_MS - 60_000;
      if (end.at < due) say("no refund before its time", `${ref} was cancelled early`);
      if (confirmedAt < end.at - 60_000)
        say("what was confirmed is released", `${ref} was cancelled although confirmed`);
    }
    const inTime = Number(escrow.created_at) + 5 * DAY_MS;
    const asked =
      decision && Number(decision.at) < inTime ? decision.decision : confirmedAt < inTime ? "release" : null;
    const [dropped] = desk(
      "select key from intents where key = ? and decision = 'dropped'",
      `escrow-end:${ref}`,
    );
    // Nobody of ours ended it, although somebody asked in time and nobody took that back when its call came to nothing.
    if (asked && !dropped && !end && Number(escrow.ended_at) >= Number(escrow.expires_at))
      say(
        "what was decided comes true",
        `${ref}: ${String(asked)} was asked for, and Purple Flea's own time-out came first`,
      );
  }
}

function bets(evidence: Evidence): void {
  const { desk, upstream, say } = evidence;
  traced(evidence, "bet-", "select 1 from bets where request_key = ?");
  const theirs = byId(upstream("select * from bets"));
  for (const row of desk("select * from bets")) {
    const thing = `bet:${String(row.request_key)}`;
    const bet = take(theirs, row.remote_id);
    if (!bet) {
      nothingThere(evidence, thing, row, [...NOES, "skipped"]);
      continue;
    }
    if (!alike([row.status, bet.outcome], [row.payout_micro, bet.payout], [row.stake_micro, bet.stake]))
      say(
        "mirror = upstream",
        `${thing} (${String(row.status)}) is ${String(bet.outcome)} there, payout ${micro(bet.payout)}`,
      );
    // Null with a reason: another bet came between the commitment and this one.
    if (row.verified !== 1n && !(row.verified === null && row.verification !== null))
      say("bets are verified", `${thing}: ${String(row.verification)}`);
  }
  theRest(evidence, theirs, "bet", "select status from bets where request_key = ?");
}

function claims(evidence: Evidence): void {
  const { desk, upstream, say } = evidence;
  const theirs = byId(upstream("select day id, * from claims where agent_id = ?", AGENT));
  for (const row of desk("select * from claims")) {
    const day = String(row.utc_day);
    const claim = take(theirs, day);
    if (row.status !== "claimed") {
      nothingThere(evidence, `claim:${day}`, row, NOES);
      continue;
    }
    const untold = row.amount_micro === null && row.reason === "the amount was not told";
    if (!claim || (!untold && !alike([claim.amount, row.amount_micro], [claim.tx, row.tx_hash])))
      say("mirror = upstream", `claim of ${day} is another there`);
  }
  for (const day of theirs.keys()) say("mirror = upstream", `the claim of ${day} is not known here`);
}

/** Every command is answered, on record once, and unknown only as long as what it is about is. */
function commands({ desk, commands: recorded, say }: Evidence): void {
  const rows = new Set(desk("select id from commands").map(({ id }) => String(id)));
  for (const id of recorded)
    if (!rows.has(id)) say("nothing is lost", `the form ${id} was said to be recorded and is not`);
  for (const row of desk(
    "select c.id, c.kind, o.state, (select count(*) from audit a where a.command_id = c.id and a.result = 'accepted') n from commands c left join command_outcomes o on o.command_id = c.id",
  )) {
    const name = `${String(row.kind)} ${String(row.id)}`;
    if (row.state === null) say("every command is answered", `${name} is not`);
    if (row.n !== 1n) say("every command is on record", `${name}: ${String(row.n)} audit rows`);
    if (row.state === "unknown") {
      const [open] = desk("select 1 from intents where status = 'unknown'");
      if (!open) say("every command is answered", `${name} is unknown, and nothing else is`);
    }
  }
}

/** A lock is held by what may still have happened, nothing stays open, and what is called refused was not carried out. */
function intents({ desk, carriedOut, say }: Evidence): void {
  for (const row of desk("select key, status, lock from intents")) {
    if (
      ["rejected", "given_up", "skipped"].includes(String(row.status)) &&
      carriedOut(thingOfKey(String(row.key)))
    )
      say(
        "an intent says what it came to",
        `${String(row.key)} is ${String(row.status)} and was carried out`,
      );
    if (row.status === "open") say("no intent stays open", `${String(row.key)} is`);
    if (row.lock !== null && row.status !== "unknown")
      say("no lock without a reason", `${String(row.key)} (${String(row.status)}) holds ${String(row.lock)}`);
  }
}

/** Every run of the engine is in the journal with the end it had. */
function journal({ desk, engine, say }: Evidence): void {
  const ours = new Map(desk("select id, status, ended_at from runs").map((row) => [String(row.id), row]));
  for (const run of engine("select id, function_id, status, started_at from runs")) {
    const name = `run ${String(run.id)} of ${String(run.function_id)}`;
    if (run.status === "Cancelled") say("a run has its own last word", `${name} was cancelled`);
    const row = ours.get(String(run.id));
    if (!row) {
      if (run.started_at !== null) say("the journal has every run", `${name} is missing`);
    } else if (row.ended_at === null) say("the journal has every end", `${name} has none`);
    else if (String(run.status).toLowerCase() !== row.status)
      say("the journal has every end", `${name} ${String(run.status)} is ${String(row.status)} there`);
  }
  for (const row of desk("select run_id, name from steps where status in ('running', 'waiting', 'retrying')"))
    say("the journal has every end", `step ${String(row.name)} of ${String(row.run_id)} has none`);
}

function webhooks({ desk, say }: Evidence): void {
  for (const row of desk(
    "select i.id from inbox i left join webhook_outcomes o on o.webhook_id = i.id where o.webhook_id is null",
  ))
    say("every webhook is answered", `${String(row.id)} is not`);
}
