import { Environment, ParseError } from "@marcbachmann/cel-js";

/**
 * Expressions as the real server reads them: CEL, but a path that does not exist is null, and what cannot be compared is
 * false instead of an error.
 */
const ORDERINGS = ["<", "<=", ">", ">="];
const ORDERED = ["int", "double", "string", "bool"];

const environment = new Environment({ unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false });
for (const operator of ORDERINGS) {
  for (const type of ORDERED) {
    environment.registerOperator(`null ${operator} ${type}`, () => false);
    environment.registerOperator(`${type} ${operator} null`, () => false);
  }
  environment.registerOperator(`null ${operator} null`, () => false);
}

type Node = { op: string; args: unknown };
const isNode = (value: unknown): value is Node =>
  typeof value === "object" &&
  value !== null &&
  "op" in value &&
  typeof value.op === "string" &&
  "args" in value;

/** The member paths an expression reads below its variables, e.g. ["event", "data", "id"]. */
function pathsOf(node: unknown, found: string[][] = []): string[][] {
  if (Array.isArray(node)) for (const child of node) pathsOf(child, found);
  if (!isNode(node)) return found;
  const path = pathTo(node);
  if (path) found.push(path);
  else if (!(node.op === "call" && Array.isArray(node.args) && node.args[0] === "has"))
    pathsOf(node.args, found);
  return found;
}

function pathTo(node: unknown): string[] | null {
  if (!isNode(node)) return null;
  if (node.op === "id" && typeof node.args === "string") return [node.args];
  if (node.op !== "." || !Array.isArray(node.args) || typeof node.args[1] !== "string") return null;
  const before = pathTo(node.args[0]);
  return before && [...before, node.args[1]];
}

function withNulls(scope: Record<string, unknown>, paths: string[][]): Record<string, unknown> {
  const filled = structuredClone(scope);
  for (const path of paths) {
    let at: Record<string, unknown> = filled;
    for (const [index, key] of path.entries()) {
      if (!Object.hasOwn(at, key) || at[key] === undefined) at[key] = index === path.length - 1 ? null : {};
      const next = at[key];
      if (typeof next !== "object" || next === null || Array.isArray(next)) {
        // Reading on below null or a plain value is null as well.
        if (next === null && index < path.length - 1) {
          const made: Record<string, unknown> = {};
          at[key] = made;
          at = made;
          continue;
        }
        break;
      }
      at = next as Record<string, unknown>; // just seen to be an object that is no array
    }
  }
  return filled;
}

export class ExpressionError extends Error {
  override name = "ExpressionError";
}

const OPERANDS =
  "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";

/** A mistake as CEL's own compiler shows it: the place, what is wrong there, and the line with a mark under it. */
function readable(text: string, error: ParseError): string {
  const at = error.node?.pos ?? 0;
  const [said = ""] = error.message.split("\n");
  const what = said === "Unexpected token: EOF" ? `mismatched input '<EOF>' expecting ${OPERANDS}` : said;
  return `ERROR: <input>:1:${at + 1}: Syntax error: ${what}\n | ${text}\n | ${".".repeat(at)}^`;
}

interface Compiled {
  run(scope: Record<string, unknown>): unknown;
}
const cache = new Map<string, Compiled>();

/** @throws ExpressionError when the text is no expression */
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
  const paths = pathsOf(parsed.ast);
  const compiled: Compiled = {
    run(scope) {
      try {
        return parsed(withNulls(scope, paths));
      } catch {
        return undefined;
      }
    },
  };
  if (cache.size > 1_000) cache.clear();
  cache.set(text, compiled);
  return compiled;
}

interface Named {
  data?: unknown;
}
const scopeOf = (event: Named, incoming?: Named) => ({
  event: { data: event.data ?? {} },
  ...(incoming && { async: { name: "", data: incoming.data ?? {} } }),
});

/** Whether a condition holds for a trigger (`event`) and, in waits and cancels, an incoming event (`async`). */
export function holds(text: string, event: Named, incoming?: Named): boolean {
  return compile(text).run(scopeOf(event, incoming)) === true;
}

/** The value of a key expression; undefined when its path is missing or it cannot be evaluated. */
export function keyOf(text: string, event: Named): string | undefined {
  const value = compile(text).run(scopeOf(event));
  return value === null || value === undefined
    ? undefined
    : typeof value === "string"
      ? value
      : stringify(value);
}

/** The number an expression gives, or 0. */
export function numberOf(text: string, event: Named): number {
  const value = compile(text).run(scopeOf(event));
  return typeof value === "bigint" || typeof value === "number" ? Number(value) : 0;
}

const stringify = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) => (typeof inner === "bigint" ? String(inner) : inner));
