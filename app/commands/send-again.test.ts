import { afterEach, beforeEach, expect, test } from "vitest";
import { recordCommand } from "../../db/desk/commands";
import { markNotSent } from "../../db/desk/outbox";
import type { Operator } from "../../db/desk/operators";
import { getReceipt } from "../../db/read/escrows";
import { listAttention } from "../../db/read/overview";
import { listParked, listUnsent } from "../../db/read/outbox";
import { newId } from "../../domain/ids";
import { openWorld, type World } from "../../inngest/testing";
import { sendAgain } from "./send-again.server";

let world: World;
let id: string;
let row: string;
beforeEach(async () => {
  world = await openWorld();
  const now = world.clock.now();
  id = newId(now);
  recordCommand(
    world.mirror,
    {
      id,
      kind: "approve-escrow",
      operatorId: world.operator.id,
      subject: { type: "escrow", ref: "esc_1" },
      payload: {},
      event: { name: "purple-flea/escrow.confirmed", data: {} },
    },
    now,
  );
  const [waiting] = listUnsent(world.read);
  row = String(waiting?.rowId);
  markNotSent(world.mirror, Number(row), {
    attempts: 8,
    refusals: 8,
    failure: "refused",
    said: "400: event name is empty",
    nextAttemptAt: now,
    parkedAt: now,
  });
});
afterEach(() => world.close());
const press = (operator: Operator, form: FormData) => sendAgain(world.desk, operator, form);

test("a parked approval is said to be not sent, wherever it is shown", () => {
  expect(getReceipt(world.read, id)).toMatchObject({
    sending: "parked",
    sentAt: null,
    trouble: { failure: "refused", said: "400: event name is empty" },
  });
  expect(listAttention(world.read, world.clock.now())).toMatchObject([
    { kind: "not-sent", ref: "approve escrow", about: "esc_1", to: { page: "outbox" } },
  ]);
});

test("sent again: audited, once, and not when somebody else was quicker", () => {
  const form = world.form({ row });
  expect(press(world.operator, form).kind).toBe("accepted");
  expect(listParked(world.read)).toEqual([]);
  expect(listUnsent(world.read)).toMatchObject([{ id, nextAttemptAt: 0, parkedAt: null }]);
  expect(press(world.operator, form).kind).toBe("duplicate");
  expect(press(world.operator, world.form({ row }))).toEqual({
    kind: "conflict",
    message: "It waits to be sent already. Nothing was done.",
  });
  expect(press(world.operator, world.form({ row: "999" })).kind).toBe("conflict");
  expect(press(world.operator, world.form({ row: "one" })).kind).toBe("invalid");
  expect(world.rows("select action, subject_ref, result from audit where action = 'send-again'")).toEqual([
    { action: "send-again", subject_ref: id, result: "accepted" },
  ]);
  // What the functions are asked is the first event, and no other.
  expect(world.rows("select id from outbox")).toEqual([{ id }]);
});

test("a viewer is denied on record, and nothing changes", () => {
  expect(() => press({ ...world.operator, role: "viewer" }, world.form({ row }))).toThrow(
    expect.objectContaining({ status: 403 }),
  );
  expect(listParked(world.read)).toHaveLength(1);
  expect(world.rows("select result from audit where action = 'send-again'")).toEqual([{ result: "denied" }]);
});
