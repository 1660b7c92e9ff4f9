import type { Context } from "./context";
import { canonical, type EventView, type IncomingEvent, type TakenEvent } from "./events";

/** Stores an event. `internalId` is a fresh ULID unless given. */
export function takeEvent(ctx: Context, incoming: IncomingEvent, internalId = ctx.newId()): TakenEvent {
  const view: EventView = {
    data: incoming.data ?? null,
    id: incoming.id || internalId,
    name: incoming.name,
    ts: incoming.ts || ctx.now(),
    user: incoming.user ?? {},
    ...(incoming.v && { v: incoming.v }),
  };
  const text = canonical(view);
  ctx.store.run(
    "insert or ignore into events (internal_id, id, name, body, received_at) values (?, ?, ?, ?, ?)",
    internalId,
    view.id,
    view.name,
    text,
    ctx.now(),
  );
  return { internalId, view, text };
}
