import type Database from "better-sqlite3";
import { openBooks } from "../sandbox/purple-flea/books";
import type { Row } from "../sandbox/trio";
import { thingOfKey, type Ledger } from "./ledger";

export interface Broken {
  rule: string;
  what: string;
}
export type { Row };
type Say = (rule: string, what: string) => void;

/** What somebody who stood by knows of a history. */
export interface Witnessed {
  ledger: Ledger;
  /** Events that the engine has taken, by their ids. */
  taken: ReadonlySet<string>;
  /** Forms that the desk said it had recorded, by their ids. */
  commands: ReadonlySet<string>;
  /** Whether a fault made it impossible to know what became of a thing. */
  mayBeUnknown(thing: string, ref: Row[string] | undefined): boolean;
}
/** The three files. The desk's and Purple Flea's give out whole numbers as bigint. */
export interface Files {
  desk: Database.Database;
  upstream: Database.Database;
  engine: Database.Database;
}
type Ask = (sql: string, ...params: unknown[]) => Row[];

/** What the rules look at: both sides' books and what was seen on the wire. */
export interface Evidence extends Witnessed {
  desk: Ask;
  upstream: Ask;
  engine: Ask;
  books: ReturnType<typeof openBooks>;
  /** What was carried out although a person said that it was not, by its id there: sent again and refused, that word stands. */
  misled: ReadonlyMap<string, string>;
  /** Whether something was carried out without anybody having said that it was not. */
  carriedOut(thing: string): boolean;
  say: Say;
}

const asker =
  (client: Database.Database): Ask =>
  (sql, ...params) =>
    client.prepare(sql).all(...params) as Row[]; // rows of the named columns

/** Opens the files for the rules; what they find broken goes to `say`. */
export function gather(files: Files, witnessed: Witnessed, say: Say): Evidence {
  const { ledger } = witnessed;
  const desk = asker(files.desk);
  const stands = desk(
    "select key from intents where status in ('rejected', 'given_up', 'not_executed') and decision = 'repeated'",
  );
  const things = new Set(stands.map(({ key }) => thingOfKey(String(key))));
  const misled = new Map([...ledger.mistaken].filter(([thing]) => things.has(thing)));
  return {
    ...witnessed,
    desk,
    upstream: asker(files.upstream),
    engine: asker(files.engine),
    books: openBooks(files.upstream),
    misled,
    carriedOut: (thing) => !misled.has(thing) && ledger.of(thing).length > 0,
    say,
  };
}

export const micro = (value: Row[string] | undefined): string => String(value ?? "nothing");
export const same = (a: Row[string] | undefined, b: Row[string] | undefined): boolean =>
  micro(a) === micro(b);
