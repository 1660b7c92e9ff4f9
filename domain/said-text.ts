/*
 * Text that comes from outside may carry characters that are not seen and change how the rest is: they turn the order round, join
 * or part what stands beside them, or look like another letter. It is shown with them named. Where a language needs such a
 * character (a joiner in Persian or in an emoji, a mark of direction in Arabic), it is left to do its work.
 */

/** A stretch of what somebody said: as it stands, a character that is not seen, or a word whose letters deceive. */
export type SaidPiece =
  | { kind: "text"; text: string }
  /** `code` is `U+202E`; `times` says how often it stands there in a row. */
  | { kind: "hidden"; code: string; name: string; times: number }
  /** `why` is in words: `letters of two alphabets: Cyrillic and Latin`. */
  | { kind: "deceptive"; text: string; why: string };

// Tab and line breaks lay text out and hide nothing.
const HIDDEN =
  /(?![\t\n\r])[\p{Cc}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb]/u;
const RIGHT_TO_LEFT =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;
/** Scripts whose letters are joined and parted by characters that are not seen. */
const JOINING =
  /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}]/u;
/** Scripts without spaces, where a break between words is not seen. */
const UNSPACED = /[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}]/u;
const PICTURE = /\p{Extended_Pictographic}/u;

const NAMES: readonly [from: number, to: number, name: string][] = [
  [0x00, 0x1f, "control character"],
  [0x7f, 0x9f, "control character"],
  [0xad, 0xad, "soft hyphen"],
  [0x61c, 0x61c, "mark of direction"],
  [0x200b, 0x200b, "space of no width"],
  [0x200c, 0x200d, "joiner of no width"],
  [0x200e, 0x200f, "mark of direction"],
  [0x2028, 0x2029, "line separator"],
  [0x202a, 0x202b, "turns the direction of what follows"],
  [0x202c, 0x202c, "ends a change of direction"],
  [0x202d, 0x202e, "turns the order of what follows round"],
  [0x2060, 0x2060, "joiner of no width"],
  [0x2066, 0x2068, "turns the direction of what follows"],
  [0x2069, 0x2069, "ends a change of direction"],
  [0xfeff, 0xfeff, "space of no width"],
];
function nameOf(code: number): string {
  return NAMES.find(([from, to]) => code >= from && code <= to)?.[2] ?? "character that is not seen";
}

/** What was said, in pieces. Their texts and the characters they name make up the whole, in order. */
export function saidPieces(text: string): SaidPiece[] {
  const pieces: SaidPiece[] = [];
  const alphabets = alphabetsOf(text);
  let run = "";
  const flush = () => {
    if (run) pieces.push(...words(run, alphabets));
    run = "";
  };
  const letters = [...text];
  let before = "";
  for (const [at, letter] of letters.entries()) {
    if (!HIDDEN.test(letter) || isNeeded(letter, before, letters[at + 1] ?? "", text)) {
      run += letter;
      before = letter;
      continue;
    }
    flush();
    before = "";
    const code = letter.codePointAt(0) ?? 0;
    const shown = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
    const last = pieces.at(-1);
    if (last?.kind === "hidden" && last.code === shown) last.times++;
    else pieces.push({ kind: "hidden", code: shown, name: nameOf(code), times: 1 });
  }
  flush();
  return pieces;
}

/** The same where there is room for text only: `[U+202E]` stands for what is not seen. */
export function plainSaid(text: string): string {
  if (!HIDDEN.test(text)) return text;
  return saidPieces(text)
    .map((piece) =>
      piece.kind === "hidden" ? `[${piece.code}${piece.times > 1 ? ` ×${piece.times}` : ""}]` : piece.text,
    )
    .join("");
}

/** JSON whose text shows every character that is not seen by its escape. */
export function plainJson(json: string): string {
  return json.replace(/[^\n\x20-\x7e]/gu, (letter) => {
    if (!HIDDEN.test(letter)) return letter;
    return Array.from(
      { length: letter.length },
      (_, at) => `\\u${letter.charCodeAt(at).toString(16).padStart(4, "0")}`,
    ).join("");
  });
}

/** Whether a character that is not seen does here what its language or its emoji needs. */
function isNeeded(letter: string, before: string, after: string, whole: string): boolean {
  const code = letter.codePointAt(0) ?? 0;
  if (code === 0x200e || code === 0x200f || code === 0x61c) return RIGHT_TO_LEFT.test(whole);
  if (code === 0x200c) return JOINING.test(before);
  if (code === 0x200d)
    return (
      JOINING.test(before) ||
      (PICTURE.test(after) && /[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f]/u.test(before))
    );
  if (code === 0x200b) return UNSPACED.test(before) || UNSPACED.test(after);
  if (code === 0xfe0e || code === 0xfe0f) return /[\p{Extended_Pictographic}\p{Emoji}]/u.test(before);
  // Other forms of one character.
  if ((code >= 0xfe00 && code <= 0xfe0d) || (code >= 0xe0100 && code <= 0xe01ef))
    return /[\p{Script=Han}\p{Script=Myanmar}\p{Script=Phags_Pa}]/u.test(before);
  if (code >= 0x180b && code <= 0x180f) return /\p{Script=Mongolian}/u.test(before);
  // A flag's region, spelled behind a black flag.
  if (code >= 0xe0020 && code <= 0xe007f)
    return before === "\u{1f3f4}" || /[\u{e0020}-\u{e007e}]/u.test(before);
  return false;
}

/** Alphabets whose letters are drawn alike. */
const ALPHABETS: readonly (readonly [string, RegExp])[] = [
  ["Latin", /\p{Script=Latin}/u],
  ["Cyrillic", /\p{Script=Cyrillic}/u],
  ["Greek", /\p{Script=Greek}/u],
  ["Armenian", /\p{Script=Armenian}/u],
  ["Cherokee", /\p{Script=Cherokee}/u],
  ["Coptic", /\p{Script=Coptic}/u],
  ["Lisu", /\p{Script=Lisu}/u],
];
/** Greek letters that pass for no Latin one, as in µm, ΔT or λx. */
const PLAINLY_GREEK = /[ΓΔΘΛΞΠΣΦΨΩβδεζθλμξπςσφψω]/gu;
/** Letters that are drawn as Latin ones, so that a word can be made of them alone. */
const DRAWN_AS_LATIN: readonly (readonly [string, RegExp])[] = [
  ["Cyrillic", /^[асеорхуіјѕһԁԛԝАВСЕНІЈКМОРЅТХУ]+$/u],
  ["Greek", /^[ΑΒΕΖΗΙΚΜΝΟΡΤΥΧνο]+$/u],
];
const WORD = /[\p{L}\p{M}\p{N}\u200c\u200d]+/gu;

const scriptsIn = (word: string): string[] =>
  ALPHABETS.filter(([, script]) => script.test(word)).map(([name]) => name);

/** Whether the text is Latin, and which other alphabets it really uses: with letters that could be nothing else. */
function alphabetsOf(text: string): { latin: boolean; used: Set<string> } {
  const all = (text.match(WORD) ?? []).map((word) => ({ word, scripts: scriptsIn(word) }));
  return {
    latin: all.some(({ scripts }) => scripts.join() === "Latin"),
    used: new Set(
      all.flatMap(({ word, scripts }) =>
        scripts.length === 1 && !DRAWN_AS_LATIN.some(([, drawn]) => drawn.test(word)) ? scripts : [],
      ),
    ),
  };
}

function whyDeceptive(word: string, { latin, used }: ReturnType<typeof alphabetsOf>): string | null {
  const scripts = scriptsIn(word.replace(PLAINLY_GREEK, ""));
  if (scripts.length > 1) return `letters of two alphabets: ${scripts.slice().sort().join(" and ")}`;
  const drawn = latin && DRAWN_AS_LATIN.find(([name, letters]) => letters.test(word) && !used.has(name));
  return drawn ? `${drawn[0]} letters that look like Latin ones` : null;
}

function words(text: string, alphabets: ReturnType<typeof alphabetsOf>): SaidPiece[] {
  const pieces: SaidPiece[] = [];
  let from = 0;
  for (const { 0: word, index } of text.matchAll(WORD)) {
    const why = whyDeceptive(word, alphabets);
    if (why === null) continue;
    if (index > from) pieces.push({ kind: "text", text: text.slice(from, index) });
    pieces.push({ kind: "deceptive", text: word, why });
    from = index + word.length;
  }
  if (from < text.length) pieces.push({ kind: "text", text: text.slice(from) });
  return pieces;
}
