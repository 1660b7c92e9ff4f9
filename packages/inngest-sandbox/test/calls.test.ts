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

describe("what a call says", () => {
  const first = async () => {
    const call = bed.requests.find((request) => request.method === "POST");
    return { url: call?.url, headers: Object.fromEntries(call?.headers ?? []), body: await call?.json() };
  };
  test("the first of a run", async () => {
    bed = oneStep({});
    await bed.sync();
    const event = await bed.send("t/go", { n: 1 });
    await bed.pass(1);
    const [run] = await bed.runs(event);
    const { url, headers, body } = await first();
    expect(url).toBe("http://app.test/api/inngest?fnId=app-f&stepId=step");
    expect(headers).toMatchObject({
      "content-type": "application/json",
      "user-agent": "Inngest",
      "x-run-id": run?.run_id,
      "x-inngest-step-id": "step",
      "x-inngest-req-version": "-1",
      "x-inngest-generation-id": "1",
    });
    expect(headers).not.toHaveProperty("x-inngest-signature");
    const shown = { id: event, name: "t/go", data: { n: 1 }, ts: START, user: {} };
    expect(body).toEqual({
      event: shown,
      events: [shown],
      steps: {},
      defers: {},
      ctx: {
        run_id: run?.run_id,
        env: "",
        step_id: "step",
        attempt: 0,
        max_attempts: 2,
        generation_id: 1,
        disable_immediate_execution: false,
        stack: { stack: [], current: 0 },
        use_api: false,
      },
      use_api: false,
      version: -1,
    });
  });
});

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

  const always = (answer: () => Promise<Response>): BedOptions => ({
    between: (request, app) => (request.method === "POST" ? answer() : app(request)),
  });
  const failed = async (): Promise<unknown> => {
    const reply = await bed.ask("GET", "/v1/events?name=inngest/function.failed");
    return ((await reply.json()) as { data: unknown[] }).data[0]; // the engine's own answer
  };
  test("the same page once too often fails the run, with the page's text", async () => {
    bed = oneStep(always(async () => new Response("<h1>Bad gateway</h1>", { status: 502 })));
    expect(await outcome()).toMatchObject([{ status: "Failed", output: "<h1>Bad gateway</h1>" }]);
    const error = { error: "invalid status code: 502", name: "Error", message: "<h1>Bad gateway</h1>" };
    expect(await failed()).toMatchObject({ data: { error } });
  });
  test("silence once too often fails the run, which says that nobody was reached", async () => {
    bed = oneStep(always(() => Promise.reject(new TypeError("refused"))));
    expect(await outcome()).toMatchObject([{ status: "Failed" }]);
    expect(await failed()).toMatchObject({ data: { error: { message: "Unable to reach SDK URL" } } });
  });
  test("one step that is no list", async () => {
    bed = oneStep({
      async between(request, app) {
        const answer = await app(request);
        const ops: unknown = answer.status === 206 ? await answer.clone().json() : null;
        return Array.isArray(ops) ? Response.json(ops[0], answer) : answer;
      },
    });
    expect(await outcome()).toMatchObject([{ status: "Completed", output: 1 }]);
  });
  test("no step at all: the call is made again, as a first attempt", async () => {
    const headers = { "x-inngest-sdk": "inngest-js:v4", "x-inngest-req-version": "2" };
    bed = oneStep(firstAnswer(() => Response.json([], { status: 206, headers })));
    expect(await outcome()).toMatchObject([{ status: "Completed" }]);
    expect(bed.effects).toEqual(["attempt 0"]);
  });
  test("a step of a kind that the engine does not know fails the run, by its name", async () => {
    bed = openBed((make) => [
      make("f", { triggers: [{ event: "t/go" }] }, ({ step }) =>
        step.ai.infer("ask", {
          model: step.ai.models.openai({ model: "gpt-4o", apiKey: "none" }),
          body: { messages: [] },
        }),
      ),
    ]);
    expect(await outcome()).toMatchObject([{ status: "Failed" }]);
    expect(JSON.stringify(await failed())).toContain("does not support AIGateway (step ask)");
  });

  test("a text that was cut in the middle of a character is taken with the sign for an unknown one", async () => {
    bed = oneStep({}, () => "smile 😀".slice(0, -1));
    expect(await outcome()).toMatchObject([{ status: "Completed", output: "smile \uFFFD" }]);
    expect(bed.effects).toEqual(["attempt 0"]);
  });
  test("what cannot be taken in counts as an attempt, and is not asked for for ever", async () => {
    const headers = { "x-inngest-sdk": "inngest-js:v4", "x-inngest-req-version": "2" };
    const endless = '[{"id":"a","op":"StepRun","data":1e400}]';
    bed = oneStep(always(async () => new Response(endless, { status: 206, headers })));
    expect(await outcome()).toMatchObject([{ status: "Failed" }]);
    expect(bed.requests.filter((request) => request.method === "POST")).toHaveLength(2);
    expect(JSON.stringify(await failed())).toContain("the app's answer cannot be taken in");
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
  test("at once, where the engine was started with no interval", async () => {
    bed = oneStep({ retryIntervalMs: 0 }, (attempt) => {
      if (attempt === 0) throw new Error("first");
      return attempt;
    });
    await bed.sync();
    const id = await bed.send("t/go");
    await bed.engine.settled();
    expect(await bed.runs(id)).toMatchObject([{ status: "Completed", output: 1 }]);
  });
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
  test("a text, and a throw outside of any step", async () => {
    const times: number[] = [];
    bed = openBed((make) => [
      make("f", { retries: 1, triggers: [{ event: "t/go" }] }, () => {
        times.push(bed.engine.now() - START);
        if (times.length === 1) throw new RetryAfterError("later", "90s");
      }),
    ]);
    await outcome();
    expect(times).toEqual([0, 90_000]);
  });
  test("not longer than a day", async () => {
    expect(
      await startedAt(() => new RetryAfterError("later", new Date(START + 90 * 24 * HOUR))),
    ).toBeLessThanOrEqual(24 * HOUR);
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
