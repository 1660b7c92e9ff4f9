import canonicalize from "canonicalize";
import type { Context } from "./context";

/** An event as it comes in: what is absent is filled in when it is taken. */
export interface IncomingEvent {
  id?: string;
  name: string;
  data?: Record<string, unknown> | null;
  ts?: number;
  user?: Record<string, unknown>;
  v?: string;
}

/** An event as functions and expressions see it. */
export interface EventView {
  id: string;
  name: string;
  data: Record<string, unknown> | null;
  ts: number;
  user: Record<string, unknown>;
  v?: string;
}

/** An event that was taken in: what it says, and its canonical JSON, which goes into requests as it is. */
export interface TakenEvent {
  /** The engine's own ULID. */
  internalId: string;
  view: EventView;
  text: string;
}

/** The canonical JSON that signatures are made over; null for what JSON has no word for. */
export const canonical = (value: unknown): string => canonicalize(value ?? null) ?? "null";

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

export const readEvent = (text: string): EventView => JSON.parse(text) as EventView; // written by takeEvent

/** As the API and the lists in system events show an event: an empty user is left out. */
export function withoutEmptyUser(event: EventView): Omit<EventView, "user"> & Partial<EventView> {
  const { user, ...rest } = event;
  return Object.keys(user).length > 0 ? event : rest;
}

/** Where the result of the step that invoked a function with this event goes; null for other events. */
export function invokerOf(event: EventView): string | null {
  if (event.name !== "inngest/function.invoked") return null;
  const own = event.data?._inngest;
  return typeof own === "object" && own !== null && "correlation_id" in own
    ? String(own.correlation_id)
    : null;
}
