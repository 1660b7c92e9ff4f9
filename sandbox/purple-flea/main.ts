/** The sandbox Purple Flea alone: `npm run purple-flea -- --port 8400 --seed 1 --db FILE`. */
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { z } from "zod";
import { wallClock } from "../../domain/clock";
import { createApi, Dropped } from "./api";
import { openUpstream } from "./upstream";

const { values: args } = parseArgs({
  options: {
    port: { type: "string", default: "8400" },
    seed: { type: "string", default: "1" },
    db: { type: "string", default: ":memory:" },
    "webhook-url": { type: "string", default: "http://127.0.0.1:3000/webhooks/purple-flea" },
    "webhook-secret": { type: "string", default: "whsec_sandbox" },
    "api-key": { type: "string", default: "pf_live_sandbox" },
    "clock-url": { type: "string" },
    /** Takes no notice of Idempotency-Key: a request that comes twice is carried out twice. */
    "forget-keys": { type: "boolean", default: false },
  },
});
if (process.env.APP_MODE === "live") {
  console.error("The sandbox Purple Flea is for practice and tests: it does not start with APP_MODE=live.");
  process.exit(1);
}

let offset = 0;
const now = () => wallClock.now() + offset;
const clockUrl = args["clock-url"];
/** How far the engine's time is from the machine's, ms; null when the engine is off. */
async function readClock(): Promise<number | null> {
  if (!clockUrl) return null;
  try {
    const clock = z.object({ offset_ms: z.number() }).parse(await (await fetch(clockUrl)).json());
    return clock.offset_ms;
  } catch {
    return null;
  }
}
const first = await readClock();
offset = first ?? 0;

const upstream = openUpstream({
  file: args.db,
  seed: args.seed,
  now,
  wallNow: wallClock.now,
  webhookUrl: args["webhook-url"],
  webhookSecret: args["webhook-secret"],
});
function follow(offsetMs: number): void {
  if (offsetMs === upstream.keptOffset()) return;
  offset = offsetMs;
  upstream.keepOffset(offsetMs);
}
// While the engine is off time goes on as it was, also for a process that starts meanwhile.
if (first === null) offset = upstream.keptOffset();
else follow(first);
if (args["forget-keys"])
  upstream.faults.add({ call: "*", kind: "ignore-idempotency", times: Number.MAX_SAFE_INTEGER });
const handle = createApi({
  upstream,
  apiKey: args["api-key"],
  now,
  follow: (_nowMs, offsetMs) => follow(offsetMs),
});

const server = createServer((incoming, outgoing) => {
  const chunks: Buffer[] = [];
  incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
  incoming.on("end", () => {
    const method = incoming.method ?? "GET";
    const headers = new Headers(
      Object.entries(incoming.headers).flatMap(([name, value]) =>
        typeof value === "string" ? [[name, value] as [string, string]] : [],
      ),
    );
    const request = new Request(`http://127.0.0.1:${args.port}${incoming.url ?? "/"}`, {
      method,
      headers,
      ...(method !== "GET" && method !== "HEAD" && { body: Buffer.concat(chunks) }),
    });
    handle(request).then(
      async (response) => {
        outgoing.writeHead(response.status, Object.fromEntries(response.headers));
        outgoing.end(await response.text());
      },
      (error: unknown) => {
        if (error instanceof Dropped) return outgoing.destroy();
        console.error(`purple flea: ${error instanceof Error ? error.message : String(error)}`);
        outgoing.writeHead(500, { "content-type": "application/json" });
        outgoing.end(JSON.stringify({ error: "internal", message: "the sandbox failed" }));
        return;
      },
    );
  });
});
server.listen(Number(args.port), "127.0.0.1", () =>
  console.log(`purple flea: listening on http://127.0.0.1:${args.port}`),
);

let busy = false;
const timer = setInterval(() => {
  if (busy) return;
  busy = true;
  void upstream.catchUp().finally(() => (busy = false));
}, 500);
const clockTimer = setInterval(
  () => void readClock().then((read) => (read === null || !upstream.db.open ? undefined : follow(read))),
  1_000,
);

function stop(): void {
  clearInterval(timer);
  clearInterval(clockTimer);
  server.close();
  server.closeAllConnections();
  upstream.db.close();
  process.exit(0);
}
process.once("SIGTERM", stop);
process.once("SIGINT", stop);
// A sandbox does not outlive the process that started it: that one holds the other end of this pipe.
if (process.env.SANDBOX_CHILD) process.stdin.on("end", stop).resume();
