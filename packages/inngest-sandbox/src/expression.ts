import { ParseError } from "@marcbachmann/cel-js";
import { at, environment } from "./cel";
import { readable } from "./expression-error";

/*
 * Expressions as the real server reads them: a path that does not exist is null, and what cannot be evaluated holds for
 * nothing.
 */
type Node = { op: string; args: unknown };
const isNode = (value: unknown): value is Node =>
  typeof value === "object" &&
  value !== null &&
  "op" in value &&
  typeof value.op === "string" &&
  "args" in value;

/** The keys below a variable that a node reads, e.g. ["event", "data", "id"]; null when it is no such path. */
function pathTo(node: unknown): string[] | null {
  if (!isNode(node)) return null;
  if (node.op === "id" && typeof node.args === "string") return [node.args];
  if ((node.op !== "." && node.op !== "[]") || !Array.isArray(node.args)) return null;
  const [inner, key] = node.args as unknown[];
  const name = node.op === "." ? key : isNode(key) && key.op === "value" ? key.args : null;
  const before = typeof name === "string" ? pathTo(inner) : null;
  return before && [...before, String(name)];
}

interface Found {
  paths: string[][];
  /** Paths that `has()` asks about are left as they are. */
  asked: string[][];
  /** The functions and macros it uses, by name. */
  calls: string[];
}

function search(node: unknown, found: Found = { paths: [], asked: [], calls: [] }): Found {
  if (Array.isArray(node)) for (const child of node) search(child, found);
  if (!isNode(node)) return found;
  const path = pathTo(node);
  const [name, argument] = Array.isArray(node.args) ? (node.args as unknown[]) : [];
  if (path) {
    found.paths.push(path);
    return found;
  }
  if ((node.op === "call" || node.op === "rcall") && typeof name === "string") found.calls.push(name);
  if (node.op === "call" && name === "has") found.asked.push(...search(argument).paths);
  else search(node.args, found);
  return found;
}

const missing = (path: string[], index: number): unknown =>
  index === path.length ? null : { [path[index] ?? ""]: missing(path, index + 1) };

/** The value, with the path below it there: what is missing on the way is null. Nothing is changed in place. */
function filled(value: unknown, path: string[], index: number): unknown {
  if (index === path.length) return value;
  if (value === null || value === undefined) return missing(path, index);
  if (typeof value !== "object" || Array.isArray(value)) return value;
  const key = path[index] ?? "";
  const child: unknown = Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
  const next = child === undefined ? missing(path, index + 1) : filled(child, path, index + 1);
  return next === child ? value : { ...value, [key]: next };
}

export class ExpressionError extends Error {
  override name = "ExpressionError";
}

interface Compiled {
  run(scope: Record<string, unknown>, nowMs: number): unknown;
  /** The functions and macros it uses, by name: `exists`, `startsWith`, `has`. */
  calls: string[];
  /** Whether it looks at the event that started the run. */
  readsTrigger: boolean;
}
const cache = new Map<string, Compiled>();
const CACHED = 10_000;

/** @throws ExpressionError when the text is no expression, or names what there is not */
export function compile(text: string): Compiled {
  const known = cache.get(text);
  if (known) return known;
  let parsed: ReturnType<typeof environment.parse>;
  try {
    parsed = environment.parse(text);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    throw new ExpressionError(readable(text, error));
  }
  const checked = parsed.check();
  if (!checked.valid) throw new ExpressionError(readable(text, checked.error ?? { message: "not valid" }));
  const { paths, asked, calls } = search(parsed.ast);
  const isAsked = new Set(asked.map((path) => path.join("\n")));
  const toFill = paths.filter((path) => !isAsked.has(path.join("\n")));
  const compiled: Compiled = {
    calls,
    readsTrigger: [...paths, ...asked].some(([variable]) => variable === "event"),
    run(scope, nowMs) {
      let whole: unknown = scope;
      for (const path of toFill) whole = filled(whole, path, 0);
      try {
        return at(nowMs, (): unknown => parsed(whole as typeof scope)); // `filled` hands back what it was given
      } catch {
        return undefined;
      }
    },
  };
  if (cache.size >= CACHED) cache.clear();
  cache.set(text, compiled);
  return compiled;
}

/** What an expression may look at of an event. */
interface Seen {
  id?: string;
  name?: string;
  ts?: number;
  user?: unknown;
  v?: string;
  data?: unknown;
}
const seen = (event: Seen): Seen => ({ ...event, data: event.data ?? {} });

/** Whether a condition holds for a trigger (`event`) and, in waits and cancels, an incoming event (`async`). */
export function holds(text: string, event: Seen, incoming?: Seen): boolean {
  // The incoming event has no name there, as recorded.
  const scope = { event: seen(event), async: incoming ? { ...seen(incoming), name: "" } : null };
  return compile(text).run(scope, (incoming ?? event).ts ?? 0) === true;
}

/** The value of a key expression; undefined when its path is missing or it cannot be evaluated. */
export function keyOf(text: string, event: Seen): string | undefined {
  const value = compile(text).run({ event: seen(event), async: null }, event.ts ?? 0);
  if (value === null || value === undefined) return undefined;
  return typeof value === "string" ? value : stringify(value);
}

/** The number an expression gives, or 0. */
export function numberOf(text: string, event: Seen): number {
  const value = compile(text).run({ event: seen(event), async: null }, event.ts ?? 0);
  return typeof value === "bigint" || typeof value === "number" ? Number(value) : 0;
}

const stringify = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) => (typeof inner === "bigint" ? String(inner) : inner));
