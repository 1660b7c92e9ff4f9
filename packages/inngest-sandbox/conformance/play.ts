import { Inngest } from "inngest";
import { serve } from "inngest/edge";
import { createApi, manualClock, openEngine, syncApp } from "../src";
import { CONTEXT } from "../src/engine";
import { SILENT } from "../test/testing";
import type { Case, Driver, Kit } from "./case";
import { isBag, type Call, type Recording } from "./recording";

/**
 * Three seconds past a minute: the next minute's tick lies within what the cron cases watch. Years ahead, because the SDK
 * stamps what it sends with the machine's own time, and an event from the future would wait for it.
 */
const START = Date.UTC(2032, 0, 5, 12, 0, 3);
const APP = "http://127.0.0.1:3999";
const ENGINE = "http://127.0.0.1:8388";
const LARGE = 100_000;
const OVER = new Set(["Completed", "Failed", "Cancelled"]);

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** Plays a case against the engine, in process and on a clock that only moves when nothing is left to do. */
export async function play(played: Case): Promise<Recording> {
  const clock = manualClock(START);
  const recording: Recording = {
    calls: [],
    effects: [],
    exchanges: [],
    systemEvents: [],
    statuses: [],
    ...(played.unordered && { unordered: true }),
  };
  const sleepers: { at: number; wake: () => void }[] = [];
  let underWay = 0;

  const engine = openEngine({
    file: ":memory:",
    clock,
    random: () => 0.5,
    retryIntervalMs: 1_000,
    fetch: (input, init) => callApp(input instanceof Request ? input : new Request(input, init)),
  });
  const api = createApi({ engine });

  const client = new Inngest({
    id: "truth",
    isDev: true,
    baseUrl: ENGINE,
    checkpointing: false,
    logger: SILENT,
    fetch: (input, init) => api(new Request(input, init)),
  });
  const observer = client.createFunction(
    {
      id: "observer",
      retries: 0,
      triggers: ["failed", "finished", "cancelled"].map((what) => ({ event: `inngest/function.${what}` })),
    },
    ({ event }: { event: { data: { function_id?: string } } }) => {
      if (event.data.function_id !== "truth-observer") recording.systemEvents.push(event);
    },
  );
  const counts = new Map<string, number>();
  const kit: Kit = {
    fn: (suffix, config, handler) =>
      client.createFunction({ id: suffix ? `${played.name}-${suffix}` : played.name, ...config }, handler),
    ev: (what) => `t/${played.name}.${what}`,
    effect: (label) => void recording.effects.push(label),
    nth(what) {
      const n = (counts.get(what) ?? 0) + 1;
      counts.set(what, n);
      return n;
    },
    pause: (ms) => new Promise((wake) => sleepers.push({ at: clock.now() + ms, wake })),
  };
  const app = serve({
    client,
    functions: [observer, ...played.functions(kit)],
    serveOrigin: APP,
    servePath: "/api/inngest",
  });

  async function callApp(request: Request): Promise<Response> {
    underWay++;
    try {
      const url = new URL(request.url);
      request.headers.set("host", url.host);
      if (url.pathname === "/echo") return await echo(request);
      const functionId = url.searchParams.get("fnId") ?? "";
      if (request.method !== "POST" || functionId === "truth-observer") return await app(request);
      return await recorded(request, functionId, url.searchParams.get("stepId") ?? "");
    } finally {
      underWay--;
    }
  }

  async function recorded(request: Request, functionId: string, stepId: string): Promise<Response> {
    const text = await request.clone().text();
    const call: Call = {
      runId: request.headers.get("x-run-id") ?? "",
      functionId,
      stepId,
      request: text.length > LARGE ? `(${text.length} characters)` : parse(text),
    };
    recording.calls.push(call);
    const fault = played.fault?.(recording.calls.length);
    if (fault && "status" in fault) {
      call.fault = `answered ${fault.status}`;
      return new Response(fault.body, { status: fault.status, headers: { "content-type": "text/html" } });
    }
    if (fault) call.fault = `cut ${fault.cut}`;
    if (fault?.cut === "before") throw new TypeError("the connection was cut");
    const response = await app(request);
    const noRetry = response.headers.get("x-inngest-no-retry") ?? undefined;
    call.response = { status: response.status, noRetry, body: parse(await response.clone().text()) };
    if (fault?.cut === "after") throw new TypeError("the connection was cut");
    return response;
  }

  /** Waits until every call that is under way is a step that takes its time, and nothing else goes on. */
  async function quiet(): Promise<void> {
    for (let calm = 0; calm < 3;) {
      await new Promise((resolve) => setImmediate(resolve));
      calm = underWay === sleepers.length ? calm + 1 : 0;
    }
  }
  async function moveTo(moment: number): Promise<void> {
    if (moment > clock.now()) clock.set(moment);
    for (const due of sleepers.filter((sleeper) => sleeper.at <= clock.now())) {
      sleepers.splice(sleepers.indexOf(due), 1);
      due.wake();
    }
    engine[CONTEXT].wake();
    await quiet();
  }
  async function pass(ms: number): Promise<void> {
    const target = clock.now() + ms;
    await quiet();
    for (;;) {
      const next = Math.min(engine.nextDueAt() ?? Infinity, ...sleepers.map((sleeper) => sleeper.at));
      if (next > target) break;
      await moveTo(next);
    }
    await moveTo(target);
  }
  async function ask(
    method: string,
    path: string,
    body?: string,
  ): Promise<{ status: number; body: unknown }> {
    const response = await api(new Request(`${ENGINE}${path}`, { method, body }));
    return { status: response.status, body: parse(await response.text()) };
  }
  const driver: Driver = {
    now: () => clock.now(),
    pass,
    echoUrl: `${APP}/echo`,
    async ask(method, path, body) {
      const reply = await ask(method, path, body);
      recording.exchanges.push({ method, path, ...reply });
      return reply;
    },
    async send(events) {
      return idsIn((await driver.ask("POST", "/e/any-key", JSON.stringify(events))).body);
    },
    tell: (what, data = {}, more = {}) => driver.send({ ...more, name: kit.ev(what), data }),
  };

  engine.start();
  const synced = await syncApp(engine, `${APP}/api/inngest`);
  if (synced !== "synced") throw new Error(`${played.name} did not register: ${JSON.stringify(synced)}`);
  await played.drive(driver);
  await pass(played.watchMs);
  const ids = recording.exchanges
    .filter(({ path }) => path.startsWith("/e"))
    .flatMap(({ body }) => idsIn(body));
  for (const id of new Set(ids.filter(Boolean)))
    recording.statuses.push(...statusesIn((await ask("GET", `/v1/events/${id}/runs`)).body));
  const over = recording.statuses.filter((status) => OVER.has(status)).length;
  for (let i = 0; i < 50 && recording.systemEvents.length < over; i++) await quiet();
  engine.kill();
  return recording;
}

async function echo(request: Request): Promise<Response> {
  const { method, headers } = request;
  const body = await request.text();
  const text = JSON.stringify({ method, body, contentType: headers.get("content-type") });
  return new Response(text, {
    headers: { "content-type": "application/json", "content-length": String(text.length) },
  });
}

function idsIn(body: unknown): string[] {
  return isBag(body) && Array.isArray(body.ids) ? body.ids.map(String) : [];
}
function statusesIn(body: unknown): string[] {
  const runs: unknown[] = isBag(body) && Array.isArray(body.data) ? body.data : [];
  return runs.map((run) => (isBag(run) ? String(run.status) : ""));
}
