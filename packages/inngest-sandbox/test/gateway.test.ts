import { afterEach, describe, expect, test } from "vitest";
import { HOUR, openBed, type Bed } from "./testing";

let bed: Bed;
afterEach(() => bed.close());

describe("step.fetch", () => {
  test("asks what the step asked, and adds no content type to it", async () => {
    const asked: Request[] = [];
    bed = openBed(
      (make) => [
        make("f", { triggers: [{ event: "t/go" }] }, async ({ step }) => {
          const options = { method: "PUT", headers: { "x-mine": "1" }, body: "Zürich" };
          const reply = await step.fetch("http://elsewhere.test/x?a=b", options);
          return [reply.status, reply.headers.get("x-theirs"), await reply.text()];
        }),
      ],
      {
        async between(request, app) {
          if (new URL(request.url).host !== "elsewhere.test") return app(request);
          asked.push(request);
          return new Response("made", { status: 201, headers: { "x-theirs": "2" } });
        },
      },
    );
    await bed.sync();
    const event = await bed.send("t/go");
    await bed.pass(1);
    expect(await bed.runs(event)).toMatchObject([{ output: [201, "2", "made"] }]);
    const [request] = asked;
    expect([request?.method, request?.url]).toEqual(["PUT", "http://elsewhere.test/x?a=b"]);
    expect([request?.headers.get("x-mine"), request?.headers.get("content-type")]).toEqual(["1", null]);
    expect(await request?.text()).toBe("Zürich");
  });
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
