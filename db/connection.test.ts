import { eq } from "drizzle-orm";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { inTransaction, type DeskWriter, type MirrorWriter, type Reader } from "./connection";
import { balances, intents } from "./schema";
import { openTestDatabase } from "./testing";
import { intentKeys } from "../domain/keys";

let db: ReturnType<typeof openTestDatabase>;
beforeEach(() => {
  db = openTestDatabase();
});
afterEach(() => db.close());

describe("the database", () => {
  test("money beyond 2^53 micro-USDC comes back to the micro", () => {
    const amount = 2n ** 53n + 1n;
    db.writer
      .insert(balances)
      .values({ id: "wallet:1", kind: "wallet", amountMicro: amount, fromApi: true, at: 1 })
      .run();
    const row = db.reader.select().from(balances).where(eq(balances.id, "wallet:1")).get();
    expect(row?.amountMicro).toBe(amount);
    expect(row?.at).toBe(1);
    expect(row?.fromApi).toBe(true);
  });

  test("a reader cannot write", () => {
    expect(() =>
      db.reader
        .insert(balances)
        .values({ id: "x", kind: "wallet", amountMicro: 1n, fromApi: true, at: 1 })
        .run(),
    ).toThrow(/readonly/);
  });

  test("who may write one half cannot be handed to the door of the other", () => {
    const [toDesk, toMirror] = [(db: DeskWriter) => db, (db: MirrorWriter) => db];
    const [mirror, desk, reader]: [MirrorWriter, DeskWriter, Reader] = [db.writer, db.writer, db.reader];
    // What is said here is said by the compiler.
    // @ts-expect-error functions do not write the desk
    toDesk(mirror);
    // @ts-expect-error people do not write the mirror
    toMirror(desk);
    // @ts-expect-error pages write nothing
    expect(toDesk(reader)).toBe(reader);
    // @ts-expect-error a transaction of functions stays theirs
    expect(inTransaction(mirror, toDesk)).toBe(mirror);
    // @ts-expect-error and one of people theirs
    expect(inTransaction(desk, toMirror)).toBe(desk);
  });

  test("a transaction that throws leaves nothing behind", () => {
    expect(() =>
      inTransaction(db.writer, (tx) => {
        tx.insert(balances).values({ id: "x", kind: "wallet", amountMicro: 1n, fromApi: true, at: 1 }).run();
        throw new Error("no");
      }),
    ).toThrow("no");
    expect(db.reader.select().from(balances).all()).toEqual([]);
  });

  test("only one intent holds a lock", () => {
    const intent = {
      action: "order",
      subjectRef: "r",
      amountMicro: 1n,
      idempotencyKey: "i",
      status: "open",
      lock: "order",
      tries: 0,
      createdAt: 1,
      updatedAt: 1,
    } as const;
    db.writer
      .insert(intents)
      .values({ ...intent, key: intentKeys.order("1") })
      .run();
    expect(() =>
      db.writer
        .insert(intents)
        .values({ ...intent, key: intentKeys.order("2") })
        .run(),
    ).toThrow(/UNIQUE/);
  });
});
