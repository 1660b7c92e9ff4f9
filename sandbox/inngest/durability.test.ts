import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";
import { join } from "node:path";
import Database from "better-sqlite3";
import { Inngest } from "inngest";
import { serve } from "inngest/node";
import { afterEach, describe, expect, test } from "vitest";
import { openEngine } from "./engine";
import { DAY, door, HOUR, MINUTE, openBed, SILENT, START, until, type Bed } from "./testing";
import { manualClock } from "../../domain/clock";

let bed: Bed;
afterEach(() => bed.close());

/** Three steps with a wait of a week between the first and the last. */
const threeSteps = () =>
  openBed((make, effects) => [
    make("week", { triggers: [{ event: "t/week" }] }, async ({ step }) => {
      await step.run("before", () => void effects.push("before"));
      const got = await step.waitForEvent("answer", { event: "t/answer", timeout: "7d" });
      await step.run("after", () => void effects.push(got ? "answered" : "timed out"));
      return "done";
    }),
  ]);

describe("an engine that is killed", () => {
  test("in the middle of a wait: the next one on the file goes on with it", async () => {
    bed = threeSteps();
    await bed.sync();
    const id = await bed.send("t/week");
    await bed.pass(1);
    bed.kill();
    bed.reopen();
    await bed.pass(8 * DAY);
    expect(bed.effects).toEqual(["before", "timed out"]);
    expect(await bed.runs(id)).toMatchObject([{ status: "Completed", output: "done" }]);
  });

  test("while an app's answer is on its way: the step is called again, with the same attempt", async () => {
    const first = door();
    bed = openBed((make, effects) => [
      make("slow", { triggers: [{ event: "t/slow" }] }, async ({ step, attempt }) => {
        await step.run("work", async () => {
          effects.push(`attempt ${attempt}`);
          if (effects.length === 1) await first.opened;
        });
      }),
    ]);
    await bed.sync();
    const id = await bed.send("t/slow");
    await until(() => bed.effects.length === 1);
    bed.kill();
    first.open();
    bed.reopen();
    await bed.pass(1);
    expect(bed.effects).toEqual(["attempt 0", "attempt 0"]);
    expect(await bed.runs(id)).toMatchObject([{ status: "Completed" }]);
  });

  test("writes nothing afterwards, though the app still answers it", async () => {
    const late = door();
    bed = openBed((make, effects) => [
      make("slow", { triggers: [{ event: "t/slow" }] }, async ({ step }) => {
        await step.run("work", async () => {
          effects.push("begun");
          await late.opened;
          effects.push("ended");
        });
      }),
    ]);
    await bed.sync();
    await bed.send("t/slow");
    await until(() => bed.effects.length === 1);
    bed.kill();
    const left = readFileSync(bed.file);
    late.open();
    await until(() => bed.effects.length === 2);
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
    expect(readFileSync(bed.file).equals(left)).toBe(true);
    await expect(bed.ask("POST", "/e/key", JSON.stringify({ name: "t/slow" }))).rejects.toThrow();
  });

  test("in the middle of passing time: the call ends, and the next engine begins where it was", async () => {
    const held = door();
    bed = openBed((make, effects) => [
      make("nap", { triggers: [{ event: "t/nap" }] }, async ({ step }) => {
        await step.sleep("nap", "1h");
        await step.run("work", async () => {
          effects.push("awake");
          if (effects.length === 1) await held.opened;
        });
      }),
    ]);
    await bed.sync();
    await bed.send("t/nap");
    const passing = bed.pass(DAY);
    await until(() => bed.effects.length === 1);
    bed.kill();
    await passing;
    bed.reopen(START);
    expect(bed.engine.now()).toBe(START + HOUR);
    await bed.pass(1);
    expect(bed.effects).toEqual(["awake", "awake"]);
  });

  test("and was off while several sleeps ended: they end in the order they fell due", async () => {
    bed = openBed((make, effects) => [
      make("f", { triggers: [{ event: "t/go" }] }, async ({ step }) => {
        const nap = (minutes: number) => step.sleep(`nap ${minutes}`, minutes * MINUTE).then(() => minutes);
        effects.push(await Promise.race([nap(50), nap(10), nap(30)]));
      }),
    ]);
    await bed.sync();
    await bed.send("t/go");
    await bed.engine.settled();
    bed.kill();
    bed.reopen(START + DAY);
    await bed.pass(1);
    expect(bed.effects).toEqual([10]);
  });

  test("between a parallel group's steps: what has a result is not called again", async () => {
    const second = door();
    bed = openBed((make, effects) => [
      make("pair", { triggers: [{ event: "t/pair" }] }, async ({ step }) => {
        await Promise.all([
          step.run("quick", () => void effects.push("quick")),
          step.run("slow", async () => {
            effects.push("slow");
            if (effects.filter((effect) => effect === "slow").length === 1) await second.opened;
          }),
        ]);
        await step.run("after", () => void effects.push("after"));
      }),
    ]);
    await bed.sync();
    await bed.send("t/pair");
    await until(() => bed.effects.length === 2);
    // The quick one's answer is taken in before the kill.
    await until(() => bed.engine.ctx.store.get("select 1 from memo") !== undefined);
    bed.kill();
    second.open();
    bed.reopen();
    await bed.pass(1);
    expect(bed.effects.sort()).toEqual(["after", "quick", "slow", "slow"]);
  });

  test("an SDK that repeats a request gets the same ids, and one run comes of it", async () => {
    bed = threeSteps();
    await bed.sync();
    const body = JSON.stringify({ name: "t/week", data: {} });
    const seed = { "x-inngest-event-id-seed": "1700000000000,AAAAAAAAAAAAAA==" };
    const first: unknown = await (await bed.ask("POST", "/e/key", body, seed)).json();
    await bed.pass(1);
    bed.kill();
    bed.reopen();
    expect(await (await bed.ask("POST", "/e/key", body, seed)).json()).toEqual(first);
    await bed.pass(1);
    expect(bed.effects).toEqual(["before"]);
  });
});

describe("one file", () => {
  test("is held by one engine: a second is refused, and gets it when the first is gone", async () => {
    bed = threeSteps();
    const second = () => openEngine({ file: bed.file, clock: manualClock(START), random: () => 0 });
    expect(second).toThrow("another engine already works on");
    bed.kill();
    second().kill();
  });

  test("of another version is refused, not emptied", async () => {
    bed = threeSteps();
    bed.kill();
    const db = new Database(bed.file);
    db.pragma("user_version = 1");
    db.close();
    expect(() => bed.reopen()).toThrow("written by another version");
    expect(statSync(bed.file).size).toBeGreaterThan(0);
  });
});

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });

describe("the process", () => {
  const main = join(import.meta.dirname, "main.ts");
  const run = (args: string[], env: Record<string, string> = {}): ChildProcess =>
    spawn(process.execPath, ["--import", "tsx", main, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...env },
    });
  const said = async (child: ChildProcess, words: RegExp): Promise<string> => {
    let text = "";
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (text += String(chunk)));
    await until(() => words.test(text) || child.exitCode !== null);
    return text;
  };
  const gone = async (child: ChildProcess): Promise<void> => {
    const closed = new Promise((resolve) => child.once("close", resolve));
    child.kill("SIGKILL");
    await closed;
  };

  test("does not start with APP_MODE=live", async () => {
    bed = threeSteps();
    const child = run(["--db", ":memory:"], { APP_MODE: "live" });
    expect(await said(child, /live/)).toContain("it does not start with APP_MODE=live");
    await until(() => child.exitCode !== null);
    expect(child.exitCode).toBe(1);
  });

  test("killed with SIGKILL again and again, every run ends all the same", async () => {
    bed = threeSteps();
    bed.kill();
    const [enginePort, appPort] = [await freePort(), await freePort()];
    const url = `http://127.0.0.1:${enginePort}`;
    const ended = new Set<string>();
    let steps = 0;
    const client = new Inngest({
      id: "app",
      isDev: true,
      baseUrl: url,
      checkpointing: false,
      logger: SILENT,
    });
    const threeMore = client.createFunction(
      { id: "f", retries: 20, triggers: [{ event: "t/go" }] },
      async ({ event, step }) => {
        for (const name of ["one", "two", "three"]) await step.run(name, () => void steps++);
        ended.add(String(event.data.n));
      },
    );
    const app = createHttpServer(
      serve({ client, functions: [threeMore], serveOrigin: `http://127.0.0.1:${appPort}` }),
    ).listen(appPort, "127.0.0.1");
    const start = async (words: RegExp) => {
      const child = run([
        ...["--port", String(enginePort), "--db", bed.file, "--retry-interval", "1"],
        ...["--sdk-url", `http://127.0.0.1:${appPort}/api/inngest`],
      ]);
      await said(child, words);
      return child;
    };
    const runs = 40;
    let engine = await start(/knows the functions/);
    const events = Array.from({ length: runs }, (_, n) => ({ name: "t/go", data: { n } }));
    await fetch(`${url}/e/key`, { method: "POST", body: JSON.stringify(events) });
    for (const seen of [5, 40, 80]) {
      await until(() => steps >= seen);
      await gone(engine);
      engine = await start(/listening/);
    }
    await until(() => ended.size === runs);
    await gone(engine);
    app.close();
    app.closeAllConnections();
    expect(steps).toBeGreaterThanOrEqual(3 * runs);
  });

  test("killed with SIGKILL right after it took an event, it still has it when it is back", async () => {
    bed = threeSteps();
    bed.kill();
    const port = await freePort();
    const args = ["--port", String(port), "--db", bed.file, "--sdk-url", "http://127.0.0.1:9/none"];
    const first = run(args);
    await said(first, /listening/);
    const url = `http://127.0.0.1:${port}`;
    const sent = await fetch(`${url}/e/key`, { method: "POST", body: JSON.stringify({ name: "t/kept" }) });
    const { ids } = (await sent.json()) as { ids: string[] }; // the engine's own answer
    await gone(first);
    const second = run(args);
    await said(second, /listening/);
    const found = await fetch(`${url}/v1/events/${ids[0]}`);
    expect(await found.json()).toMatchObject({ data: { name: "t/kept" } });
    await gone(second);
  });
});
