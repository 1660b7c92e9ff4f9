/** A mistake in an expression as the library tells it. */
interface Mistake {
  message: string;
  code?: string;
  node?: { pos?: number; start?: number };
}

const OPERANDS =
  "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";

function inWords(said: string): string {
  if (said === "Unexpected token: EOF") return `Syntax error: mismatched input '<EOF>' expecting ${OPERANDS}`;
  const unknown = /^Unknown variable: (\w+)|overload for '(?:\w+\.)?(\w+)\(/.exec(said);
  if (unknown) return `undeclared reference to '${unknown[1] ?? unknown[2]}' (in container '')`;
  return said.startsWith("Unexpected") || said.startsWith("Expected") ? `Syntax error: ${said}` : said;
}

/** A mistake as CEL's own compiler shows it: the place, what is wrong there, and the line with a mark under it. */
export function readable(text: string, mistake: Mistake): string {
  const at = mistake.node?.pos ?? mistake.node?.start ?? 0;
  const [said = ""] = mistake.message.split("\n");
  return `ERROR: <input>:1:${at + 1}: ${inWords(said)}\n | ${text}\n | ${".".repeat(at)}^`;
}
