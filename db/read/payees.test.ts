import { afterEach, beforeEach, expect, test } from "vitest";
import { escrows } from "../schema";
import { openTestDatabase } from "../testing";
import { knowPayee } from "./payees";

const known = "0x8f3C27b1D4e05A96c1F37720eB8d441902aCA91d";
const twin = "0x8f3C27b1D4e05A96c1F37720eB8d441902aCA94d";
let db: ReturnType<typeof openTestDatabase>;
beforeEach(() => {
  db = openTestDatabase();
});
afterEach(() => db.close());

const put = (ref: string, counterparty: string, status: "pending" | "released") =>
  db.writer
    .insert(escrows)
    .values({
      ref,
      counterparty,
      status,
      agentId: "ag",
      amountMicro: 50_000_000n,
      description: "",
      timeoutHours: 168,
      createdAt: 1,
      observedAt: 1,
      updatedAt: 1,
      version: 1,
    })
    .run();
const know = (ref: string, counterparty: string, status: "pending" | "released" = "pending") =>
  knowPayee(db.reader, { ref, counterparty, status });

test("nobody was paid under it before: it is new, whatever is pending", () => {
  put("a", known, "pending");
  put("b", known, "pending");
  expect(know("a", known)).toEqual({ paid: 0, lookAlikes: [] });
});

test("who was paid before is known, in any case of letters; its own release does not count", () => {
  put("a", known, "released");
  put("b", known.toLowerCase(), "pending");
  expect(know("b", known.toLowerCase())).toEqual({ paid: 1, lookAlikes: [] });
  expect(know("a", known, "released")).toEqual({ paid: 0, lookAlikes: [] });
});

test("a new address that looks like one that was paid names it; the paid one is not held against the new", () => {
  put("a", known, "released");
  put("b", known, "released");
  put("c", twin, "pending");
  put("d", known, "pending");
  expect(know("c", twin)).toEqual({ paid: 0, lookAlikes: [{ address: known.toLowerCase(), paid: 2 }] });
  expect(know("d", known)).toEqual({ paid: 2, lookAlikes: [] });
  const beginsOtherwise = known.replace("0x8", "0x9");
  put("e", beginsOtherwise, "pending");
  expect(know("e", beginsOtherwise).lookAlikes).toEqual([{ address: known.toLowerCase(), paid: 2 }]);
});
