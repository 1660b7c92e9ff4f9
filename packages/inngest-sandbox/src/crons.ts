import type { Context } from "./context";
import { parseCron } from "./cron";
import { schedule } from "./schedule";
import { takeEvent } from "./take-event";

const TWO_DAYS_MS = 172_800_000;
const idOf = (functionId: string, cron: string): string => `${functionId}\n${cron}`;
const textIn = (id: string): string => id.split("\n")[1] ?? "";

interface Tick {
  id: string;
  next_at: number;
}

/** Keeps a next tick for every cron that a function has, and for no other. */
export function planCrons(ctx: Context): void {
  const wanted = new Set<string>();
  for (const fn of ctx.functions.values())
    for (const trigger of fn.triggers) if ("cron" in trigger) wanted.add(idOf(fn.id, trigger.cron));
  for (const { id } of ctx.store.all<Tick>("select * from cron"))
    if (!wanted.has(id)) ctx.store.run("delete from cron where id = ?", id);
  for (const id of wanted) {
    const next = parseCron(textIn(id)).next(ctx.now());
    if (next !== null) ctx.store.run("insert or ignore into cron (id, next_at) values (?, ?)", id, next);
  }
}

/** Ticks that passed while nothing ran are gone. */
export function skipMissedTicks(ctx: Context): void {
  for (const { id } of ctx.store.all<Tick>("select * from cron where next_at <= ?", ctx.now()))
    ctx.store.run("delete from cron where id = ?", id);
  planCrons(ctx);
}

/** After the clock was set to another moment: every cron's next tick is the first after that one. */
export function replanCrons(ctx: Context): void {
  ctx.store.run("delete from cron");
  planCrons(ctx);
}

/** When the next tick is, ms; null when there is none. */
export function nextTick(ctx: Context): number | null {
  return ctx.store.get<{ next_at: number | null }>("select min(next_at) next_at from cron")?.next_at ?? null;
}

/** Starts what is due by the clock. */
export function fireCrons(ctx: Context): void {
  const due = ctx.store.all<Tick>("select * from cron where next_at <= ? order by next_at, id", ctx.now());
  for (const tick of due) ctx.store.transaction(() => fire(ctx, tick));
}

/** One run per tick; what was missed while nothing ran is not made up for. */
function fire(ctx: Context, tick: Tick): void {
  const [functionId = ""] = tick.id.split("\n");
  const cron = textIn(tick.id);
  const fn = ctx.functions.get(functionId);
  const following = parseCron(cron).next(Math.max(tick.next_at, ctx.now()));
  if (!fn || following === null) return void ctx.store.run("delete from cron where id = ?", tick.id);
  ctx.store.run("update cron set next_at = ? where id = ?", following, tick.id);
  const at = new Date(tick.next_at).toISOString().replace(".000Z", "Z");
  const claimed = ctx.store.run(
    "insert or ignore into seen (key, until) values (?, ?)",
    `cron:${tick.id}:${at}`,
    tick.next_at + TWO_DAYS_MS,
  );
  if (claimed.changes === 0) return;
  const event = takeEvent(ctx, {
    id: at,
    name: "inngest/scheduled.timer",
    data: { cron, scheduledAt: at, fireAt: at },
    ts: tick.next_at,
  });
  schedule(ctx, fn, event);
}
