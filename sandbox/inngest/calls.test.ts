import { RetryAfterError } from "inngest";
import { afterEach, describe, expect, test } from "vitest";
import { HOUR, openBed, START, type Bed, type BedOptions } from "./testing";

let bed: Bed;
afterEach(() => bed.close());

/** One step with one retry, a second later. */
const oneStep = (options: BedOptions, work: (attempt: number) => unknown = () => 1): Bed =>
  openBed(
    (make, effects) => [
      make("f", { retries: 1, triggers: [{ event: "t/go" }] }, async ({ step, attempt }) => {
        const value: unknown = await step.run("work", () => {
          effects.push(`attempt ${attempt}`);
          return work(attempt);
        });
        return value;
      }),
    ],
    { retryIntervalMs: 1_000, ...options },
  );
async function outcome() {
  await bed.sync();
  const id = await bed.send("t/go");
  await bed.pass(HOUR);
  return bed.runs(id);
}
const firstAnswer = (answer: () => Response | Promise<Response>): BedOptions => {
  let calls = 0;
  return {
    between: async (request, app) => (request.method === "POST" && calls++ === 0 ? answer() : app(request)),
  };
};

describe("what an app may answer", () => {
  test.each([
    ["404, a page", () => new Response("<html>", { status: 404 })],
    ["405", () => new Response(null, { status: 405 })],
    ["410", () => new Response("gone", { status: 410 })],
    ["500 that is no JSON", () => new Response("oops", { status: 500 })],
    ["a redirect, which is not followed", () => Response.redirect("http://app.test/elsewhere", 302)],
    ["200 of something else", () => Response.json({ hello: "world" })],
    [
      "206 that lists nothing known",
      () => Response.json({ a: 1 }, { status: 206, headers: { "x-inngest-sdk": "x" } }),
    ],
    ["nothing at all", () => Promise.reject(new TypeError("refused"))],
  ])("%s: the call is made again, one attempt on", async (_what, answer) => {
    bed = oneStep(firstAnswer(answer));
    expect(await outcome()).toMatchObject([{ status: "Completed", output: 1 }]);
    expect(bed.effects).toEqual(["attempt 1"]);
  });

  test("the same once too often fails the run", async () => {
    bed = oneStep({
      between: async (request, app) =>
        request.method === "POST" ? new Response("no", { status: 503 }) : app(request),
    });
    expect(await outcome()).toMatchObject([{ status: "Failed" }]);
  });

  test("a streamed answer", async () => {
    bed = oneStep({ streaming: true }, (attempt) => {
      if (attempt === 0) throw new Error("first");
      return "streamed";
    });
    expect(await outcome()).toMatchObject([{ status: "Completed", output: "streamed" }]);
  });
});

describe("when the next attempt is", () => {
  const startedAt = async (error: () => Error): Promise<number> => {
    let at = 0;
    bed = oneStep({}, (attempt) => {
      at = bed.engine.now() - START;
      if (attempt === 0) throw error();
      return 1;
    });
    await outcome();
    return at;
  };
  test("a number of milliseconds, rounded up to seconds", async () => {
    expect(await startedAt(() => new RetryAfterError("later", 2_500))).toBe(3_000);
  });
  test("a date", async () => {
    expect(await startedAt(() => new RetryAfterError("later", new Date(START + 90_000)))).toBe(90_000);
  });
  test("not longer than a day", async () => {
    expect(
      await startedAt(() => new RetryAfterError("later", new Date(START + 90 * 24 * HOUR))),
    ).toBeLessThanOrEqual(24 * HOUR);
  });
});

describe("large things", () => {
  test("a body above four megabytes is fetched by the app itself", async () => {
    bed = openBed((make, effects) => [
      make("f", { triggers: [{ event: "t/go" }] }, async ({ event, events, step }) => {
        const sizes: number[] = [];
        for (const id of ["a", "b", "c"])
          sizes.push((await step.run(id, () => "x".repeat(1_500_000))).length);
        effects.push(`${event.data.n} of ${events.length}: ${sizes}`);
      }),
    ]);
    await bed.sync();
    await bed.send("t/go", { n: 1 });
    await bed.pass(1);
    const last = await bed.requests.at(-1)?.json();
    expect(last).toMatchObject({ use_api: true, ctx: { use_api: true }, events: [], steps: {} });
    expect(bed.effects).toEqual(["1 of 1: 1500000,1500000,1500000"]);
  });
  test("more than a thousand steps fail the run", async () => {
    bed = openBed((make) => [
      make("f", { triggers: [{ event: "t/go" }] }, async ({ event, step }) => {
        await Promise.all(Array.from({ length: event.data.n }, (_, i) => step.sleep(`nap ${i}`, "1m")));
      }),
    ]);
    await bed.sync();
    const ids = [await bed.send("t/go", { n: 1_000 }), await bed.send("t/go", { n: 1_001 })];
    await bed.pass(HOUR);
    const ended = await Promise.all(ids.map((id) => bed.runs(id)));
    expect(ended.flat().map((run) => run.status)).toEqual(["Completed", "Failed"]);
    expect(JSON.stringify(ended[1])).toContain("exceeded the step limit of 1000 steps");
  });
  test("an event above three megabytes is refused", async () => {
    bed = oneStep({});
    const big = JSON.stringify({ name: "t/go", data: { x: "x".repeat(3_100_000) } });
    expect((await bed.ask("POST", "/e/key", big)).status).toBe(400);
  });
});

describe("errors", () => {
  test("a cause reaches whoever catches the step's error", async () => {
    bed = openBed((make, effects) => [
      make("f", { retries: 0, triggers: [{ event: "t/go" }] }, async ({ step }) => {
        try {
          await step.run("pay", () => {
            throw new Error("refused", { cause: new TypeError("no money") });
          });
        } catch (error) {
          const cause: unknown = error instanceof Error ? error.cause : null;
          effects.push(cause instanceof Error ? `${cause.name}: ${cause.message}` : "no cause");
        }
      }),
    ]);
    await bed.sync();
    await bed.send("t/go");
    await bed.pass(1);
    expect(bed.effects).toEqual(["TypeError: no money"]);
  });
});

describe("step.fetch", () => {
  const fetching = (answer: () => Response | Promise<Response>): Bed => {
    let tries = 0;
    return openBed(
      (make, effects) => [
        make("f", { retries: 2, triggers: [{ event: "t/go" }] }, async ({ step }) => {
          try {
            const response = await step.fetch("http://elsewhere.test/x");
            effects.push(`${response.status} ${await response.text()} after ${tries}`);
          } catch (error) {
            effects.push(error instanceof Error ? `${error.name} after ${tries}` : "");
          }
        }),
      ],
      {
        retryIntervalMs: 1_000,
        between: async (request, app) => {
          if (new URL(request.url).host !== "elsewhere.test") return app(request);
          tries++;
          return answer();
        },
      },
    );
  };
  const run = async () => {
    await bed.sync();
    await bed.send("t/go");
    await bed.pass(HOUR);
    return bed.effects;
  };
  test("any status is an answer", async () => {
    bed = fetching(() => new Response("teapot", { status: 418 }));
    expect(await run()).toEqual(["418 teapot after 1"]);
  });
  test("silence is tried again, then thrown", async () => {
    bed = fetching(() => Promise.reject(new TypeError("refused")));
    expect(await run()).toEqual(["GatewayError after 3"]);
  });
  test("silence at first is made good", async () => {
    let first = true;
    bed = fetching(() => {
      if (first) {
        first = false;
        return Promise.reject(new TypeError("refused"));
      }
      return new Response("ok");
    });
    expect(await run()).toEqual(["200 ok after 2"]);
  });
});
