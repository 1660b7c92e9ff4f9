import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { audit } from "../../db/schema";
import { createStrangerRecord, strangerLines } from "./stranger-record.server";
import { NOW, openTestDoor } from "./testing";

let door: ReturnType<typeof openTestDoor>;
beforeEach(() => {
  door = openTestDoor();
  vi.useFakeTimers({ now: NOW });
});
afterEach(() => {
  vi.useRealTimers();
  door.close();
});
const entry = {
  actor: { kind: "visitor", id: "visitor" },
  action: "sign-in",
  reason: "wrong password",
  result: "failed",
} as const;
const lines = () => door.context.read.select().from(audit).all();

test("one place has so many lines an hour, and one that counts the rest", async () => {
  const record = createStrangerRecord();
  for (let i = 0; i < strangerLines.place + 100; i++)
    await record.write(door.context.desk, "a place", entry, NOW);
  expect(lines()).toHaveLength(strangerLines.place + 1);
  expect(lines().at(-1)).toMatchObject({ after: { tries: "64 or more" } });
  await record.write(door.context.desk, "another place", entry, NOW);
  expect(lines().filter(({ reason }) => reason === "wrong password")).toHaveLength(strangerLines.place + 1);
});

test("all places together have so many; a new hour begins anew and the count is closed", async () => {
  const record = createStrangerRecord();
  for (let i = 0; i < strangerLines.all + 5_000; i++)
    await record.write(door.context.desk, `place ${i}`, entry, NOW);
  expect(lines()).toHaveLength(strangerLines.all + 1);
  expect(vi.getTimerCount()).toBeLessThanOrEqual(strangerLines.all + 1);
  vi.advanceTimersByTime(3_600_000);
  for (let i = 0; i <= strangerLines.place; i++)
    await record.write(door.context.desk, "a place", entry, NOW + 3_600_000);
  const counts = lines().flatMap(({ after }) => (after === null ? [] : [after]));
  expect(counts).toEqual([{ tries: 5_000 }, { tries: "1 or more" }]);
});
