import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sanitise } from "./redact";

describe("a sentence from outside", () => {
  test.each([
    "pf_live_1234567890abcdef",
    "sk_test_abc",
    "whsec_abcdef",
    "signkey-prod-0123456789",
    "Bearer eyJhbGciOi.abc.def",
    "Authorization: Basic dXNlcjpwYXNz",
    "api_key=verysecret",
    'password: "hunter2"',
    "0123456789abcdef0123456789abcdef",
  ])("loses %s", (secret) => {
    const clean = sanitise(`it failed with ${secret}, sorry`);
    const heart = secret
      .replace(/^(Bearer|Authorization: Basic|api_key=|password: )\s*/, "")
      .replace(/"/g, "");
    expect(clean).not.toContain(heart);
    expect(clean).toContain("it failed with");
  });
  test("loses our own secrets whatever they look like, and wherever they stand", () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 4 }).filter((s) => /^[!-~]{4,}$/.test(s)),
        fc.lorem(),
        (secret, words) => {
          fc.pre(!"[redacted]".includes(secret) && !words.includes(secret));
          const clean = sanitise(`${words.slice(0, 60)} ${secret} ${secret}.`, [secret]);
          expect(clean.replaceAll("[redacted]", "")).not.toContain(secret);
        },
      ),
    );
  });
  test("loses a secret that is broken up by what cannot be seen", () => {
    expect(sanitise("key s3c\u200bret\u0000!", ["s3cret"])).toBe("key [redacted]!");
  });
  test("is one line of at most 200 characters, whatever it was", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 5_000 }), (text) => {
        const clean = sanitise(text);
        expect([...clean].length).toBeLessThanOrEqual(200);
        expect(clean).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
  test("keeps what a person needs", () => {
    expect(sanitise("  the wallet holds 12.50 USDC,\n less than 50  ")).toBe(
      "the wallet holds 12.50 USDC, less than 50",
    );
  });
});
