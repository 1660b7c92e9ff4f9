import { NonRetriableError, RetryAfterError } from "inngest";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  exchangeOfFailure,
  ReadRefused,
  readRetryAfter,
  refusalOf,
  throwFor,
  throwForRead,
  type Exchange,
} from "./outcomes";

const reply = (status: number, body: unknown = null, retryAfterMs?: number): Exchange => ({
  kind: "reply",
  status,
  body,
  readable: true,
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});
const REFUSED = [400, 401, 402, 403, 404, 409, 422];

describe("what a reply to a money call means", () => {
  test.each(REFUSED)("%i: refused, nothing happened", (status) => {
    expect(refusalOf(reply(status), [])).toMatchObject({ kind: "rejected", status });
  });
  test.each([429, 503])("%i: not done, after the wait that was asked for", (status) => {
    expect(refusalOf(reply(status), [])).toMatchObject({ kind: "not-executed" });
    expect(refusalOf(reply(status, null, 7_000), [])).toMatchObject({
      kind: "not-executed",
      retryAfterMs: 7_000,
    });
  });
  test("2xx is for the body to say", () => {
    for (const status of [200, 201, 204]) expect(refusalOf(reply(status), [])).toBeNull();
  });
  test("every other status, of all there are, is unknown: never refused, never not done", () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 599 }), (status) => {
        const meaning = refusalOf(reply(status), []);
        const expected =
          status >= 200 && status < 300
            ? undefined
            : REFUSED.includes(status)
              ? "rejected"
              : status === 429 || status === 503
                ? "not-executed"
                : "unknown";
        expect(meaning?.kind).toBe(expected);
      }),
    );
  });
  test("a lost answer is unknown, one that was never sent is not done", () => {
    expect(refusalOf({ kind: "lost", reason: "x" }, [])).toEqual({ kind: "unknown", reason: "x" });
    expect(refusalOf({ kind: "not-sent", reason: "x" }, [])).toEqual({ kind: "not-executed", reason: "x" });
  });
  test("only the two documented words of an error body are shown, without secrets", () => {
    const body = {
      error: "insufficient_balance",
      message: "the key pf_live_abc and s3cret are short of money",
      stack: "internal",
      token: "t",
    };
    const refused = refusalOf(reply(402, body), ["s3cret"]);
    expect(refused).toMatchObject({ code: "insufficient_balance" });
    expect(JSON.stringify(refused)).not.toMatch(/pf_live_abc|s3cret|internal/);
  });
  test("an error body of any shape never throws", () => {
    fc.assert(
      fc.property(fc.constantFrom(...REFUSED), fc.anything(), (status, body) => {
        const refused = refusalOf(reply(status, body), []);
        expect(refused?.kind).toBe("rejected");
        expect(refused?.kind === "rejected" && refused.message.length).toBeGreaterThan(0);
      }),
    );
  });
});

describe("what a failed fetch means", () => {
  const failure = (code: string, depth = 1): Error => {
    const inner = Object.assign(new Error("pf_live_secret in the text"), { code });
    return depth === 0
      ? inner
      : Object.assign(new TypeError("fetch failed"), { cause: failure(code, depth - 1) });
  };
  test.each(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"])(
    "%s: it was not sent",
    (code) => {
      expect(exchangeOfFailure(failure(code)).kind).toBe("not-sent");
    },
  );
  test.each(["ECONNRESET", "EPIPE", "UND_ERR_SOCKET", "UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT"])(
    "%s: it may have been heard",
    (code) => expect(exchangeOfFailure(failure(code)).kind).toBe("lost"),
  );
  test("no code at all, or nothing that is an error: it may have been heard", () => {
    for (const thrown of [
      new Error("x"),
      new TypeError("fetch failed"),
      "text",
      null,
      undefined,
      { code: "ECONNREFUSED" },
    ])
      expect(exchangeOfFailure(thrown).kind).toBe("lost");
  });
  test("of several addresses all must have failed to connect", () => {
    const both = (a: string, b: string) =>
      exchangeOfFailure(
        Object.assign(new TypeError("fetch failed"), {
          cause: new AggregateError([failure(a, 0), failure(b, 0)]),
        }),
      ).kind;
    expect(both("ECONNREFUSED", "ENOTFOUND")).toBe("not-sent");
    expect(both("ECONNREFUSED", "ECONNRESET")).toBe("lost");
  });
  test("the error's own text is never carried on", () => {
    expect(JSON.stringify(exchangeOfFailure(failure("ECONNRESET")))).not.toMatch(/pf_live/);
  });
});

describe("Retry-After", () => {
  const now = Date.UTC(2026, 10, 24, 12);
  test("seconds, an HTTP date, bounded by a day; anything else is nothing", () => {
    expect(readRetryAfter("7", now)).toBe(7_000);
    expect(readRetryAfter(" 1.5 ", now)).toBe(1_500);
    expect(readRetryAfter("Tue, 24 Nov 2026 12:00:30 GMT", now)).toBe(30_000);
    expect(readRetryAfter("Tue, 24 Nov 2026 11:00:00 GMT", now)).toBe(0);
    expect(readRetryAfter("999999999", now)).toBe(86_400_000);
    for (const text of [null, "", "soon", "-5", "1e3", "Infinity", "NaN"])
      expect(readRetryAfter(text, now)).toBeUndefined();
  });
  test("whatever it says, the wait is none or from 0 to a day", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const wait = readRetryAfter(text, now);
        if (wait !== undefined) expect(wait >= 0 && wait <= 86_400_000).toBe(true);
      }),
    );
  });
});

describe("the error a run gets", () => {
  test("refused and unknown end it, not done tries again when told to", () => {
    expect(() => throwFor({ kind: "rejected", status: 422, code: "x", message: "no" })).toThrow(
      NonRetriableError,
    );
    expect(() => throwFor({ kind: "unknown", reason: "lost" })).toThrow(NonRetriableError);
    expect(() => throwFor({ kind: "not-executed", reason: "busy", retryAfterMs: 5 })).toThrow(
      RetryAfterError,
    );
    const thrown = (() => {
      try {
        return throwFor({ kind: "not-executed", reason: "busy" });
      } catch (error) {
        return error;
      }
    })();
    expect(thrown).toBeInstanceOf(Error);
    expect(thrown).not.toBeInstanceOf(NonRetriableError);
  });
  test("a read may be repeated after a lost reply or a 5xx, and not after a refusal", () => {
    expect(() => throwForRead({ kind: "rejected", status: 404, code: "x", message: "no" }, 404)).toThrow(
      ReadRefused,
    );
    expect(() => throwForRead({ kind: "unknown", reason: "418" }, 418)).toThrow(ReadRefused);
    for (const status of [500, 502, null])
      expect(() => throwForRead({ kind: "unknown", reason: "x" }, status)).not.toThrow(NonRetriableError);
  });
});
