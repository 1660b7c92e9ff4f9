import type { Context } from "./context";
import { parseDuration } from "./durations";
import { readEvent, type EventView } from "./events";
import { keyOf, numberOf } from "./expression";
import type { Slot } from "./ready";
import type { FunctionConfig } from "./registration";

const DAY_MS = 86_400_000;
const MAX_PRIORITY_S = 600;

/** True once per key and window; later ones are told false until the window has passed. */
export function claimOnce(ctx: Context, key: string, windowMs: number): boolean {
  const now = ctx.now();
  const held = ctx.store.get<{ until: number }>("select until from seen where key = ?", key);
  if (held && held.until > now) return false;
  ctx.store.run("insert or replace into seen (key, until) values (?, ?)", key, now + windowMs);
  return true;
}

/** The `idempotency` option: one run per key and day. A key that is missing from the event holds nothing back. */
export function passesIdempotency(ctx: Context, fn: FunctionConfig, event: EventView): boolean {
  if (!fn.idempotency) return true;
  const key = keyOf(fn.idempotency, event);
  return key === undefined || claimOnce(ctx, `idempotency:${fn.id}:${key}`, DAY_MS);
}

/** A place in line: none is let in more often than every `spacing` ms, after the first `capacity` of a quiet time. */
interface Pace {
  bucket: string;
  spacing: number;
  capacity: number;
}

/** When the next of a pace may be let in, ms; not before `earliest`. */
function nextOf(ctx: Context, { bucket, spacing, capacity }: Pace, earliest: number): number {
  const at = ctx.store.get<{ at: number }>("select at from rates where key = ?", bucket)?.at ?? 0;
  return Math.max(earliest, Math.ceil(at - spacing * (capacity - 1)));
}
function letIn(ctx: Context, { bucket, spacing }: Pace, start: number): void {
  ctx.store.run(
    "insert into rates (key, at) values (?, ?) on conflict (key) do update set at = max(at, ?) + ?",
    bucket,
    start + spacing,
    start,
    spacing,
  );
}

/**
 * The `rateLimit` option: what is over the rate is dropped. The real server spaces starts evenly, and lets a tenth of the
 * limit run ahead: below ten a period, two at once are one too many. A key that is missing from the event holds nothing
 * back, as with `idempotency`, which is the same thing there.
 */
export function passesRateLimit(ctx: Context, fn: FunctionConfig, event: EventView): boolean {
  const limit = fn.rateLimit;
  if (!limit || fn.idempotency) return true;
  const key = limit.key ? keyOf(limit.key, event) : "";
  if (key === undefined) return true;
  const pace: Pace = {
    bucket: `rate:${fn.id}:${key}`,
    spacing: (parseDuration(limit.period) ?? 0) / limit.limit,
    capacity: 1 + Math.floor(limit.limit / 10),
  };
  const now = ctx.now();
  if (nextOf(ctx, pace, now) > now) return false;
  letIn(ctx, pace, now);
  return true;
}

/** The `throttle` option: when a run may start, ms: `limit` and `burst` at once, then evenly. Nothing is dropped. */
export function throttledStart(ctx: Context, fn: FunctionConfig, trigger: string, earliest: number): number {
  const limit = fn.throttle;
  if (!limit) return earliest;
  const pace: Pace = {
    bucket: `throttle:${fn.id}:${limit.key ? keyOf(limit.key, readEvent(trigger)) : ""}`,
    spacing: (parseDuration(limit.period) ?? 0) / limit.limit,
    capacity: limit.limit + (limit.burst ?? 0),
  };
  const start = nextOf(ctx, pace, earliest);
  letIn(ctx, pace, start);
  return start;
}

/** Where a run stands among those that are ready: its time, moved by `priority` (seconds, at most ten minutes). */
export function rankOf(ctx: Context, fn: FunctionConfig, event: EventView): number {
  const seconds = fn.priority?.run ? numberOf(fn.priority.run, event) : 0;
  return Math.round(ctx.now() - Math.max(-MAX_PRIORITY_S, Math.min(MAX_PRIORITY_S, seconds)) * 1_000);
}

/** The slots a run's calls must hold while they are under way, as JSON; null when there are none. */
export function slotsOf(fn: FunctionConfig, event: EventView): string | null {
  const slots: Slot[] = fn.concurrency
    .filter((entry) => entry.limit > 0)
    .map(({ limit, key, scope = "fn" }) => {
      const value = key ? (keyOf(key, event) ?? "") : "";
      // Beyond one function it is the value alone that is shared.
      return { key: scope === "fn" ? `${fn.id}:${key ?? ""}=${value}` : `${scope}:${value}`, limit };
    });
  return slots.length > 0 ? JSON.stringify(slots) : null;
}

/** The key under which only one run of a singleton function may be active; null for other functions, and without a key. */
export function singletonKey(fn: FunctionConfig, event: EventView): string | null {
  if (!fn.singleton) return null;
  const key = fn.singleton.key ? keyOf(fn.singleton.key, event) : "";
  return key === undefined ? null : `${fn.id}:${key}`;
}
