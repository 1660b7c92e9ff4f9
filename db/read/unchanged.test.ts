import { expect, test } from "vitest";
import { domains } from "../schema";
import { openTestDatabase } from "../testing";
import { unchanged } from "./unchanged";

test("an answer holds until somebody writes", () => {
  const db = openTestDatabase();
  let asked = 0;
  const ask = () => unchanged(db.reader, "how many", () => ++asked);
  expect([ask(), ask()]).toEqual([1, 1]);
  db.writer.insert(domains).values({ domain: "a.agent", status: "active", observedAt: 1 }).run();
  expect([ask(), ask()]).toEqual([2, 2]);
  expect(unchanged(db.reader, "another", () => ++asked)).toBe(3);
  db.close();
});
