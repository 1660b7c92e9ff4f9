import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Inngest, type InngestFunction } from "inngest";
import { serve } from "inngest/remix";
import { manualClock, wallClock } from "../src/clock";
import { createApi } from "../src/api";
import { CONTEXT, openEngine, type Engine, type EngineOptions } from "../src/engine";
import { syncApp } from "../src/sync";

/** Years ahead: the SDK stamps what it sends with the machine's own time, and an event from the future would wait for it. */
export const START = Date.UTC(2032, 0, 5, 12);
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
const APP = "http://app.test";
const ENGINE = "http://127.0.0.1:8288";
/** For clients whose log nobody reads. */
export const SILENT = { info() {}, warn() {}, error() {}, debug() {} };

type Create = Inngest.Any["createFunction"];
type Config = Omit<Parameters<Create>[0], "id">;
type Handler = Parameters<Create>[1];
type Make = (id: string, config: Config, handler: Handler) => InngestFunction.Any;

export interface BedOptions extends Partial<Omit<EngineOptions, "file" | "clock" | "fetch">> {
  /** The keys the app has; the engine's are `signingKey` and `signingKeyFallback`. */
  appKeys?: { signingKey: string; signingKeyFallback?: string };
  /** Event keys that the engine asks for; any is accepted unless given. */
  eventKeys?: string[];
  /** The app answers with a stream that is kept alive while it works. */
  streaming?: true;
  /** Stands between engine and app; hands on to `app` what it does not answer itself. */
  between?: (request: Request, app: (request: Request) => Promise<Response>) => Promise<Response>;
}
export interface SeenRun {
  run_id: string;
  status: string;
  output?: unknown;
}

type Functions = (make: Make, effects: string[]) => InngestFunction.Any[];

/** An engine on a file of its own and an app beside it, in one process, on a clock that stands still until it is moved. */
export function openBed(functions: Functions, options: BedOptions = {}) {
  const folder = mkdtempSync(join(tmpdir(), "engine-"));
  const file = join(folder, "engine.sqlite");
  const { appKeys, between, eventKeys = [], streaming, ...engineOptions } = options;
  const effects: string[] = [];
  const requests: Request[] = [];
  const client: Inngest.Any = new Inngest({
    id: "app",
    isDev: !appKeys,
    ...appKeys,
    eventKey: "key",
    checkpointing: false,
    baseUrl: ENGINE,
    logger: SILENT,
    fetch: (input, init): Promise<Response> => api()(new Request(input, init)),
  });
  const make: Make = (id, config, handler) => client.createFunction({ id, ...config }, handler);
  const serving = (of: Functions) =>
    serve({
      client,
      functions: of(make, effects),
      serveOrigin: APP,
      servePath: "/api/inngest",
      streaming,
    });
  let handler = serving(functions);
  const app = (request: Request): Promise<Response> => handler({ request });
  async function callApp(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    const request = new Request(input, init);
    request.headers.set("host", new URL(request.url).host);
    requests.push(request.clone());
    return between ? between(request, app) : app(request);
  }
  function open(at: number): Engine {
    const opened = openEngine({
      random: () => 0,
      signingClock: wallClock,
      ...engineOptions,
      file,
      clock: manualClock(at),
      fetch: callApp,
    });
    opened.start();
    return opened;
  }
  let engine = open(START);
  const keys = [options.signingKey, options.signingKeyFallback].filter((key) => key !== undefined);
  const api = (): ((request: Request) => Promise<Response>) =>
    createApi({ engine, signingKeys: keys, eventKeys, sdkUrls: [`${APP}/api/inngest`] });

  const bed = {
    file,
    effects,
    /** What the engine asked of the app, in order. */
    requests,
    client,
    app,
    get engine() {
      return engine;
    },
    /** The engine's insides. */
    get ctx() {
      return engine[CONTEXT];
    },
    /** The app is now another version of itself; the engine learns of it with the next `sync`. */
    deploy(other: Functions) {
      handler = serving(other);
    },
    sync: () => syncApp(engine, `${APP}/api/inngest`),
    /** Asks the engine over its API. */
    ask: (method: string, path: string, body?: string, headers: Record<string, string> = {}) =>
      api()(new Request(`${ENGINE}${path}`, { method, body, headers })),
    async send(name: string, data: object = {}, more: object = {}): Promise<string> {
      const reply = await bed.ask("POST", "/e/key", JSON.stringify({ ...more, name, data }));
      const { ids } = (await reply.json()) as { ids: string[] }; // the engine's own answer
      return ids[0] ?? "";
    },
    async runs(eventId: string): Promise<SeenRun[]> {
      const reply = await bed.ask("GET", `/v1/events/${eventId}/runs`);
      return ((await reply.json()) as { data: SeenRun[] }).data; // the engine's own answer
    },
    pass: (ms: number) => engine.advance(ms),
    kill: () => engine.kill(),
    /** Another engine on the same file, after the last one was killed; the time it had moved to is kept there. */
    reopen(at = START) {
      engine = open(at);
    },
    async close() {
      await engine.stop().catch(() => undefined);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return bed;
}
export type Bed = ReturnType<typeof openBed>;

/** Waits until something has come about, while no clock moves. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
/** A door that a step waits at until the test opens it. */
export function door() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}
