import type Database from "better-sqlite3";

export const accounts = [
  "wallet",
  "locked",
  "positions",
  "house",
  "fees",
  "referrers",
  "faucet",
  "outside",
] as const;
export type Account = (typeof accounts)[number];

/** Double entry: what leaves one account enters another, so that all of them always add up to nothing. */
export function openBooks(db: Database.Database) {
  db.exec(
    `create table if not exists entries (id integer primary key, at integer not null, from_account text not null, to_account text not null, amount integer not null check (amount >= 0), why text not null)`,
  );
  const insert = db.prepare(
    "insert into entries (at, from_account, to_account, amount, why) values (?, ?, ?, ?, ?)",
  );
  const inflow = db
    .prepare("select coalesce(sum(amount), 0) sum from entries where to_account = ?")
    .safeIntegers();
  const outflow = db
    .prepare("select coalesce(sum(amount), 0) sum from entries where from_account = ?")
    .safeIntegers();
  const sum = (row: unknown): bigint => (row as { sum: bigint }).sum; // the one column selected above
  const balance = (account: Account): bigint => sum(inflow.get(account)) - sum(outflow.get(account));
  return {
    balance,
    move(at: number, from: Account, to: Account, amount: bigint, why: string): void {
      if (amount < 0n) throw new Error("an entry is never negative");
      if (amount > 0n) insert.run(at, from, to, amount, why);
    },
    all: (): Record<Account, bigint> =>
      Object.fromEntries(accounts.map((account) => [account, balance(account)])) as Record<Account, bigint>, // every account is there
    sum: (): bigint => accounts.reduce((total, account) => total + balance(account), 0n),
  };
}
export type Books = ReturnType<typeof openBooks>;
