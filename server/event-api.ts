import { failureCodes, type Fetch } from "../domain/fetch-failure";
import type { SendFailure } from "../domain/sending";
import type { InngestClient } from "../inngest/client";
import { sanitise } from "../inngest/purple-flea/redact";

/** Longer than any engine needs to write an event down. ms. */
const TIMEOUT_MS = 10_000;
/** More than any answer of the event API. */
const MAX_ANSWER_CHARACTERS = 20_000;

export interface OutgoingEvent {
  id: string;
  name: string;
  /** When it was asked for, ms. */
  ts: number;
  data: unknown;
}

/** What became of one request. `said` is the engine's own word about it, fit to store and to show. */
export type Sent =
  { ok: true; engineEventId: string | null } | { ok: false; failure: SendFailure; said: string | null };
export type SendEvent = (event: OutgoingEvent) => Promise<Sent>;

/**
 * Sends one event in one request, and never throws. The SDK's own `send` tries five times and tells every failure in one
 * text: the outbox has to know which it was, and does the trying itself.
 */
export function eventApi(
  client: Pick<InngestClient, "eventBaseUrl" | "eventKey" | "headers" | "mode">,
  send: Fetch,
  timeoutMs = TIMEOUT_MS,
): SendEvent {
  return async (event) => {
    let body: string;
    try {
      body = JSON.stringify([event]);
    } catch {
      return { ok: false, failure: "unwritable", said: null };
    }
    // In dev mode an engine takes any key.
    const key = client.eventKey ?? (client.mode === "dev" ? "dev" : undefined);
    if (key === undefined) return { ok: false, failure: "key", said: "none is set" };
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tooLong = new Promise<Sent>((resolve) => {
      timer = setTimeout(() => {
        resolve({ ok: false, failure: "no-answer", said: `nothing within ${timeoutMs / 1_000} s` });
        abort.abort();
      }, timeoutMs);
    });
    const asked = send(new URL(`e/${key}`, client.eventBaseUrl).href, {
      method: "POST",
      headers: client.headers,
      body,
      redirect: "manual",
      signal: abort.signal,
    }).then(
      async (reply) => read(reply.status, await textOf(reply), key),
      (error: unknown): Sent => ({ ok: false, failure: "no-answer", said: failureCodes(error)[0] ?? null }),
    );
    try {
      return await Promise.race([tooLong, asked]);
    } finally {
      clearTimeout(timer);
    }
  };
}

/** A status line says what happened also when the body breaks off. */
const textOf = (reply: Response): Promise<string> => reply.text().catch(() => "");

/** What an answer means. Only what is said of this very event may ever park it. */
function read(status: number, text: string, key: string): Sent {
  const answer = answerIn(text);
  // Some engines answer 200 and tell the status within.
  const told = status === 200 && answer?.status ? answer.status : status;
  const [first] = answer?.ids ?? [];
  if (told === 200 && answer && !answer.error && first !== undefined)
    return { ok: true, engineEventId: first === "" ? null : first };
  const word = answer?.error
    ? sanitise(answer.error.replace(/\b[a-z][a-z0-9+.-]*:\/\/\S+/gi, "…"), [key])
    : "";
  const said = word === "" ? String(told) : `${told}: ${word}`;
  return { ok: false, failure: failureOf(told, word !== ""), said };
}

/** @param spoke whether the answer has the form of the event API's errors; a proxy's page is no word about an event */
function failureOf(status: number, spoke: boolean): SendFailure {
  switch (status) {
    case 400:
    case 406:
    case 409:
    case 412:
    case 422:
      return spoke ? "refused" : "not-the-engine";
    case 404:
      return spoke ? "key" : "not-the-engine";
    case 413:
      return "too-large";
    case 401:
    case 403:
      return "key";
    case 408:
    case 429:
      return "busy";
    default:
      return status >= 500 ? "busy" : "not-the-engine";
  }
}

function answerIn(text: string): { ids: string[]; status: number; error: string } | null {
  if (text.length > MAX_ANSWER_CHARACTERS) return null;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return null;
    const ids: unknown[] = "ids" in value && Array.isArray(value.ids) ? value.ids : [];
    return {
      ids: ids.filter((id) => typeof id === "string"),
      status: "status" in value && typeof value.status === "number" ? value.status : 0,
      error: "error" in value && typeof value.error === "string" ? value.error : "",
    };
  } catch {
    return null;
  }
}
