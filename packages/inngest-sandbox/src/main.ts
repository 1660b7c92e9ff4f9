/** The command: `inngest-sandbox --port 8288 --sdk-url URL --retry-interval 1 --db FILE`. */
import { parseArgs } from "node:util";
import { createApi } from "./api";
import { openEngine, type Engine } from "./engine";
import { listen } from "./listen";
import { syncApp } from "./sync";

const RESYNC_MS = 5_000;
const UNTIL_FOUND_MS = 250;
/** How long a follower of the clock is waited for: one that hangs holds up neither a move nor the engine's start. */
const FOLLOWER_MS = 15_000;

const { values: args } = parseArgs({
  options: {
    port: { type: "string", default: "8288" },
    "sdk-url": { type: "string", multiple: true, default: ["http://127.0.0.1:3000/api/inngest"] },
    "retry-interval": { type: "string" },
    db: { type: "string", default: ":memory:" },
    "clock-follower": { type: "string", multiple: true, default: [] },
    "dashboard-url": { type: "string" },
    "retain-runs": { type: "string" },
  },
});
const say = (message: string) => console.log(`engine: ${message}`);
const die = (message: string): never => {
  console.error(`engine: ${message}`);
  process.exit(1);
};
if (process.env.APP_MODE === "live")
  die("this is for practice and tests: it does not start with APP_MODE=live");

async function tellFollowers(nowMs: number, offsetMs: number): Promise<void> {
  const body = JSON.stringify({ now_ms: nowMs, offset_ms: offsetMs });
  const tell = async (url: string) => {
    const answered = fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    }).then(
      () => true,
      () => false,
    );
    const late = new Promise<boolean>((resolve) => setTimeout(resolve, FOLLOWER_MS, false).unref());
    if (!(await Promise.race([answered, late]))) say(`${url} does not follow the clock`);
  };
  await Promise.all(args["clock-follower"].map(tell));
}

const keys = [process.env.INNGEST_SIGNING_KEY, process.env.INNGEST_SIGNING_KEY_FALLBACK].filter(
  (key): key is string => Boolean(key),
);
function open(): Engine {
  try {
    return openEngine({
      file: args.db,
      signingKey: keys[0],
      signingKeyFallback: keys[1],
      retryIntervalMs:
        args["retry-interval"] === undefined ? undefined : Number(args["retry-interval"]) * 1_000,
      retainRuns: args["retain-runs"] === undefined ? undefined : Number(args["retain-runs"]),
      onTimeMoved: tellFollowers,
      log: say,
    });
  } catch (error) {
    return die(error instanceof Error ? error.message : String(error));
  }
}
const engine = open();
const handle = createApi({
  engine,
  signingKeys: keys,
  eventKeys: process.env.INNGEST_EVENT_KEY ? [process.env.INNGEST_EVENT_KEY] : [],
  sdkUrls: args["sdk-url"],
  dashboardUrl: args["dashboard-url"],
  onError: say,
});
const server = await listen(handle, Number(args.port)).catch((error: unknown) =>
  die(`port ${args.port} cannot be listened on: ${error instanceof Error ? error.message : String(error)}`),
);
// Whoever started while the engine was off, or missed a move, hears the time before anything runs at it.
await tellFollowers(engine.now(), engine.offset());
engine.start();
say(`listening on http://127.0.0.1:${args.port}`);

let stopping = false;
const said = new Map<string, string>();
async function keepInSync(url: string): Promise<void> {
  if (stopping) return;
  const outcome = engine.isPaused() ? "unchanged" : await syncApp(engine, url);
  const words = typeof outcome === "string" ? outcome : outcome.error;
  if (words !== "unchanged" && said.get(url) !== words)
    say(words === "synced" ? `knows the functions at ${url}` : words);
  if (words !== "unchanged") said.set(url, words);
  const found = typeof outcome === "string" || engine.functions().length > 0;
  setTimeout(() => void keepInSync(url), found ? RESYNC_MS : UNTIL_FOUND_MS).unref();
}
for (const url of args["sdk-url"]) void keepInSync(url);

async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  server.close();
  server.closeAllConnections();
  await engine.stop();
  process.exit(0);
}
process.once("SIGTERM", () => void stop());
process.once("SIGINT", () => void stop());
// A sandbox does not outlive the process that started it: that one holds the other end of this pipe.
if (process.env.SANDBOX_CHILD) process.stdin.on("end", () => void stop()).resume();
