const REDACTED = "[redacted]";

/** What a secret looks like, wherever it stands in a sentence. The order matters: labelled secrets go first. */
const SECRETS: readonly [RegExp, string][] = [
  [/\bbearer\b[\s:="']*[^\s"']+/giu, `Bearer ${REDACTED}`],
  // After the name of a scheme comes what it is good for.
  [/\b(authorization["']?\s*[=:]\s*["']?)(?!Bearer \[)[a-z-]+\s+[^\s"',}]+/giu, `$1${REDACTED}`],
  [
    /\b(authorization|api[_-]?key|secret|token|password)(["']?\s*[=:]\s*["']?)(?!Bearer \[)[^\s"',}]+/giu,
    `$1$2${REDACTED}`,
  ],
  [/(pf|sk|pk|rk)_(live|test)_?[^\s"',}]*/giu, REDACTED],
  [/(whsec|signkey)[-_][^\s"',}]*/giu, REDACTED],
  [/[A-Za-z0-9+/_-]{32,}={0,2}/gu, REDACTED],
];

/**
 * Makes a sentence from outside safe to store, log and show: one line, nothing that looks like a key, 200 characters at
 * most. `ownSecrets` are taken out by value, whatever they look like.
 */
export function sanitise(text: string, ownSecrets: readonly string[] = []): string {
  // Invisible characters go first: one inside a key would hide it from the patterns.
  let clean = text
    .slice(0, 4_000)
    .replace(/[\s\p{Zl}\p{Zp}]+/gu, " ")
    .replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, "");
  for (const secret of ownSecrets) if (secret.length > 0) clean = clean.replaceAll(secret, REDACTED);
  for (const [pattern, replacement] of SECRETS) clean = clean.replace(pattern, replacement);
  return [...clean.trim()].slice(0, 200).join("");
}
