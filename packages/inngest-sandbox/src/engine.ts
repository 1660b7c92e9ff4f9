import type Database from "better-sqlite3";
import { wallClock, type Clock } from "./clock";
import type { Context } from "./context";
import { planCrons, replanCrons, skipMissedTicks } from "./crons";
import { deliver } from "./deliver";
import { plainPost, postThrough } from "./http";
import { idFactory } from "./ids";
import { createLoop } from "./loop";
import { recover } from "./queue";
import { machineRandom } from "./random";
import { Ready } from "./ready";
import { parseFunctions } from "./registration";
import { prune, pruneEvents, RETAIN_RUNS } from "./retention";
import { listRuns, type Run } from "./runs";
import { openStore, readConfig, type Store } from "./store";
import { indexTriggers } from "./triggers";

export interface EngineOptions {
  /** The SQLite file; ":memory:" unless given. */
  file?: string;
  /** The machine's, unless given. The engine's own time is this plus an offset that only moves by `advance` and `setTime`. */
  clock?: Clock;
  /** What signatures are made by: the SDK checks them against the machine's own time. `clock` unless given. */
  signingClock?: Clock;
  /** From 0 up to 1, for ids and back-off; the machine's, unless given. */
  random?: () => number;
  /** The way to the app; the platform's, unless given. An app in the same process needs no socket this way. */
  fetch?: typeof fetch;
  /** Calls are signed with this, and answers and bearers that go with it are accepted. */
  signingKey?: string;
  /** The key before or after this one, while they are being changed: accepted as well. */
  signingKeyFallback?: string;
  /** A fixed delay between attempts, ms, in place of the back-off table. */
  retryIntervalMs?: number;
  /** How many calls may be under way at once. */
  workers?: number;
  /** How many runs that are over are kept. */
  retainRuns?: number;
  /** Told of each new moment before anything is run at it; awaited. */
  onTimeMoved?: (nowMs: number, offsetMs: number) => Promise<void>;
  log?: (message: string) => void;
}

const WORKERS = 100;
/** Pruned a little at a time, so that no call waits for it. */
const PRUNE_EVERY = 100;

/** What the engine's parts share, for those parts alone. */
export const CONTEXT = Symbol("the engine's context");

/**
 * Opens an engine. Nothing runs before `start`.
 * @throws Error when another engine holds the file, or another version of the engine wrote it
 */
export function openEngine(options: EngineOptions = {}) {
  const { clock = wallClock, random = machineRandom } = options;
  const signingClock = options.signingClock ?? clock;
  const store = openStore(options.file ?? ":memory:");
  const wall = () => clock.now();
  const kept = store.get<{ value: string }>("select value from meta where key = 'offset'");
  let offset = Number(kept?.value ?? 0);
  const now = () => wall() + offset;
  const retain = options.retainRuns ?? RETAIN_RUNS;
  let seq = store.get<{ last: number | null }>("select max(seq) last from queue")?.last ?? 0;
  let endedRuns = 0;

  const ctx: Context = {
    store,
    now,
    signingNow: () => signingClock.now(),
    random,
    newId: idFactory(now, random, lastId(store)),
    nextSeq: () => ++seq,
    functions: new Map(),
    triggers: indexTriggers([]),
    ready: new Ready(),
    fetch: options.fetch ?? fetch,
    signingKeys: [options.signingKey, options.signingKeyFallback].filter((key) => key !== undefined),
    retryIntervalMs: options.retryIntervalMs,
    isSending: (runId) => loop.isSending(runId),
    deliver: (event) => deliver(ctx, event),
    wake: () => loop.wake(),
    ended() {
      if (++endedRuns % PRUNE_EVERY === 0) setImmediate(() => !loop.isOver() && prune(ctx, retain));
    },
    log: options.log ?? (() => undefined),
  };
  const plain = plainPost();
  const through = postThrough(() => ctx.fetch);
  const loop = createLoop(ctx, {
    // A `fetch` that was handed in, at once or later, is used for calls as well.
    post: (url, ...rest) =>
      (ctx.fetch === fetch && url.protocol === "http:" ? plain.post : through)(url, ...rest),
    cut: plain.cut,
    wallNow: ctx.signingNow,
    workers: options.workers ?? WORKERS,
  });
  for (const row of store.all<{ config: string }>("select config from functions")) {
    const config = readConfig(row.config);
    ctx.functions.set(config.id, config);
  }
  ctx.triggers = indexTriggers(ctx.functions.values());
  recover(ctx);

  /**
   * Takes over what an app registers.
   * @throws RegistrationError naming the function and every part of it that cannot be honoured
   */
  function register(appId: string, functions: unknown): { modified: boolean } {
    const configs = parseFunctions(appId, functions);
    const texts = new Map(configs.map((config) => [config.id, JSON.stringify(config)]));
    return store.transaction(() => {
      const before = store.all<{ id: string; config: string }>(
        "select id, config from functions where app_id = ?",
        appId,
      );
      const unchanged = before.every(({ id, config }) => texts.get(id) === config);
      if (unchanged && before.length === texts.size) return { modified: false };
      for (const { id } of before) ctx.functions.delete(id);
      store.run("delete from functions where app_id = ?", appId);
      for (const config of configs) {
        ctx.functions.set(config.id, config);
        store.run(
          "insert or replace into functions (id, app_id, config) values (?, ?, ?)",
          config.id,
          appId,
          texts.get(config.id),
        );
      }
      ctx.triggers = indexTriggers(ctx.functions.values());
      planCrons(ctx);
      ctx.wake();
      return { modified: true };
    });
  }

  /** Nothing is called before those who follow have moved as well: what an app waits for it computes from its own clock. */
  const moveTo = (moment: number): Promise<void> =>
    loop.during(async () => {
      if (loop.isOver()) return;
      offset = moment - wall();
      store.run("insert or replace into meta (key, value) values ('offset', ?)", String(offset));
      await options.onTimeMoved?.(now(), offset);
    });

  async function pass(ms: number): Promise<number> {
    const target = now() + ms;
    const before = loop.done();
    await loop.settled();
    while (!loop.isOver()) {
      const next = loop.nextDueAt();
      if (next === null || next > target) break;
      if (next > now()) await moveTo(next);
      await loop.settled();
    }
    if (target > now()) await moveTo(target);
    await loop.settled();
    return loop.done() - before;
  }
  let moving: Promise<unknown> = Promise.resolve();

  return {
    [CONTEXT]: ctx,
    /** The engine's time, ms UTC. */
    now,
    /** How far the engine's time is ahead of its clock's, ms. */
    offset: () => offset,
    /** What apps have registered. */
    functions: () => [...ctx.functions.values()],
    /** The runs that are kept, oldest first. */
    runs: (): Run[] => listRuns(store),
    /** The engine's file: for looking, and for doing to it what a test wants done. Its tables may change with any version. */
    get database(): Database.Database {
      return store.db;
    },
    /** The way to the app: may be another at any time, so that a test can cut it, delay it or listen. */
    get fetch(): typeof fetch {
      return ctx.fetch;
    },
    set fetch(way: typeof fetch) {
      ctx.fetch = way;
    },
    register,
    /** Resolves when no call is under way and nothing is ready that could run. */
    settled: loop.settled,
    /** When the next item falls due, ms; null when nothing waits. */
    nextDueAt: loop.nextDueAt,
    /** Starts to work. What fell due while it was off is done now; missed cron ticks are not. */
    start() {
      skipMissedTicks(ctx);
      prune(ctx, retain);
      pruneEvents(ctx);
      loop.start();
    },
    /** Stops taking up work and waits for what is under way. */
    async stop(): Promise<void> {
      await loop.drain();
      store.close();
    },
    /**
     * Drops everything on the spot, as a killed process does: connections are cut, and nothing is written afterwards. The
     * file is left as it is.
     */
    kill(): void {
      loop.cutShort();
      store.close();
    },
    /** Starts nothing more until `resume`; its API answers 503 meanwhile. */
    pause: loop.pause,
    resume: loop.start,
    isPaused: loop.isPaused,
    /** How many calls are under way. */
    underWay: loop.underWay,
    /** Forgets all but the newest `keep` runs that are over. */
    prune: (keep = retain) => prune(ctx, keep),
    /**
     * Sets the engine's time at once, also while a call is under way. What was due before that moment is done at that moment; crons
     * go on after it. For a history that begins in the past.
     */
    async setTime(moment: number): Promise<void> {
      await moveTo(moment);
      replanCrons(ctx);
      ctx.wake();
    },
    /**
     * Lets `ms` pass: everything that falls due on the way runs at its own time, in order, each with all that follows from
     * it at once. Returns how many items ran.
     */
    advance(ms: number): Promise<number> {
      const work = moving.then(() => pass(ms));
      moving = work.catch(() => undefined);
      return work;
    },
  };
}

function lastId(store: Store): string {
  const greatest = (sql: string) => store.get<{ last: string | null }>(sql)?.last ?? "";
  const event = greatest("select max(internal_id) last from events");
  const run = greatest("select max(id) last from runs");
  return event > run ? event : run;
}
export type Engine = ReturnType<typeof openEngine>;
