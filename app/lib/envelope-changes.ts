/** More than fit a look; both envelopes stand beside them whole. */
const MOST = 40;
const LONGEST = 200;

/** Where two envelopes differ, by the path of each value, such as `data.amount_usdc`; the first forty. */
export function envelopeChanges(one: unknown, other: unknown): { field: string; was: string; now: string }[] {
  const [was, now] = [leavesOf(one), leavesOf(other)];
  return [...new Set([...was.keys(), ...now.keys()])]
    .map((field) => ({ field, was: was.get(field) ?? "not there", now: now.get(field) ?? "not there" }))
    .filter((change) => change.was !== change.now)
    .slice(0, MOST)
    .map(({ field, was, now }) => ({ field: short(field), was: short(was), now: short(now) }));
}

const short = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);

/** Every value that holds no others, as JSON, under its path. */
function leavesOf(value: unknown, path = "", leaves = new Map<string, string>()): Map<string, string> {
  if (typeof value !== "object" || value === null || Object.keys(value).length === 0)
    return leaves.set(path || "body", JSON.stringify(value) ?? "null");
  for (const [name, inner] of Object.entries(value)) leavesOf(inner, path ? `${path}.${name}` : name, leaves);
  return leaves;
}
