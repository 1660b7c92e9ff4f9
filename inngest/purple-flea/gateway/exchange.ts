import { createHash } from "node:crypto";
import type { Clock } from "../../../domain/clock";
import type { Fetch } from "../../../domain/fetch-failure";
import { exchangeOfFailure, readRetryAfter, type Exchange } from "../outcomes";

/** More than any reply of the contract; a body beyond it is not read. */
const MAX_BODY_BYTES = 2_000_000;

export interface Wire {
  fetch: Fetch;
  clock: Clock;
  /** For the whole exchange: connecting, sending, waiting and reading the body. ms. */
  timeoutMs: number;
}

export interface Call {
  method: "GET" | "POST";
  url: string;
  apiKey?: string;
  idempotencyKey?: string;
  body?: unknown;
}

/** Sends one request and reads its answer. Never throws: what went wrong is in the exchange, without keys or bodies. */
export async function exchange(wire: Wire, call: Call): Promise<Exchange> {
  const abort = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<Exchange>((resolve) => {
    timer = setTimeout(() => {
      resolve({ kind: "lost", reason: `no answer within ${wire.timeoutMs} ms` });
      abort.abort();
    }, wire.timeoutMs);
  });
  try {
    return await Promise.race([timeout, send(wire, call, abort.signal)]);
  } finally {
    clearTimeout(timer);
  }
}

async function send(wire: Wire, call: Call, signal: AbortSignal): Promise<Exchange> {
  let reply: Response;
  try {
    reply = await wire.fetch(call.url, {
      method: call.method,
      headers: headersOf(call),
      redirect: "manual",
      signal,
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    });
  } catch (error) {
    return exchangeOfFailure(error);
  }
  const now = Date.parse(reply.headers.get("date") ?? "");
  const retryAfterMs = readRetryAfter(
    reply.headers.get("retry-after"),
    Number.isFinite(now) ? now : wire.clock.now(),
  );
  const body = await readBody(reply);
  return {
    kind: "reply",
    status: reply.status,
    ...body,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

/** A status line already says what happened: a refusal stays a refusal when its body breaks off. */
async function readBody(reply: Response): Promise<{ body: unknown; readable: boolean }> {
  try {
    const bytes = await readAtMost(reply, MAX_BODY_BYTES);
    if (bytes === null) return { body: null, readable: false };
    const body: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return { body, readable: true };
  } catch {
    return { body: null, readable: false };
  }
}

async function readAtMost(reply: Response, limit: number): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = reply.body?.getReader();
  if (!reader) return new Uint8Array();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(chunks);
    size += value.byteLength;
    if (size > limit) {
      await reader.cancel();
      return null;
    }
    chunks.push(value);
  }
}

function headersOf(call: Call): Record<string, string> {
  return {
    accept: "application/json",
    // A kept-alive connection the other side has just closed looks like a lost reply; a fresh one cannot.
    connection: "close",
    ...(call.body === undefined ? {} : { "content-type": "application/json" }),
    ...(call.apiKey === undefined ? {} : { authorization: `Bearer ${call.apiKey}` }),
    ...(call.idempotencyKey === undefined ? {} : { "idempotency-key": headerSafeKey(call.idempotencyKey) }),
  };
}

/** The same key for the same text. A text that cannot stand in a header is replaced by its hash. */
export function headerSafeKey(key: string): string {
  if (key.length === 0) throw new Error("an idempotency key is required");
  if (/^[A-Za-z0-9._:/@+-]{1,200}$/.test(key)) return key;
  // UTF-16 and not UTF-8, which turns every lone surrogate into the same replacement character.
  return `sha256-${createHash("sha256").update(Buffer.from(key, "utf16le")).digest("hex")}`;
}
