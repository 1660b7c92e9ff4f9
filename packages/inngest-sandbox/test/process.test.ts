import { spawn, type ChildProcess } from "node:child_process";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";
import { join } from "node:path";
import { Inngest } from "inngest";
import { serve } from "inngest/node";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openBed, SILENT, until, type Bed } from "./testing";

/** Only its file is used: the engine on it is a process of its own. */
let bed: Bed;
beforeEach(() => {
  bed = openBed(() => []);
  bed.kill();
});
afterEach(() => bed.close());

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });

describe("the process", () => {
  const main = join(import.meta.dirname, "../src/main.ts");
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
    const child = run(["--db", ":memory:"], { APP_MODE: "live" });
    expect(await said(child, /live/)).toContain("it does not start with APP_MODE=live");
    await until(() => child.exitCode !== null);
    expect(child.exitCode).toBe(1);
  });

  test("killed with SIGKILL again and again, every run ends all the same", async () => {
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
