import type { Context } from "./context";
import { firstIdAt } from "./ids";

/** How many runs that are over are kept. */
export const RETAIN_RUNS = 20_000;
const SLICE = 200;
const HOUR_MS = 3_600_000;
/** How long an event is kept that started nothing. */
const EVENT_AGE_MS = 72 * HOUR_MS;

/** Forgets the oldest ended runs beyond `keep`, and with them their steps and events. Returns how many runs went. */
export function prune(ctx: Context, keep: number): number {
  let gone = 0;
  for (let removed = SLICE; removed === SLICE; gone += removed)
    removed = ctx.store.transaction(() => pruneSlice(ctx, keep));
  ctx.store.run("delete from seen where until < ?", ctx.now());
  ctx.store.run("delete from seeds where at < ?", ctx.now() - HOUR_MS);
  return gone;
}

function pruneSlice(ctx: Context, keep: number): number {
  const { store } = ctx;
  const old = store.all<{ id: string }>(
    "select id from runs where ended_at is not null order by ended_at desc, id desc limit ? offset ?",
    SLICE,
    keep,
  );
  for (const { id } of old) {
    const events = store.all<{ event_id: string }>(
      "delete from run_events where run_id = ? returning event_id",
      id,
    );
    for (const { event_id } of events)
      store.run(
        "delete from events where internal_id = ? and not exists (select 1 from run_events where event_id = ?)",
        event_id,
        event_id,
      );
    store.run("delete from memo where run_id = ?", id);
    store.run("delete from runs where id = ?", id);
  }
  return old.length;
}

/** Forgets events of days ago that no run is kept for. */
export function pruneEvents(ctx: Context): number {
  return ctx.store.run(
    "delete from events where internal_id < ? and not exists (select 1 from run_events e where e.event_id = internal_id)",
    firstIdAt(ctx.now() - EVENT_AGE_MS),
  ).changes;
}
