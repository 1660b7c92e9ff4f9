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
import { thingOfKey } from "./ledger";
import { AGENT } from "./processes";
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

/** What the names in histories mean, and those of the real kills. */
const MARKET = /^(ETH|BTC|SOL|KA\d+)$/;

function trades(evidence: Evidence): void {
  const { desk, upstream, ledger, taken, carriedOut, misled, mayBeUnknown, say } = evidence;
  const orders = new Map(upstream("select * from orders").map((row) => [String(row.id), row]));
  for (const row of desk("select * from trades")) {
    const thing = `alert:${String(row.alert_id)}`;
    if (!MARKET.test(String(row.asset))) say("a market has one name", `${thing} is on ${String(row.asset)}`);
    const name = `trade ${String(row.ref)} (${String(row.status)})`;
    const order = row.remote_id === null ? undefined : orders.get(String(row.remote_id));
    if (row.remote_id !== null && !order)
      say("mirror = upstream", `${name} has an order Purple Flea does not know`);
    if (order) {
      orders.delete(String(order.id));
      if (row.status !== order.status) say("mirror = upstream", `${name} is ${String(order.status)} there`);
      if (
        !same(row.size_micro, order.size) ||
        !same(row.fee_micro, order.fee) ||
        !same(row.fill_price, order.price) ||
        !same(row.asset, order.asset)
      )
        say("mirror = upstream", `${name}: market, size, fee or price differ`);
      if (order.status === "closed" && !same(row.pnl_micro, order.pnl))
        say("mirror = upstream", `${name}: result differs`);
      continue;
    }
    if (row.status === "unknown") {
      if (!mayBeUnknown(thing, row.ref)) say("unknown has a cause", `${name} has none`);
    } else if (row.status !== "refused") say("everything ends", `${name} has no order`);
    else if (carriedOut(thing)) say("mirror = upstream", `${name} was carried out`);
  }
  for (const id of orders.keys()) {
    const thing = ledger.effects.find((effect) => effect.remoteId === id)?.thing ?? "nothing";
    const [row] = desk("select status from trades where alert_id = ?", thing.replace("alert:", ""));
    if (row?.status !== "unknown" && !misled.has(thing))
      say("mirror = upstream", `order ${id} of ${thing} is unknown here`);
  }
  const alerts = desk("select * from alerts");
  for (const row of alerts) {
    if (row.outcome === "received" || row.outcome === "waiting")
      say("everything ends", `alert ${String(row.id)} is ${String(row.outcome)}`);
    const done = carriedOut(`alert:${String(row.id)}`);
    if ((row.outcome === "skipped" || row.outcome === "refused") && done)
      say("mirror = upstream", `alert ${String(row.id)} is ${String(row.outcome)} and traded`);
    if (row.outcome === "traded" && !done) say("mirror = upstream", `alert ${String(row.id)} did not trade`);
  }
  for (const id of taken)
    if (id.startsWith("alert-") && !alerts.some((row) => row.id === id))
      say("nothing is lost", `${id} left no trace`);
}

const ENDS: Record<string, string> = { released: "released", refunded: "refunded", funded: "pending" };

function escrows(evidence: Evidence): void {
  const { desk, upstream, ledger, taken, carriedOut, misled, mayBeUnknown, say } = evidence;
  for (const ref of taken)
    if (ref.startsWith("esc_") && desk("select 1 from escrows where ref = ?", ref).length === 0)
      say("nothing is lost", `${ref} left no trace`);
  const theirs = new Map(upstream("select * from escrows").map((row) => [String(row.id), row]));
  for (const row of desk("select * from escrows")) {
    const ref = String(row.ref);
    const name = `${ref} (${String(row.status)})`;
    if (row.remote_id === null) {
      if (row.status === "unknown") {
        if (!mayBeUnknown(`escrow:${ref}`, ref)) say("unknown has a cause", `${name} has none`);
      } else if (row.status !== "refused") say("everything ends", `${name} was never created`);
      else if (carriedOut(`escrow:${ref}`)) say("mirror = upstream", `${name} was created`);
      continue;
    }
    const escrow = theirs.get(String(row.remote_id));
    theirs.delete(String(row.remote_id));
    if (!escrow) {
      say("mirror = upstream", `${name} is not known at Purple Flea`);
      continue;
    }
    if (escrow.status === "funded") say("everything ends", `${name} is still locked at Purple Flea`);
    if (row.status !== ENDS[String(escrow.status)])
      say("mirror = upstream", `${name} is ${String(escrow.status)} there`);
    if (!same(row.amount_micro, escrow.amount) || row.counterparty !== escrow.counterparty)
      say("mirror = upstream", `${name}: amount or payee differ`);
    if (row.fee_micro !== null && !same(row.fee_micro, escrow.fee))
      say("sums add up", `${name}: the fee differs`);
    if (escrow.status === "released") {
      const net = BigInt(escrow.amount ?? 0) - BigInt(escrow.fee ?? 0);
      if (
        !same(row.fee_micro, escrow.fee) ||
        !same(row.net_micro, net) ||
        !same(row.referral_micro, escrow.referral)
      )
        say("mirror = upstream", `${name}: fee, net or referral differ`);
    }
    const told = desk(
      "select kind from timeline where subject_type = 'escrow' and subject_ref = ? and kind in ('released', 'refunded')",
      ref,
    );
    for (const { kind, at } of desk(
      "select kind, at from timeline where subject_type = 'escrow' and subject_ref = ? and kind in ('release-refused', 'cancel-refused')",
      ref,
    ))
      if (
        ledger
          .of(`end:${ref}`)
          .some((end) => end.call === `escrow.${String(kind).split("-")[0]}` && end.at < Number(at))
      )
        say("what was done is not called refused", `${name}: ${String(kind)}`);
    if (told.length !== 1 || told[0]?.kind !== row.status)
      say(
        "the timeline has the end once",
        `${name}: ${told.map((entry) => String(entry.kind)).join(", ") || "none"}`,
      );
    proven(row, escrow);
  }
  for (const [id] of theirs) {
    const thing = ledger.effects.find((effect) => effect.remoteId === id)?.thing ?? "nothing";
    const [row] = desk("select status from escrows where ref = ?", thing.replace("escrow:", ""));
    if (row?.status !== "unknown" && !misled.has(thing))
      say("mirror = upstream", `escrow ${id} of ${thing} is not known here`);
  }

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
  const { desk, upstream, ledger, taken, carriedOut, misled, mayBeUnknown, say } = evidence;
  for (const id of taken)
    if (id.startsWith("bet-") && desk("select 1 from bets where request_key = ?", id).length === 0)
      say("nothing is lost", `${id} left no trace`);
  const theirs = new Map(upstream("select * from bets").map((row) => [String(row.id), row]));
  for (const row of desk("select * from bets")) {
    const thing = `bet:${String(row.request_key)}`;
    const name = `bet ${String(row.request_key)} (${String(row.status)})`;
    const bet = row.remote_id === null ? undefined : theirs.get(String(row.remote_id));
    if (bet) {
      theirs.delete(String(bet.id));
      if (
        row.status !== bet.outcome ||
        !same(row.payout_micro, bet.payout) ||
        !same(row.stake_micro, bet.stake)
      )
        say("mirror = upstream", `${name} is ${String(bet.outcome)} there, payout ${micro(bet.payout)}`);
      // Null with a reason: another bet came between the commitment and this one.
      if (row.verified !== 1n && !(row.verified === null && row.verification !== null))
        say("bets are verified", `${name}: ${String(row.verification)}`);
      continue;
    }
    if (row.status === "unknown") {
      if (!mayBeUnknown(thing, row.ref)) say("unknown has a cause", `${name} has none`);
    } else if (row.status !== "refused" && row.status !== "skipped")
      say("everything ends", `${name} has no outcome`);
    else if (carriedOut(thing)) say("mirror = upstream", `${name} was placed`);
  }
  for (const [id] of theirs) {
    const thing = ledger.effects.find((effect) => effect.remoteId === id)?.thing ?? "nothing";
    const [row] = desk("select status from bets where request_key = ?", thing.replace("bet:", ""));
    if (row?.status !== "unknown" && !misled.has(thing))
      say("mirror = upstream", `bet ${id} of ${thing} is not known here`);
  }
}

function claims({ desk, upstream, carriedOut, mayBeUnknown, say }: Evidence): void {
  const theirs = new Map(
    upstream("select * from claims where agent_id = ?", AGENT).map((row) => [String(row.day), row]),
  );
  for (const row of desk("select * from claims")) {
    const day = String(row.utc_day);
    const name = `claim of ${day} (${String(row.status)})`;
    const claim = theirs.get(day);
    theirs.delete(day);
    if (row.status === "claimed") {
      const untold = row.amount_micro === null && row.reason === "the amount was not told";
      if (!claim || (!untold && (!same(claim.amount, row.amount_micro) || claim.tx !== row.tx_hash)))
        say("mirror = upstream", `${name} is another there`);
    } else if (row.status === "unknown") {
      if (!mayBeUnknown(`claim:${day}`, row.ref)) say("unknown has a cause", `${name} has none`);
    } else if (row.status !== "refused") say("everything ends", `${name} has no outcome`);
    else if (carriedOut(`claim:${day}`)) say("mirror = upstream", `${name} was carried out`);
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
    if (row.status === "refused" && carriedOut(thingOfKey(String(row.key))))
      say("an intent says what became of it", `${String(row.key)} is refused and was carried out`);
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
