import { NonRetriableError, RetryAfterError } from "inngest";
import { failureCodes } from "../../domain/fetch-failure";
import { sanitise } from "./redact";

/** Purple Flea said no, and nothing moved. */
export interface Rejected {
  kind: "rejected";
  status: number;
  /** Purple Flea's own short code, or `http_<status>`. */
  code: string;
  /** Sanitised, at most 200 characters. */
  message: string;
}
/** Known not to have happened; may be repeated. */
export interface NotExecuted {
  kind: "not-executed";
  /** How long Purple Flea asks us to wait, in ms. */
  retryAfterMs?: number;
  reason: string;
}
/** It may have happened. Never repeated by itself. */
export interface Unknown {
  kind: "unknown";
  reason: string;
}
/** What a money call came to. */
export type Outcome<T> = { kind: "done"; value: T } | Rejected | NotExecuted | Unknown;

/** A read that Purple Flea rejected it: repeating it will not help. `status` is the HTTP status. */
export class ReadRefused extends NonRetriableError {
  override name = "ReadRefused";
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** The statuses that say: understood, refused, nothing happened. */
const REFUSALS: ReadonlyMap<number, string> = new Map([
  [400, "bad request"],
  [401, "the API key was not accepted"],
  [402, "insufficient balance"],
  [403, "not allowed"],
  [404, "not found"],
  [409, "not possible in its present state"],
  [422, "the values were not accepted"],
]);

/** What came back over the wire, before anybody knows what it means. `status` is null when no status line was read. */
export type Exchange =
  | { kind: "reply"; status: number; body: unknown; readable: boolean; retryAfterMs?: number }
  | { kind: "not-sent"; reason: string }
  | { kind: "lost"; reason: string };

/** Turns a non-2xx exchange, or one that never got an answer, into its meaning. Null means: a 2xx, read the body. */
export function refusalOf(
  exchange: Exchange,
  ownSecrets: readonly string[],
): Rejected | NotExecuted | Unknown | null {
  switch (exchange.kind) {
    case "not-sent":
      return { kind: "not-executed", reason: exchange.reason };
    case "lost":
      return { kind: "unknown", reason: exchange.reason };
    case "reply":
      break;
    default:
      return exchange satisfies never;
  }
  const { status } = exchange;
  if (status >= 200 && status < 300) return null;
  const word = REFUSALS.get(status);
  if (word !== undefined)
    return { kind: "rejected", status, ...wordsOf(status, word, exchange.body, ownSecrets) };
  if (status === 429 || status === 503) {
    const reason = status === 429 ? "Purple Flea's rate limit (429)" : "Purple Flea is not available (503)";
    return exchange.retryAfterMs === undefined
      ? { kind: "not-executed", reason }
      : { kind: "not-executed", reason, retryAfterMs: exchange.retryAfterMs };
  }
  return { kind: "unknown", reason: `Purple Flea answered ${status}` };
}

/** Only the two documented fields of an error body are ever read; the rest could be anything. */
function wordsOf(status: number, word: string, body: unknown, ownSecrets: readonly string[]) {
  const field = (name: "error" | "message") => {
    if (typeof body !== "object" || body === null || !(name in body)) return "";
    const value: unknown = Reflect.get(body, name);
    return typeof value === "string" ? sanitise(value, ownSecrets) : "";
  };
  const code = field("error");
  return {
    code: /^[A-Za-z0-9_.-]{1,40}$/.test(code) ? code : `http_${status}`,
    message: field("message") || `Purple Flea rejected it: ${word} (${status})`,
  };
}

/** The wait a `Retry-After` header asks for in ms, from seconds or an HTTP date; at most a day; undefined if unreadable. */
export function readRetryAfter(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  const text = header.trim();
  const wait = /^\d{1,9}(\.\d{1,3})?$/.test(text)
    ? Math.ceil(Number(text) * 1000)
    : /^[A-Za-z]{3,9},? /.test(text)
      ? Date.parse(text) - nowMs
      : NaN;
  return Number.isFinite(wait) ? Math.min(Math.max(wait, 0), 86_400_000) : undefined;
}

/** Never reached Purple Flea: no address, nobody listening, no connection. Everything else may have. */
const NOT_SENT = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"]);

/** Tells a failed `fetch` that sent nothing from one that may have been heard. Never carries the error's own text. */
export function exchangeOfFailure(error: unknown): Exchange {
  const codes = failureCodes(error);
  const code = codes[0] ?? "no code";
  // With several addresses (::1 and 127.0.0.1) each attempt has its own code: all of them must have failed to connect.
  return codes.length > 0 && codes.every((each) => NOT_SENT.has(each))
    ? { kind: "not-sent", reason: `Purple Flea could not be reached (${code})` }
    : { kind: "lost", reason: `the connection broke before an answer came (${code})` };
}

/**
 * Throws the Inngest error an outcome asks for: refused and unknown are not retried, not-done is, after the wait Purple
 * Flea asked for when it did.
 */
export function throwFor(outcome: Rejected | NotExecuted | Unknown): never {
  switch (outcome.kind) {
    case "rejected":
      throw new NonRetriableError(outcome.message);
    case "unknown":
      throw new NonRetriableError(`outcome unknown: ${outcome.reason}`);
    case "not-executed":
      return throwRetriable(outcome);
    default:
      return outcome satisfies never;
  }
}

function throwRetriable(outcome: NotExecuted): never {
  if (outcome.retryAfterMs !== undefined) throw new RetryAfterError(outcome.reason, outcome.retryAfterMs);
  throw new Error(outcome.reason);
}

/** Throws for a read: lost replies and 5xx may be read again, other refusals may not. */
export function throwForRead(outcome: Rejected | NotExecuted | Unknown, status: number | null): never {
  if (outcome.kind === "rejected") throw new ReadRefused(outcome.status, outcome.code, outcome.message);
  if (outcome.kind === "not-executed") throwRetriable(outcome);
  if (status !== null && status < 500) throw new ReadRefused(status, `http_${status}`, outcome.reason);
  throw new Error(outcome.reason);
}
