import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HOUR, MINUTE, openBed, START, type Bed } from "./testing";

let bed: Bed;
afterEach(() => bed.close());
beforeEach(async () => {
  bed = openBed(
    (make) => [
      make("nap", { name: "A nap", retries: 2, triggers: [{ event: "t/nap" }] }, async ({ step }) => {
        await step.sleep("nap", "1h");
        return { slept: true };
      }),
      make("quick", { idempotency: "event.data.key", triggers: [{ event: "t/quick" }] }, () => 1),
      make("limited", { concurrency: 3, throttle: { limit: 1, period: "5s" }, triggers: [] }, () => 1),
    ],
    { retryIntervalMs: 1_000 },
  );
  await bed.sync();
});

const get = async (path: string, method = "GET") => {
  const reply = await bed.ask(method, path);
  const text = await reply.text();
  // What the engine answers, as the test expects it.
  const body = (text === "" ? null : JSON.parse(text)) as {
    data: never;
    status?: number;
    error?: string;
  } | null;
  return { http: reply.status, body };
};
const listed = async (query: string): Promise<string[]> => {
  const { body } = await get(`/v1/events?${query}`);
  const events: { internal_id: string }[] = body?.data ?? [];
  return events.map((event) => event.internal_id);
};
const runOf = async (event: string): Promise<string> => (await bed.runs(event))[0]?.run_id ?? "";

describe("GET /v1/events", () => {
  const send = async (count: number): Promise<string[]> => {
    const ids: string[] = [];
    for (let n = 0; n < count; n++) {
      ids.unshift(await bed.send("t/nobody", { n }));
      await bed.pass(MINUTE);
    }
    return ids;
  };
  test("lists the newest first", async () => {
    const ids = await send(3);
    expect(await listed("")).toEqual(ids);
  });
  test("goes on after a cursor", async () => {
    const ids = await send(5);
    expect(await listed("limit=2")).toEqual(ids.slice(0, 2));
    expect(await listed(`limit=2&cursor=${ids[1]}`)).toEqual(ids.slice(2, 4));
    expect(await listed(`limit=2&cursor=${ids[3]}`)).toEqual(ids.slice(4));
  });
  test("keeps to a name", async () => {
    await send(2);
    const quick = await bed.send("t/quick", { key: "a" });
    expect(await listed("name=t/quick")).toEqual([quick]);
    expect(await listed("name=t/qui")).toEqual([]);
  });
  test("keeps to when they were received", async () => {
    const ids = await send(4);
    const at = (minutes: number) => new Date(START + minutes * MINUTE).toISOString();
    expect(await listed(`received_after=${at(1)}`)).toEqual(ids.slice(0, 3));
    expect(await listed(`received_before=${at(1)}`)).toEqual(ids.slice(3));
    expect(await listed(`received_after=${at(1)}&received_before=${at(3)}`)).toEqual(ids.slice(1, 3));
  });
  test("gives at most a hundred", async () => {
    const many = Array.from({ length: 120 }, () => ({ name: "t/nobody" }));
    await bed.ask("POST", "/e/key", JSON.stringify(many));
    expect(await listed("limit=500")).toHaveLength(100);
    expect(await listed("limit=0")).toHaveLength(40);
    expect(await listed("limit=many")).toHaveLength(40);
  });
  test("shows an event with both its ids", async () => {
    const id = await bed.send("t/quick", { key: "a" }, { id: "mine", v: "2", user: { id: "u" } });
    expect((await get(`/v1/events/${id}`)).body).toMatchObject({
      data: {
        internal_id: id,
        id: "mine",
        name: "t/quick",
        data: { key: "a" },
        v: "2",
        user: { id: "u" },
        ts: START,
      },
      metadata: { fetched_at: expect.any(String), cached_until: expect.any(String) },
    });
    expect((await get("/v1/events/mine")).body).toEqual({
      data: null,
      error: "Invalid event ID: mine",
      status: 400,
    });
  });
});

describe("a run over the API", () => {
  test("is Running until it is over, then has its end and its output", async () => {
    const event = await bed.send("t/nap");
    await bed.pass(1);
    const run = await runOf(event);
    const going = (await get(`/v1/runs/${run}`)).body?.data;
    expect(going).toMatchObject({ run_id: run, event_id: event, status: "Running", ended_at: null });
    expect(going).not.toHaveProperty("output");
    await bed.pass(HOUR);
    expect((await get(`/v1/runs/${run}`)).body?.data).toMatchObject({
      status: "Completed",
      run_started_at: new Date(START).toISOString(),
      ended_at: new Date(START + HOUR).toISOString(),
      output: { slept: true },
    });
  });
  test("is cancelled by DELETE, which says nothing, and the same again", async () => {
    const event = await bed.send("t/nap");
    await bed.pass(1);
    const run = await runOf(event);
    expect(await get(`/v1/runs/${run}`, "DELETE")).toEqual({ http: 200, body: null });
    expect(await get(`/v1/runs/${run}`, "DELETE")).toEqual({ http: 200, body: null });
    await bed.pass(2 * HOUR);
    expect(await bed.runs(event)).toMatchObject([{ status: "Cancelled" }]);
    expect(await listed("name=inngest/function.cancelled")).toHaveLength(1);
  });
  test("that is over stays as it ended when it is cancelled afterwards", async () => {
    const event = await bed.send("t/quick", { key: "a" });
    await bed.pass(1);
    expect(await get(`/v1/runs/${await runOf(event)}`, "DELETE")).toEqual({ http: 200, body: null });
    expect(await bed.runs(event)).toMatchObject([{ status: "Completed", output: 1 }]);
    expect(await listed("name=inngest/function.cancelled")).toEqual([]);
  });
  test("that there is not: reading says so in the body, cancelling in the status", async () => {
    const unknown = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
    const words = { data: null, error: `Unable to load function run: ${unknown}` };
    expect(await get(`/v1/runs/${unknown}`)).toEqual({ http: 200, body: { ...words, status: 500 } });
    expect(await get(`/v1/runs/${unknown}`, "DELETE")).toEqual({
      http: 404,
      body: { ...words, status: 404 },
    });
    const bad = { data: null, error: "Invalid run ID: nonsense", status: 400 };
    expect(await get("/v1/runs/nonsense")).toEqual({ http: 200, body: bad });
    expect(await get("/v1/runs/nonsense", "DELETE")).toEqual({ http: 400, body: bad });
  });
});

test("an address that cannot be read is taken as it stands", async () => {
  expect((await get("/v1/runs/%zz")).body).toMatchObject({ error: "Invalid run ID: %zz", status: 400 });
});

describe("what the server says of itself", () => {
  test("GET /health", async () => {
    expect(await get("/health")).toEqual({ http: 200, body: { status: 200, message: "OK" } });
  });
  test("GET /dev", async () => {
    const { body } = await get("/dev");
    const [nap, quick, limited] = (body as unknown as { functions: unknown[] }).functions; // the engine's own answer
    expect(body).toMatchObject({
      authed: false,
      startOpts: { urls: ["http://app.test/api/inngest"], poll: true, poll_interval: 5, retry_interval: 1 },
      handlers: null,
      isSingleNodeService: false,
      isMissingSigningKey: false,
      isMissingEventKeys: false,
    });
    const uri = expect.stringContaining("http://app.test/api/inngest?fnId=app-");
    const step = { id: "step", name: "step", uri };
    const known = (name: string, slug: string) => ({ id: expect.any(String), fv: 1, name, slug });
    expect(nap).toEqual({
      ...known("A nap", "app-nap"),
      triggers: [{ event: "t/nap" }],
      steps: [{ ...step, retries: 2 }],
    });
    expect(quick).toMatchObject({
      rateLimit: { limit: 1, period: "24h0m0s", key: "event.data.key" },
      steps: [step],
    });
    expect(limited).toMatchObject({
      triggers: [],
      concurrency: [{ limit: 3, scope: "Fn" }],
      throttle: { burst: 0, limit: 1, period: "5s" },
    });
  });
  test("every answer names the kind of server; a path that is none is a 404, another method a 405", async () => {
    const reply = await bed.ask("GET", "/health");
    expect(reply.headers.get("x-inngest-server-kind")).toBe("dev");
    const nothing = await bed.ask("GET", "/v1/nothing");
    expect([nothing.status, await nothing.text()]).toEqual([404, "404 page not found\n"]);
    expect((await bed.ask("POST", "/v1/events", "{}")).status).toBe(405);
  });
});
