import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { cancelling } from "./cases/cancelling";
import { edges } from "./cases/edges";
import { flowControl } from "./cases/flow-control";
import { parallel } from "./cases/parallel";
import { steps } from "./cases/steps";
import { time } from "./cases/time";
import { triggers } from "./cases/triggers";
import { waiting } from "./cases/waiting";
import { play } from "./play";
import { differences, shapeOf } from "./recording";

const FOLDER = join(import.meta.dirname, "recordings");
const cases = [
  ...steps,
  ...parallel,
  ...time,
  ...waiting,
  ...cancelling,
  ...flowControl,
  ...triggers,
  ...edges,
];

/** Where the engine differs on purpose. Each is told with its reason in the README. */
const DELIBERATE: Record<string, string[]> = {
  // A run that was cancelled over the API says so; the real server goes on saying Running, and gives it no output.
  "cancel-by-api": [
    '.statuses[0]: expected "Running", got "Cancelled"',
    '.replies[4].keys[5]: expected "run_id", got "output"',
    '.replies[4].keys[6]: expected "run_started_at", got "run_id"',
    '.replies[4].keys[7]: expected "status", got "run_started_at"',
    '.replies[4].keys[8]: expected nothing, got "status"',
  ],
};

describe("the engine does what the real server was recorded doing", () => {
  test("every recording has its case", () => {
    const recorded = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));
    expect(cases.map(({ name }) => `${name}.json`).sort()).toEqual(recorded.sort());
  });

  test.each(cases)("$name", async (played) => {
    const expected: unknown = JSON.parse(readFileSync(join(FOLDER, `${played.name}.json`), "utf8"));
    const found = differences(expected, shapeOf(await play(played)));
    expect(found).toEqual(DELIBERATE[played.name] ?? []);
  });
});
