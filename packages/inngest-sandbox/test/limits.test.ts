import { afterEach, describe, expect, test } from "vitest";
import { createApi } from "../src/api";
import { listen } from "../src/listen";
import { DAY, HOUR, openBed, type Bed } from "./testing";

let bed: Bed;
afterEach(() => bed.close());

const MEGABYTE = 1_024 * 1_024;
/** Runs a function to its end; returns how it ended and what was said of it. */
async function ended(data: object = {}): Promise<{ status?: string; said: string }> {
  await bed.sync();
  const id = await bed.send("t/go", data);
  await bed.pass(HOUR);
  const [run] = await bed.runs(id);
  return { status: run?.status, said: JSON.stringify(run?.output) };
}
/** A function that gathers so many megabytes in each of its steps. */
const gathering = (...sizes: number[]): Bed =>
  openBed((make, effects) => [
    make("f", { triggers: [{ event: "t/go" }] }, async ({ event, events, step }) => {
      const got: number[] = [];
      for (const [n, size] of sizes.entries()) {
        const text: string = await step.run(`step ${n}`, () => {
          effects.push(`step ${n}`);
          return "x".repeat(size * MEGABYTE);
        });
        got.push(text.length / MEGABYTE);
      }
      effects.push(`${event.name} of ${events.length}: ${got}`);
    }),
  ]);

describe("a run's results", () => {
  test("above four megabytes are fetched by the app itself", async () => {
    bed = gathering(1.5, 1.5, 1.5);
    expect(await ended()).toMatchObject({ status: "Completed" });
    const last = await bed.requests.at(-1)?.json();
    expect(last).toMatchObject({ use_api: true, ctx: { use_api: true }, events: [], steps: {} });
    expect(bed.effects.at(-1)).toBe("t/go of 1: 1.5,1.5,1.5");
  });
  test("above thirty-two megabytes together fail it", async () => {
    bed = openBed((make, effects) => [
      make("f", { triggers: [{ event: "t/go" }] }, async ({ step }) => {
        const large = (n: number) => step.run(`step ${n}`, () => "x".repeat(3.7 * MEGABYTE));
        await Promise.all(Array.from({ length: 9 }, (_, n) => large(n)));
        effects.push("all");
      }),
    ]);
    expect(await ended()).toEqual({
      status: "Failed",
      said: expect.stringContaining("exceeded the state size limit of 33554432 bytes"),
    });
    expect(bed.effects).toEqual([]);
  });
  test("above four megabytes from one step fail it at once", async () => {
    bed = gathering(4.1);
    expect(await ended()).toEqual({
      status: "Failed",
      said: expect.stringContaining("what step step 0 gave is larger than 4 MB"),
    });
    expect(bed.effects).toEqual(["step 0"]);
  });
  test("of a function may be larger than that, but not above eight megabytes", async () => {
    bed = openBed((make) => [
      make("f", { triggers: [{ event: "t/go" }] }, ({ event }) => "x".repeat(event.data.size * MEGABYTE)),
    ]);
    expect(await ended({ size: 7.9 })).toMatchObject({ status: "Completed" });
    expect(await ended({ size: 8.1 })).toEqual({
      status: "Failed",
      said: expect.stringContaining("what the app answered is larger than 8 MB"),
    });
  });
});

test("more than a thousand steps fail the run", async () => {
  bed = openBed((make) => [
    make("f", { triggers: [{ event: "t/go" }] }, async ({ event, step }) => {
      await Promise.all(Array.from({ length: event.data.n }, (_, i) => step.sleep(`nap ${i}`, "1m")));
    }),
  ]);
  expect(await ended({ n: 1_000 })).toMatchObject({ status: "Completed" });
  expect(await ended({ n: 1_001 })).toEqual({
    status: "Failed",
    said: expect.stringContaining("exceeded the step limit of 1000 steps"),
  });
});

test("a wait longer than 366 days fails the run; one of that length is waited for", async () => {
  bed = openBed((make) => [
    make("f", { triggers: [{ event: "t/go" }] }, async ({ event, step }) => {
      const { days } = event.data;
      await step.waitForEvent("answer", { event: "t/answer", timeout: days * DAY });
    }),
  ]);
  expect(await ended({ days: 366 })).toMatchObject({ status: "Running" });
  expect(await ended({ days: 367 })).toEqual({
    status: "Failed",
    said: expect.stringContaining("longer than 366 days"),
  });
});

test("a request above twenty megabytes is read to its end and refused", async () => {
  bed = openBed(() => []);
  const handle = createApi({ engine: bed.engine, signingKeys: [], eventKeys: [], sdkUrls: [] });
  const server = await listen(handle, 0);
  try {
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}/e/key`;
    const event = (size: number) =>
      JSON.stringify([{ name: "t/x", data: { x: "x".repeat(size * MEGABYTE) } }]);
    expect((await fetch(url, { method: "POST", body: event(20.1) })).status).toBe(413);
    expect((await fetch(url, { method: "POST", body: event(2) })).status).toBe(200);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
