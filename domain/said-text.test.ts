import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { plainJson, plainSaid, saidPieces } from "./said-text";

const whole = (text: string) => [{ kind: "text", text }];
const hidden = (text: string) =>
  saidPieces(text).flatMap((piece) => (piece.kind === "hidden" ? [piece.code] : []));
const deceptive = (text: string) =>
  saidPieces(text).flatMap((piece) => (piece.kind === "deceptive" ? [piece.text] : []));

describe("what somebody said", () => {
  test.each([
    "Translation of a contract, 12 pages: “done” – 50 €",
    "Größe, naïve, smörgåsbord, İstanbul, Đà Nẵng",
    "Оплата за Windows 11, с доставкой",
    "Πληρωμή για μετάφραση",
    "ترجمة عقد لشركة Acme، ١٢ صفحة",
    "می‌خواهم",
    "תרגום חוזה ל‏Acme",
    "翻訳契約 Tシャツ AI技術 ﾃｽﾄ 葛\u{e0100}",
    "계약 번역 SNS를",
    "हिन्दी में अनुवाद, क्‍ष",
    "การแปล\u200bสัญญา",
    "👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 ❤️ 1️⃣ 🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
    "10 μm, ΔT, λx, 5 kΩ",
    "IT-отдел, USB-кабель",
    "two\nlines\tand a tab",
  ])("%s stands as it is", (text) => {
    expect(saidPieces(text)).toEqual(whole(text));
    expect(plainSaid(text)).toBe(text);
  });

  test.each([
    ["pay \u202e05 OT\u202c now", ["U+202E", "U+202C"]],
    ["\u2066a\u2069", ["U+2066", "U+2069"]],
    ["a\u200bb\u200dc\ufeff", ["U+200B", "U+200D", "U+FEFF"]],
    ["plain\u200f Latin\u200e", ["U+200F", "U+200E"]],
    ["nul \0 bell \u0007 escape \u001b", ["U+0000", "U+0007", "U+001B"]],
    ["\u3164\u2800\u00ad", ["U+3164", "U+2800", "U+00AD"]],
    ["lone \ud800 half", ["U+D800"]],
    ["tag \u{e0041}", ["U+E0041"]],
    ["\u202eعقد", ["U+202E"]],
  ])("%j: what is not seen is named", (text, codes) => {
    expect(hidden(text)).toEqual(codes);
    for (const code of codes) expect(plainSaid(text)).toContain(`[${code}]`);
  });
  test("many of one in a row are one mark", () => {
    expect(saidPieces(`a${"\u200b".repeat(40)}b`)).toMatchObject([
      { text: "a" },
      { code: "U+200B", times: 40 },
      { text: "b" },
    ]);
    expect(plainSaid(`a${"\u200b".repeat(40)}b`)).toBe("a[U+200B ×40]b");
  });

  test.each([
    ["Pаypal refund", ["Pаypal"]],
    ["pay Αcme now", ["Αcme"]],
    ["pay асе now", ["асе"]],
    ["ᏢayᏢal", ["ᏢayᏢal"]],
  ])("%s: a word whose letters deceive is marked", (text, found) => {
    expect(deceptive(text)).toEqual(found);
  });
  test("says which alphabets", () => {
    expect(saidPieces("Pаypal")).toEqual([
      { kind: "deceptive", text: "Pаypal", why: "letters of two alphabets: Cyrillic and Latin" },
    ]);
  });

  test("nothing is lost and nothing unseen is left, whatever was said", () => {
    const turning = /[\u202a-\u202e\u2066-\u2069]/u;
    const said = fc.array(
      fc.oneof(fc.string({ unit: "binary", maxLength: 4 }), fc.constantFrom("\u202e", "\u200b", "\u200d", "а", "a", "ع", "👩", "\0", " ")),
      { maxLength: 30 },
    ); // prettier-ignore
    fc.assert(
      fc.property(said, (parts) => {
        const text = parts.join("");
        const pieces = saidPieces(text);
        const again = pieces
          .map((piece) =>
            piece.kind === "hidden"
              ? String.fromCodePoint(parseInt(piece.code.slice(2), 16)).repeat(piece.times)
              : piece.text,
          )
          .join("");
        expect(again).toBe(text);
        expect(pieces.map((piece) => (piece.kind === "hidden" ? "" : piece.text)).join("")).not.toMatch(
          turning,
        );
        expect(plainSaid(text)).not.toMatch(turning);
        expect(JSON.parse(plainJson(JSON.stringify(text)))).toBe(text);
        expect(plainJson(JSON.stringify(text))).not.toMatch(turning);
      }),
    );
  });
});
