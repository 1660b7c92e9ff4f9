import canonicalize from "canonicalize";

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

/** What no canonical JSON can be made of: a number without an end, or lists within lists without one. */
export class NotJson extends Error {
  override name = "NotJson";
}

/**
 * The canonical JSON that signatures are made over; null for what JSON has no word for. Half a character, as is left where a
 * text was cut in the middle of one, becomes the sign for an unknown one, as on the real server.
 * @throws NotJson
 */
export function canonical(value: unknown): string {
  try {
    return canonicalize(value ?? null) ?? "null";
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (!/surrogate/i.test(error.message)) throw new NotJson(error.message);
    return canonical(JSON.parse(JSON.stringify(value).replace(ESCAPE, withoutHalves)));
  }
}
/** JSON.stringify writes a character as it is, and half of one as its number. */
const ESCAPE = /\\(?:u([0-9a-f]{4})|.)/g;
const withoutHalves = (escape: string, code?: string): string => (code?.startsWith("d") ? "\uFFFD" : escape);

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
