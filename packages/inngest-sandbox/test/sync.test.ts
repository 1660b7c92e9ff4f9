import { afterEach, describe, expect, test } from "vitest";
import { bearerFor } from "../src/signature";
import { HOUR, openBed, type Bed, type BedOptions } from "./testing";

let bed: Bed;
afterEach(() => bed.close());

const KEY = `signkey-test-${"0a".repeat(16)}`;
/** An app that does not answer with its functions, but registers itself before it answers. */
const registersItself: BedOptions = {
  between(request, app) {
    request.headers.delete("x-inngest-sync-kind");
    return app(request);
  },
};
const greeting = (options: BedOptions = {}): Bed =>
  openBed(
    (make, effects) => [
      make("f", { triggers: [{ event: "t/go" }] }, ({ event }) => void effects.push(event.data.n)),
    ],
    options,
  );
const runsOnce = async () => {
  await bed.send("t/go", { n: 1 });
  await bed.pass(1);
  expect(bed.effects).toEqual([1]);
};

describe("how an app becomes known", () => {
  test("it is asked where it is, by which kind of server, and answers with its functions", async () => {
    bed = greeting();
    expect(await bed.sync()).toBe("synced");
    const [asked] = bed.requests;
    expect([asked?.method, asked?.url]).toEqual(["PUT", "http://app.test/api/inngest"]);
    expect(await asked?.json()).toEqual({ url: "http://app.test/api/inngest" });
    expect(asked?.headers.get("x-inngest-server-kind")).toBe("dev");
    await runsOnce();
  });
  test("the same functions again change nothing", async () => {
    bed = greeting();
    await bed.sync();
    expect(await bed.sync()).toBe("unchanged");
  });
  test("it may register itself instead, and is told whether that changed anything", async () => {
    bed = greeting(registersItself);
    expect(await bed.sync()).toBe("synced");
    expect(await bed.sync()).toBe("unchanged");
    await runsOnce();
  });
  test("with keys, one that registers itself presents its own", async () => {
    bed = greeting({ ...registersItself, signingKey: KEY, appKeys: { signingKey: KEY } });
    expect(await bed.sync()).toBe("synced");
    await runsOnce();
  });
  test.each([
    ["asked", {}],
    ["registering itself", registersItself],
  ])("with keys, one that has another is not taken in: %s", async (_way, options) => {
    bed = greeting({ ...options, signingKey: KEY, appKeys: { signingKey: KEY.replace("0a", "1b") } });
    expect(await bed.sync()).toMatchObject({ error: expect.stringContaining("401") });
    expect(bed.engine.functions()).toEqual([]);
  });
  test.each([
    ["asked", {}],
    ["registering itself", registersItself],
  ])("what it wants and cannot have is said by name, and it is not taken in: %s", async (_way, options) => {
    bed = openBed(
      (make) => [make("f", { triggers: [{ event: "t/go", if: "nonsense(" }] }, () => 1)],
      options,
    );
    expect(await bed.sync()).toMatchObject({ error: expect.stringContaining("does not compile") });
    expect(bed.engine.functions()).toEqual([]);
  });
  test("a page at its address is not an app", async () => {
    bed = greeting({ between: async () => new Response("<html>") });
    expect(await bed.sync()).toMatchObject({ error: expect.stringContaining("answered 200: <html>") });
  });
  test("nobody at its address is not an app yet", async () => {
    bed = greeting({ between: () => Promise.reject(new TypeError("refused")) });
    expect(await bed.sync()).toEqual({ error: "http://app.test/api/inngest does not answer yet" });
  });
});

describe("POST /fn/register", () => {
  const entry = {
    id: "app-f",
    name: "f",
    triggers: [{ event: "t/go" }],
    steps: { step: { runtime: { type: "http", url: "http://app.test/x" } } },
  };
  const register = async (body: unknown, headers: Record<string, string> = {}) => {
    const reply = await bed.ask("POST", "/fn/register", JSON.stringify(body), headers);
    return { status: reply.status, body: (await reply.json()) as unknown };
  };
  const id = expect.stringMatching(/^[0-9a-f-]{36}$/);

  test("says what it did", async () => {
    bed = greeting();
    const first = await register({ appName: "app", functions: [entry] });
    expect(first).toEqual({ status: 200, body: { ok: true, modified: true, sync_id: id, app_id: id } });
    const again = await register({ appName: "app", functions: [entry] });
    expect(again.body).toMatchObject({ ok: true, modified: false });
  });
  test("turns away who takes a server without keys for one with keys", async () => {
    bed = greeting();
    const headers = { "x-inngest-expected-server-kind": "cloud" };
    expect(await register({ appName: "app", functions: [] }, headers)).toMatchObject({
      status: 400,
      body: { error: "Expected server kind cloud, got dev" },
    });
  });
  test("turns away who takes a server with keys for one without", async () => {
    bed = greeting({ signingKey: KEY });
    const headers = {
      "x-inngest-expected-server-kind": "dev",
      authorization: `Bearer ${bearerFor(KEY)}`,
    };
    expect(await register({ appName: "app", functions: [] }, headers)).toMatchObject({
      status: 400,
      body: { error: "Expected server kind dev, got cloud" },
    });
  });
  test("turns away what is no registration", async () => {
    bed = greeting();
    expect((await register({ functions: [] })).status).toBe(400);
    expect((await register("nonsense")).status).toBe(400);
    expect((await register({ appName: "app", functions: "all" })).status).toBe(400);
  });
});

describe("an app that changes while runs go on", () => {
  const napping = (said: string, trigger = "t/go") =>
    ((make, effects) => [
      make("f", { triggers: [{ event: trigger }] }, async ({ step }) => {
        await step.run("before", () => void effects.push(`before ${said}`));
        await step.sleep("nap", "1h");
        await step.run("after", () => void effects.push(`after ${said}`));
      }),
    ]) satisfies Parameters<typeof openBed>[0];

  test("they go on with the new code, and do nothing again", async () => {
    bed = openBed(napping("old"));
    await bed.sync();
    const run = await bed.send("t/go");
    await bed.pass(1);
    bed.deploy(napping("new"));
    await bed.pass(HOUR);
    expect(bed.effects).toEqual(["before old", "after new"]);
    expect(await bed.runs(run)).toMatchObject([{ status: "Completed" }]);
  });
  test("its new triggers count from the next time it is asked", async () => {
    bed = openBed(napping("old"));
    await bed.sync();
    bed.deploy(napping("new", "t/other"));
    const early = await bed.send("t/other");
    expect(await bed.sync()).toBe("synced");
    const late = [await bed.send("t/other"), await bed.send("t/go")];
    await bed.pass(1);
    expect(await bed.runs(early)).toEqual([]);
    expect(await bed.runs(late[0] ?? "")).toHaveLength(1);
    expect(await bed.runs(late[1] ?? "")).toEqual([]);
  });
  test("a function that is gone for a while takes up its runs when it is back", async () => {
    bed = openBed(napping("old"));
    await bed.sync();
    const run = await bed.send("t/go");
    await bed.pass(1);
    bed.deploy((make) => [make("g", { triggers: [{ event: "t/g" }] }, () => 1)]);
    await bed.sync();
    await bed.pass(3 * HOUR);
    expect(await bed.runs(run)).toMatchObject([{ status: "Running" }]);
    bed.deploy(napping("back"));
    await bed.sync();
    await bed.pass(HOUR);
    expect(bed.effects).toEqual(["before old", "after back"]);
  });
});
