import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { wallClock } from "../domain/clock";
import { askForTime, followedClock } from "./practice-clock";

const DAY_MS = 86_400_000;
let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "clock-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const aheadBy = (now: number) => Math.round((now - wallClock.now()) / 60_000) * 60_000;

test("the app that starts while the engine is off goes by the time it last heard", async () => {
  const file = join(folder, "desk.sqlite-clock");
  followedClock(file).follow(3 * DAY_MS);
  const clock = followedClock(file);
  await askForTime(clock, "http://127.0.0.1:9", fetch);
  expect(aheadBy(clock.now())).toBe(3 * DAY_MS);
});

test("the app that missed a move of the clock hears of it when it starts", async () => {
  const engine = createServer((_request, response) =>
    response.end(JSON.stringify({ now_ms: wallClock.now() + DAY_MS, offset_ms: DAY_MS })),
  ).listen(0, "127.0.0.1");
  await once(engine, "listening");
  const { port } = engine.address() as AddressInfo; // it listens on a port
  const clock = followedClock();
  await askForTime(clock, `http://127.0.0.1:${port}`, fetch);
  engine.close();
  expect(aheadBy(clock.now())).toBe(DAY_MS);
});
