import type { Reader } from "../connection";

interface Kept {
  version: number;
  answers: Map<string, unknown>;
}
const kept = new WeakMap<Reader, Kept>();
const MOST = 500;

const versionOf = (db: Reader): number => Number(db.$client.pragma("data_version", { simple: true }));

/** Names the state of the database as this process sees it: another name, and something was written. */
export const dataVersion = (db: Reader): string => `${performance.timeOrigin}-${versionOf(db)}`;

/**
 * Answers again what was asked before, for as long as nobody has written to the database: SQLite says so itself, through
 * `data_version`, at the cost of a microsecond. For counts and other questions whose answer is small and takes reading many
 * rows. The answer is shared: nobody changes it.
 */
export function unchanged<T>(db: Reader, question: string, ask: () => T): T {
  const version = versionOf(db);
  let found = kept.get(db);
  if (!found || found.version !== version || found.answers.size >= MOST) {
    found = { version, answers: new Map() };
    kept.set(db, found);
  }
  const { answers } = found;
  // Whoever asks under a question names a function of one type.
  if (answers.has(question)) return answers.get(question) as T;
  const answer = ask();
  answers.set(question, answer);
  return answer;
}
