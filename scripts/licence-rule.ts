/** Permissive licences: use, change and pass on, with the notice kept. */
const ALLOWED = new Set([
  "MIT",
  "MIT-0",
  "ISC",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "0BSD",
  "Apache-2.0",
  "Unlicense",
  "CC0-1.0",
  "BlueOak-1.0.0",
]);

/** What is wrong with a licence, an SPDX expression; null when it is allowed. */
export function licenceFault(expression: string): string | null {
  const words = expression.replace(/[()]/g, " ").trim().split(/\s+/);
  const joins = words.filter((word) => ["AND", "OR"].includes(word));
  const allowed = words.filter((word) => !joins.includes(word)).map((licence) => ALLOWED.has(licence));
  // One of several may be chosen; of several at once each must do. A mixture is held to the stricter.
  const ok = joins.includes("AND") || !joins.includes("OR") ? allowed.every(Boolean) : allowed.some(Boolean);
  return ok ? null : `"${expression}" is not among the licences that are allowed`;
}
