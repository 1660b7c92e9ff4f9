import type { Context } from "./context";

const BATCH = 500;
const EVENT_AGE_MS = 3 * 86_400_000;

/** Forgets the oldest ended runs beyond `keep`, and with them their steps and events. Returns how many runs went. */
export function prune(ctx: Context, keep: number): number {
  let gone = 0;
  for (;;) {
    const removed = ctx.store.transaction(() => {
      const old = ctx.store.all<{ id: string; event_id: string }>(
        "select id, event_id from runs where ended_at is not null order by ended_at desc limit ? offset ?",
        BATCH,
        keep,
      );
      for (const run of old) {
        for (const table of ["memo", "run_events"])
          ctx.store.run(`delete from ${table} where run_id = ?`, run.id);
        ctx.store.run("delete from runs where id = ?", run.id);
      }
      return old.length;
    });
    gone += removed;
    if (removed < BATCH) break;
  }
  ctx.store.run("delete from seen where until < ?", ctx.now());
  ctx.store.run("delete from seeds where at < ?", ctx.now() - 3_600_000);
  ctx.store.run(
    "delete from events where received_at < ? and not exists (select 1 from run_events e where e.event_id = events.internal_id)",
    ctx.now() - EVENT_AGE_MS,
  );
  return gone;
}
