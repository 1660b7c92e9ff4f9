import Database from "better-sqlite3";
import type { Broken, Row } from "../evidence";
import { judge } from "../invariants";
import type { Victim } from "../life";
import type { People } from "../people";
import type { Trio } from "../../sandbox/trio";
import type { Witness } from "./witness";

/** How long an outcome may take to be called unknown after the kill that lost it: a start, and the engine's tries, ms. */
const CAUSE_MS = 30_000;

/**
 * What must hold of unknown outcomes when all look-ups are over and nobody has settled them yet: the page lists each, a kill was
 * near it, and Purple Flea cannot answer it.
 */
export function checkUnknown(trio: Trio, page: string, kills: readonly number[]): Broken[] {
  const broken: Broken[] = [];
  const say = (rule: string, what: string) => void broken.push({ rule, what });
  for (const row of trio.read("app", "select * from intents where status = 'unknown'")) {
    const key = String(row.key);
    if (!page.includes(encodeURIComponent(key)) && !page.includes(key))
      say("what is unknown is shown", `${key} is not on the page of unknown outcomes`);
    const [from, to] = [Number(row.created_at) - CAUSE_MS, Number(row.updated_at) + CAUSE_MS];
    if (!kills.some((at) => at >= from && at <= to)) say("unknown has a cause", `${key} has none`);
    if (row.action === "escrow-release" || row.action === "escrow-cancel")
      say("what Purple Flea can answer is asked", `${key}: it was not read, or not believed`);
    if (reportedFor(trio, row)) say("what Purple Flea can answer is asked", `${key}: a webhook told of it`);
  }
  return broken;
}

/** Whether a webhook that came tells of this bet or claim. Orders and new escrows carry nothing of ours: a person decides. */
function reportedFor(trio: Trio, { action, subject_ref: ref }: Row): boolean {
  const came = (type: string, id: string) =>
    trio.read("app", "select 1 from inbox where type = ? and instr(envelope, ?) > 0", type, id).length > 0;
  if (action === "bet") {
    const [bet] = trio.read("purple-flea", "select id from bets where client_seed = ?", ref);
    return bet !== undefined && came("casino.result", `"${String(bet.id)}"`);
  }
  if (action !== "claim") return false;
  const [claim] = trio.read("purple-flea", "select tx from claims where day = ?", String(ref).slice(-10));
  return claim !== undefined && came("faucet.claimed", `"${String(claim.tx)}"`);
}

/** Looks at the three files when every process is down and nothing is unknown any more, and names every rule that does not hold. */
export function checkFiles(trio: Trio, witness: Witness, people: People): Broken[] {
  const open = (name: Victim) => new Database(trio.files[name], { fileMustExist: true });
  const [desk, upstream, engine] = [open("app"), open("purple-flea"), open("engine")];
  desk.defaultSafeIntegers(true);
  upstream.defaultSafeIntegers(true);
  try {
    const broken: Broken[] = [];
    const say = (rule: string, what: string) => void broken.push({ rule, what });
    const rows = (file: Database.Database, sql: string, ...params: unknown[]) =>
      file.prepare(sql).all(...params) as Row[]; // rows of the named columns
    for (const death of trio.deaths) say("no process ends by itself", death);
    broken.push(
      ...judge(
        { desk, upstream, engine },
        {
          ledger: witness.ledger((sql) => rows(upstream, sql)),
          taken: people.taken,
          commands: people.commands,
          mayBeUnknown: () => false,
        },
      ),
    );
    for (const { id, function_id } of rows(engine, "select id, function_id from runs where ended_at is null"))
      say("everything ends", `run ${String(id)} of ${String(function_id)} has not`);
    for (const { id } of rows(desk, "select id from outbox where sent_at is null"))
      say("everything ends", `event ${String(id)} is still in the outbox`);
    for (const { why, n } of rows(upstream, "select why, count(*) n from entries group by why having n > 1"))
      say("Purple Flea does nothing twice", `${String(why)} is in its books ${String(n)} times`);
    return broken;
  } finally {
    for (const file of [desk, upstream, engine]) file.close();
  }
}
