import type { Context } from "./context";
import { parseDuration } from "./durations";
import { keyOf, numberOf } from "./expression";
import type { FunctionConfig } from "./registration";
import type { StoredEvent } from "./store";

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
export function passesIdempotency(ctx: Context, fn: FunctionConfig, event: StoredEvent): boolean {
  if (!fn.idempotency) return true;
  const key = keyOf(fn.idempotency, event);
  return key === undefined || claimOnce(ctx, `idempotency:${fn.id}:${key}`, DAY_MS);
}

/** The `rateLimit` option: what is over the rate is dropped. */
export function passesRateLimit(ctx: Context, fn: FunctionConfig, event: StoredEvent): boolean {
  const limit = fn.rateLimit;
  if (!limit || fn.idempotency) return true;
  const period = parseDuration(limit.period) ?? 0;
  const bucket = `rate:${fn.id}:${limit.key ? keyOf(limit.key, event) : ""}`;
  const spacing = period / limit.limit;
  const now = ctx.now();
  const at = Math.max(bucketAt(ctx, bucket), now);
  if (at - now > period - spacing) return false;
  setBucket(ctx, bucket, at + spacing);
  return true;
}

/** The `throttle` option: when a run may start, ms. Nothing is dropped. */
export function throttledStart(
  ctx: Context,
  fn: FunctionConfig,
  event: StoredEvent,
  earliest: number,
): number {
  const limit = fn.throttle;
  if (!limit) return earliest;
  const bucket = `throttle:${fn.id}:${limit.key ? keyOf(limit.key, event) : ""}`;
  const spacing = (parseDuration(limit.period) ?? 0) / limit.limit;
  const at = Math.max(bucketAt(ctx, bucket), earliest);
  setBucket(ctx, bucket, at + spacing);
  return Math.max(earliest, at - spacing * ((limit.burst ?? 1) - 1));
}

function bucketAt(ctx: Context, key: string): number {
  return ctx.store.get<{ at: number }>("select at from rates where key = ?", key)?.at ?? 0;
}
function setBucket(ctx: Context, key: string, at: number): void {
  ctx.store.run("insert or replace into rates (key, at) values (?, ?)", key, Math.ceil(at));
}

/** Where a run stands among those that are ready: its time, moved by `priority` (seconds, at most ten minutes). */
export function rankOf(ctx: Context, fn: FunctionConfig, event: StoredEvent): number {
  const seconds = fn.priority?.run ? numberOf(fn.priority.run, event) : 0;
  return ctx.now() - Math.max(-MAX_PRIORITY_S, Math.min(MAX_PRIORITY_S, seconds)) * 1_000;
}

/** The slots a run's calls must hold while they are under way, with how many there are of each. */
export function slotsOf(fn: FunctionConfig, event: StoredEvent): { key: string; limit: number }[] {
  return fn.concurrency
    .filter((entry) => entry.limit > 0)
    .map((entry) => ({
      key: `${entry.scope === "env" || entry.scope === "account" ? entry.scope : fn.id}:${entry.key ? `${entry.key}=${keyOf(entry.key, event)}` : ""}`,
      limit: entry.limit,
    }));
}

/** The key under which only one run of a singleton function may be active; null for other functions. */
export function singletonKey(fn: FunctionConfig, event: StoredEvent): string | null {
  if (!fn.singleton) return null;
  return `${fn.id}:${fn.singleton.key ? keyOf(fn.singleton.key, event) : ""}`;
}
