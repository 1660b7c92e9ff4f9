import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HOUR, openBed, type BedOptions } from "./testing";

type Config = Parameters<Parameters<Parameters<typeof openBed>[0]>[0]>[1];
/** Ways to hold events back that must lose none of them, and run none of them twice. */
const CONTROLS: Record<string, Config> = {
  plain: {},
  "one at a time": { concurrency: 1 },
  "one at a time for each key": { concurrency: [{ limit: 3 }, { limit: 1, key: "event.data.key" }] },
  throttled: { throttle: { limit: 2, period: "30s", burst: 1, key: "event.data.key" } },
  "by priority": { concurrency: 1, priority: { run: "event.data.key * 100.0" } },
  batched: { batchEvents: { maxSize: 3, timeout: "20s", key: "event.data.key" } },
};

const sending = fc.record({
  key: fc.nat(2),
  /** How long after the one before it, seconds. */
  after: fc.nat(20),
});
/** At which requests to the app something goes wrong, and what. */
const troubles = fc.uniqueArray(
  fc.record({
    at: fc.integer({ min: 2, max: 40 }),
    how: fc.constantFrom("kill", "lose the answer", "refuse"),
  }),
  { maxLength: 5, selector: (one) => one.at },
);

describe("events that are held back", () => {
  test("are each in one run that completes, whatever is killed or lost on the way", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(CONTROLS)),
        fc.array(sending, { minLength: 1, maxLength: 15 }),
        troubles,
        async (control, sendings, met) => {
          let requests = 0;
          let killed = false;
          const between: BedOptions["between"] = async (request, app) => {
            const nth = ++requests;
            const trouble = request.method === "POST" && met.find((one) => one.at === nth);
            if (!trouble) return app(request);
            if (trouble.how === "refuse") return new Response("busy", { status: 503 });
            if (trouble.how === "lose the answer") await app(request);
            else {
              killed = true;
              bed.kill();
            }
            throw new TypeError("cut");
          };
          const bed = openBed(
            (make) => [
              make(
                "f",
                { retries: 20, triggers: [{ event: "t/go" }], ...CONTROLS[control] },
                async ({ events, step }) => {
                  const ns = events.map((event: { data: { n: number } }) => event.data.n);
                  await step.run("one", () => 1);
                  await step.sleep("nap", "5s");
                  return step.run("two", () => ns);
                },
              ),
            ],
            { retryIntervalMs: 1_000, between },
          );
          const goOn = () => {
            if (!killed) return;
            killed = false;
            bed.reopen();
          };
          const pass = async (ms: number) => {
            await bed.pass(ms);
            goOn();
          };
          /** Who sends and is not answered sends again. */
          const send = (data: object): Promise<unknown> =>
            bed.send("t/go", data).catch((error: unknown) => {
              if (!killed) throw error;
              goOn();
              return send(data);
            });
          try {
            await bed.sync();
            for (const [n, { key, after }] of sendings.entries()) {
              await pass(after * 1_000);
              await send({ n, key });
            }
            for (let i = 0; i < 10; i++) await pass(HOUR);
            const runs = bed.ctx.store.all<{ status: string; output: string }>("select * from runs");
            expect(new Set(runs.map((run) => run.status))).toEqual(new Set(["Completed"]));
            const seen = runs.flatMap((run) => JSON.parse(run.output) as number[]); // what the function returned
            expect(seen.sort((a, b) => a - b)).toEqual(sendings.map((_, n) => n));
          } finally {
            await bed.close();
          }
        },
      ),
      { numRuns: 20 },
    );
  }, 120_000);
});
