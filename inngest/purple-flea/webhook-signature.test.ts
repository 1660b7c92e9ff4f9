import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SIGNATURE_WINDOW_MS, verifySignature } from "./webhook-signature";

const NOW = Date.UTC(2026, 10, 24, 12);
const bytes = (text: string) => new TextEncoder().encode(text);
const sign = (secret: string, timestamp: string, body: Uint8Array) =>
  `sha256=${createHmac("sha256", secret).update(`${timestamp}.`).update(body).digest("hex")}`;
const at = (ms: number) => String(Math.floor(ms / 1_000));
const secret = fc.string({ minLength: 1 }).filter((text) => text.trim() !== "");

describe("a webhook's signature", () => {
  test("whatever the secret and the bytes: what was signed is accepted", () => {
    fc.assert(
      fc.property(secret, fc.uint8Array(), (own, body) => {
        const timestamp = at(NOW);
        const headers = { timestamp, signature: sign(own.trim(), timestamp, body) };
        expect(verifySignature(own, headers, body, NOW)).toEqual({ kind: "ok", secretIndex: 0 });
      }),
    );
  });
  test("one byte more, one less, another, another moment or another secret: refused", () => {
    fc.assert(
      fc.property(secret, fc.uint8Array({ minLength: 1 }), fc.nat(), (own, body, place) => {
        const timestamp = at(NOW);
        const signature = sign(own.trim(), timestamp, body);
        const changed = Uint8Array.from(body);
        const index = place % body.length;
        changed[index] = (changed[index] ?? 0) ^ 1;
        for (const other of [changed, body.slice(1), Uint8Array.from([...body, 0])])
          expect(verifySignature(own, { timestamp, signature }, other, NOW).kind).toBe("mismatch");
        expect(verifySignature(own, { timestamp: at(NOW - 2_000), signature }, body, NOW).kind).toBe(
          "mismatch",
        );
        expect(verifySignature(`${own}x`, { timestamp, signature }, body, NOW).kind).toBe("mismatch");
      }),
    );
  });
  test("five minutes either way, by the clock of this machine", () => {
    const body = bytes("{}");
    const kindAt = (ms: number) => {
      const timestamp = at(ms);
      return verifySignature("s", { timestamp, signature: sign("s", timestamp, body) }, body, NOW).kind;
    };
    expect(kindAt(NOW - SIGNATURE_WINDOW_MS)).toBe("ok");
    expect(kindAt(NOW + SIGNATURE_WINDOW_MS)).toBe("ok");
    expect(kindAt(NOW - SIGNATURE_WINDOW_MS - 1_000)).toBe("stale");
    expect(kindAt(NOW + SIGNATURE_WINDOW_MS + 1_000)).toBe("stale");
  });
  test("while a secret is replaced both are good, and it says which", () => {
    const body = bytes("{}");
    const timestamp = at(NOW);
    const headers = { timestamp, signature: sign("old", timestamp, body) };
    expect(verifySignature(["new", "old"], headers, body, NOW)).toEqual({ kind: "ok", secretIndex: 1 });
    expect(verifySignature(["new"], headers, body, NOW).kind).toBe("mismatch");
  });
  test("without a secret nobody may sign; an empty one beside a real one signs nothing", () => {
    expect(() => verifySignature("", { timestamp: at(NOW), signature: "x" }, bytes(""), NOW)).toThrow();
    expect(() =>
      verifySignature([" ", ""], { timestamp: at(NOW), signature: "x" }, bytes(""), NOW),
    ).toThrow();
    const timestamp = at(NOW);
    const forged = { timestamp, signature: sign("", timestamp, bytes("{}")) };
    expect(verifySignature(["real", ""], forged, bytes("{}"), NOW).kind).toBe("mismatch");
  });
  test("headers of any shape never throw", () => {
    const header = fc.oneof(fc.string(), fc.constant(undefined), fc.constant(null), fc.array(fc.string()));
    fc.assert(
      fc.property(header, header, (timestamp, signature) => {
        const { kind } = verifySignature("s", { timestamp, signature }, bytes("{}"), NOW);
        expect(["missing", "malformed", "mismatch"]).toContain(kind);
      }),
    );
  });
});
