import { getAsyncCtx } from "inngest/experimental";
import { seeded } from "./chance";
import { countEndings } from "./endings";
import { moneyCalls, type History } from "./moves";
import { MIN_REQUESTS, MIN_STOPS, MIN_TROUBLES } from "./stories";
import type { Broken } from "./evidence";
import { Ledger } from "./ledger";
import { scope } from "./life";
import type { Exchange } from "./network";
import { People } from "./people";
import { untilQuiet } from "./quiet";
import { Stops } from "./stops";
import type { Told } from "./timeline";
import { Troubles } from "./troubles";
import { check, stands } from "./verdict";
import { VirtualDriver } from "./virtual-driver";
import { LATE_START, START, World } from "./world";

const MONEY: readonly string[] = moneyCalls;
const POOR = 38_000_000n;
const MINUTE_MS = 60_000;
/** How many minutes a history is given to come to what every history has: longer than any process is away. */
const PATIENCE = 60;

/** What became of a history. */
export interface Played {
  /** What does not hold; empty when all is well. */
  broken: { rule: string; what: string }[];
  story: Told[];
  /** How often each trouble, stop and ending occurred: `trouble …`, `stop …`, `end …`. */
  counts: Record<string, number>;
  requests: number;
  exchanges: number;
}

/** Plays a history to its end and looks at what is left. `withStory` keeps every exchange. */
export async function play(history: History, withStory = false): Promise<Played> {
  // The SDK's first call loads a module, which takes real time: before virtual time begins.
  await getAsyncCtx();
  const story: Told[] = [];
  const random = seeded(history.seed + 3);
  const troubles = new Troubles(random);
  const ledger = new Ledger((thing) => {
    const asset: unknown = world.app?.reader.$client
      .prepare("select asset from trades where alert_id = ?")
      .pluck()
      .get(thing.replace("alert:", ""));
    return typeof asset === "string" ? asset : "";
  });
  /** Calls of functions that are under way. */
  const calls = new Set<Exchange>();
  let exchanges = 0;
  let webhooks = 0;
  const tell = (who: string, what: string) => {
    if (withStory) story.push({ at: Date.now(), who, what });
  };
  const disturb = (exchange: Exchange) => {
    const run = exchange.request.headers.get("x-run-id");
    if (run) ledger.disturbedRuns.add(run);
  };
  const stops = new Stops(
    () => world,
    tell,
    () => calls.forEach(disturb),
  );
  const toPurpleFlea = ({ request }: Exchange) => request.url.startsWith("http://purple-flea.test/");

  const world: World = new World({
    seed: history.seed,
    start: history.late ? LATE_START : START,
    config: history.dailyLimit ? { tradeDailyLimitMicro: 30_000_000n } : {},
    slack: history.slack,
    tell,
    committed(life) {
      if (life.name === "app") {
        const who = scope.getStore()?.task?.functionId ?? "the desk";
        stops.reach("desk-commit", `behind a commit of ${who}`, who);
      } else if (life.name === "engine") stops.reach("engine-commit", "behind a commit of the engine");
      else stops.reach("purple-flea-commit", "behind a commit of Purple Flea");
    },
    observer: {
      leaves(exchange) {
        exchanges++;
        const upstream = toPurpleFlea(exchange);
        if (exchange.call === "webhook") webhooks++;
        if (upstream) stops.reach("before-call", `before ${exchange.call}`, exchange.call);
        if (exchange.from?.alive === false) return { kind: "silence", after: false };
        const taken = troubles.take(exchange);
        if (taken) tell("trouble", `${taken.kind} on ${exchange.call}`);
        if (upstream) ledger.sent(exchange, taken?.trouble ?? null, world.time.now());
        if (exchange.call === "app.call") {
          calls.add(exchange);
          if (taken) disturb(exchange);
        }
        return taken?.trouble ?? null;
      },
      acted(exchange, reply) {
        if (toPurpleFlea(exchange)) {
          if ((reply?.ok ?? true) && MONEY.includes(exchange.call)) {
            const id = world.madeBy(exchange.request);
            if (id && ledger.acted(exchange, id, world.time.now()))
              tell("Purple Flea", `has done ${exchange.call}: ${id}`);
          }
          stops.reach("after-call", `after ${exchange.call}`, exchange.call);
        } else if (exchange.call === "engine.event") {
          stops.reach("event-taken", "after the engine took an event");
        } else if (exchange.call === "app.call") {
          stops.reach("step-answered", "after a step had run");
        } else if (exchange.call === "webhook") {
          stops.reach("webhook-taken", "after a webhook was taken");
        }
      },
      ended(exchange, outcome) {
        calls.delete(exchange);
        const lost = outcome instanceof Error && codeOf(outcome) !== "ECONNREFUSED";
        if (toPurpleFlea(exchange)) ledger.ended(exchange, !lost, world.time.now());
        if (withStory)
          tell(
            exchange.from?.name ?? "outside",
            `${exchange.call}${exchange.call === "app.call" ? ` ${new URL(exchange.request.url).searchParams.get("fnId") ?? ""}` : ""}: ${outcome instanceof Error ? codeOf(outcome) : outcome.status}`,
          );
      },
    },
  });
  try {
    if (!history.honoursKeys) world.ignoreKeys();
    if (history.wallet === "little") world.impoverish(POOR);
    world.terse = history.terse;
    await world.introduce();
    const standing = new Set<string>();
    const look = () => stands(world).forEach((what) => standing.add(what));
    const driver = new VirtualDriver(world, random, ledger, troubles, stops, tell, look);
    const people = new People(driver, history.honoursKeys);
    await people.makeAll(history.moves);
    // What was to go wrong and found no occasion gets one, and where little came of it, what did come comes once more.
    for (let n = 0; n < PATIENCE; n++) {
      const enough = troubles.count >= MIN_TROUBLES && stops.count >= MIN_STOPS;
      if (enough && people.requests + webhooks >= MIN_REQUESTS) break;
      if (troubles.count < MIN_TROUBLES) troubles.provoke();
      if (stops.count < MIN_STOPS) stops.provoke(random);
      if (enough) await driver.takeOn(people.repeatWebhook(n));
      else await people.makeAll([{ do: "sync", after: 0, desk: false }]);
      await driver.pass(MINUTE_MS);
    }
    const calm = () => {
      troubles.clear();
      stops.clear();
      void driver.takeOn(people.resume());
    };
    let amiss: Broken[] = [];
    const settled = () => (amiss = check(world, ledger, people)).length === 0;
    const stuck = await untilQuiet(world, (ms) => driver.pass(ms), calm, settled);
    const counts: Record<string, number> = {};
    for (const [kind, times] of troubles.happened) counts[`trouble ${kind}`] = times;
    for (const [where, times] of stops.happened) counts[`stop ${where}`] = times;
    countEndings(world.requireApp().reader, counts);
    const broken = [
      ...[...standing].map((what) => ({ rule: "nothing goes back", what })),
      ...stuck.map((what) => ({ rule: "everything ends", what })),
      ...amiss,
    ];
    return { broken, story, counts, requests: people.requests + webhooks, exchanges };
  } finally {
    world.close();
    // The platform lets go of what has ended when the real loop turns, which virtual time never waits for.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const codeOf = (error: Error): string => {
  const cause: unknown = error.cause;
  return typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : error.message;
};
