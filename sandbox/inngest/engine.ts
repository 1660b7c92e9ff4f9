import type { Clock } from "../../domain/clock";
import { callFunction } from "./call";
import type { Context } from "./context";
import { parseCron } from "./cron";
import { store as storeEvent, wakeHeld } from "./deliver";
import { endRun } from "./finish";
import { performFetch } from "./gateway";
import { idFactory } from "./ids";
import { settleStep } from "./memo";
import { SENDS, timeOut } from "./opcodes";
import { nextDue, promoteDue, removeItem } from "./queue";
import { parseFunctions } from "./registration";
import { prune } from "./retention";
import { schedule, startGathered } from "./schedule";
import { openStore, readConfig, type QueueRow, type RunRow } from "./store";

export interface EngineOptions {
  /** The SQLite file, or ":memory:". */
  file: string;
  /** The machine's clock; the engine's own time is this plus an offset that only moves by `advance` and `setTime`. */
  clock: Clock;
  random: () => number;
  fetch?: typeof fetch;
  signingKey?: string;
  /** A fixed delay between attempts, ms, in place of the back-off table. */
  retryIntervalMs?: number;
  /** How many calls may be under way at once. */
  workers?: number;
  /** Told of each new moment before anything is run at it; awaited. */
  onTimeMoved?: (nowMs: number, offsetMs: number) => Promise<void>;
  log?: (message: string) => void;
}

const SENT = JSON.stringify(SENDS);
const FAR_MS = 2 ** 31 - 1;
const RETAIN_RUNS = 20_000;

/** Opens an engine. Nothing runs before `start`. */
export function openEngine(options: EngineOptions) {
  const store = openStore(options.file);
  const wall = () => options.clock.now();
  let offset = Number(
    store.get<{ value: string }>("select value from meta where key = 'offset'")?.value ?? 0,
  );
  const now = () => wall() + offset;
  const underWay = new Map<string, QueueRow>();
  const slots = new Map<string, number>();
  let running = false;
  let paused = false;
  let timer: NodeJS.Timeout | undefined;
  let pumping = false;
  const idle: (() => void)[] = [];
  let finished = 0;

  const ctx: Context = {
    store,
    now,
    random: options.random,
    newId: idFactory(now, options.random),
    functions: new Map(),
    fetch: options.fetch ?? fetch,
    signingKey: options.signingKey,
    retryIntervalMs: options.retryIntervalMs,
    isSending: (runId) =>
      [...underWay.values()].some((item) => item.run_id === runId && item.payload === SENT),
    wake: () => {
      if (!pumping) {
        pumping = true;
        queueMicrotask(pump);
      }
    },
    log: options.log ?? (() => undefined),
  };
  for (const row of store.all<{ config: string }>("select config from functions")) {
    const config = readConfig(row.config);
    ctx.functions.set(config.id, config);
  }

  function pump(): void {
    pumping = false;
    if (!running || paused) return;
    fireCrons();
    promoteDue(ctx);
    for (const item of readyItems()) start(item);
    setAlarm();
    if (underWay.size === 0) for (const resolve of idle.splice(0)) resolve();
  }

  /** Ready items in order of their runs' age, as far as there are workers and slots. */
  function readyItems(): QueueRow[] {
    const chosen: QueueRow[] = [];
    const taken = new Map(slots);
    let free = (options.workers ?? 100) - underWay.size;
    let after: Pick<QueueRow, "rank" | "seq"> = { rank: -Infinity, seq: -1 };
    while (free > 0) {
      const page = store.all<QueueRow & { slots: string | null }>(
        "select q.*, r.slots from queue q left join runs r on r.id = q.run_id where q.ready = 1 and (q.rank, q.seq) > (?, ?) order by q.rank, q.seq limit 200",
        Number.isFinite(after.rank) ? after.rank : -1e15,
        after.seq,
      );
      for (const item of page) {
        if (free === 0 || underWay.has(item.id)) continue;
        if (item.kind === "wake" && ctx.isSending(item.run_id ?? "")) continue;
        const needed = callsApp(item) ? slotsIn(item.slots) : [];
        if (needed.some((slot) => (taken.get(slot.key) ?? 0) >= slot.limit)) continue;
        for (const slot of needed) taken.set(slot.key, (taken.get(slot.key) ?? 0) + 1);
        chosen.push(item);
        free--;
      }
      const last = page.at(-1);
      if (page.length < 200 || !last) break;
      after = last;
    }
    return chosen;
  }

  function start(item: QueueRow & { slots?: string | null }): void {
    if (!callsApp(item) && item.kind !== "gateway") {
      store.transaction(() => actNow(item));
      finished++;
      return;
    }
    underWay.set(item.id, item);
    const held = slotsIn(item.slots ?? null);
    for (const slot of held) slots.set(slot.key, (slots.get(slot.key) ?? 0) + 1);
    const work = item.kind === "gateway" ? performFetch(ctx, item) : callFunction(ctx, item, wall);
    void work
      .catch((error: unknown) =>
        ctx.log(
          `item ${item.id} failed inside the engine: ${error instanceof Error ? error.stack : String(error)}`,
        ),
      )
      .finally(() => {
        underWay.delete(item.id);
        finished++;
        for (const slot of held) slots.set(slot.key, (slots.get(slot.key) ?? 1) - 1);
        ctx.wake();
      });
  }

  function actNow(item: QueueRow): void {
    removeItem(ctx, item.id);
    if (item.kind === "debounce" || item.kind === "batch") return startGathered(ctx, item.id);
    const run = store.get<RunRow>("select * from runs where id = ? and ended_at is null", item.run_id);
    if (!run) return;
    if (item.kind === "wake") wakeHeld(ctx, item.payload ?? "");
    else if (item.kind === "sleep") settleStep(ctx, run, item.step_id, null, { plan: item.plan === 1 });
    else if (item.kind === "wait-timeout") timeOut(ctx, run, item.step_id);
    else if (item.kind === "finish-timeout" || run.started_at === null)
      endRun(ctx, run.id, { status: "Cancelled" });
  }

  function setAlarm(): void {
    clearTimeout(timer);
    const next = nextMoment();
    if (next !== null) timer = setTimeout(ctx.wake, Math.min(Math.max(next - now(), 1), FAR_MS));
  }

  /** The next moment anything is due, ms. */
  function nextMoment(): number | null {
    const cron =
      store.get<{ next_at: number | null }>("select min(next_at) next_at from cron")?.next_at ?? null;
    const due = nextDue(ctx);
    return cron === null ? due : due === null ? cron : Math.min(cron, due);
  }

  function fireCrons(): void {
    const due = store.all<{ id: string; next_at: number }>(
      "select id, next_at from cron where next_at <= ? order by next_at, id",
      now(),
    );
    for (const tick of due) store.transaction(() => fireCron(tick));
  }

  /** One run per tick; what was missed while nothing ran is not made up for. */
  function fireCron(tick: { id: string; next_at: number }): void {
    const [functionId = "", text = ""] = tick.id.split("\n");
    const fn = ctx.functions.get(functionId);
    const cron = parseCron(text);
    const following = cron.next(Math.max(tick.next_at, now()));
    if (!fn || following === null) return void store.run("delete from cron where id = ?", tick.id);
    store.run("update cron set next_at = ? where id = ?", following, tick.id);
    const at = new Date(tick.next_at).toISOString().replace(".000Z", "Z");
    if (
      store.run(
        "insert or ignore into seen (key, until) values (?, ?)",
        `cron:${tick.id}:${at}`,
        tick.next_at + 172_800_000,
      ).changes === 0
    )
      return;
    const event = storeEvent(ctx, {
      id: at,
      name: "inngest/scheduled.timer",
      data: { cron: text, scheduledAt: at, fireAt: at },
      ts: tick.next_at,
    });
    schedule(ctx, fn, event);
  }

  /** Takes over what an app registers; unknown options are refused with a message that names them. */
  function register(appId: string, functions: unknown): { modified: boolean } {
    const configs = parseFunctions(appId, functions);
    return store.transaction(() => {
      const before = store
        .all<{ config: string }>("select config from functions where app_id = ? order by id", appId)
        .map((row) => row.config);
      const after = [...configs]
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .map((config) => JSON.stringify(config));
      if (JSON.stringify(before) === JSON.stringify(after)) return { modified: false };
      for (const [id, config] of ctx.functions) if (config.appId === appId) ctx.functions.delete(id);
      store.run("delete from functions where app_id = ?", appId);
      for (const config of configs) {
        ctx.functions.set(config.id, config);
        store.run(
          "insert or replace into functions (id, app_id, config) values (?, ?, ?)",
          config.id,
          appId,
          JSON.stringify(config),
        );
      }
      planCrons();
      ctx.wake();
      return { modified: true };
    });
  }

  function planCrons(): void {
    const wanted = new Set<string>();
    for (const fn of ctx.functions.values()) {
      for (const trigger of fn.triggers) if ("cron" in trigger) wanted.add(`${fn.id}\n${trigger.cron}`);
    }
    for (const row of store.all<{ id: string }>("select id from cron"))
      if (!wanted.has(row.id)) store.run("delete from cron where id = ?", row.id);
    for (const id of wanted) {
      const next = parseCron(id.split("\n")[1] ?? "").next(now());
      if (next !== null) store.run("insert or ignore into cron (id, next_at) values (?, ?)", id, next);
    }
  }

  /** Resolves when nothing is under way and nothing is ready that could run. */
  function settled(): Promise<void> {
    return new Promise((resolve) => {
      idle.push(resolve);
      ctx.wake();
    });
  }

  async function moveTo(moment: number): Promise<void> {
    offset = moment - wall();
    store.run("insert or replace into meta (key, value) values ('offset', ?)", String(offset));
    await options.onTimeMoved?.(now(), offset);
  }

  let moving: Promise<unknown> = Promise.resolve();

  return {
    ctx,
    now,
    offset: () => offset,
    nextDueAt: nextMoment,
    functions: () => [...ctx.functions.values()],
    register,
    settled,
    start() {
      running = true;
      // Ticks that passed while nothing ran are gone.
      for (const row of store.all<{ id: string; next_at: number }>(
        "select id, next_at from cron where next_at <= ?",
        now(),
      )) {
        store.run(
          "update cron set next_at = ? where id = ?",
          parseCron(row.id.split("\n")[1] ?? "").next(now()) ?? 0,
          row.id,
        );
      }
      planCrons();
      prune(ctx, RETAIN_RUNS);
      ctx.wake();
    },
    /** Stops taking up work and waits for what is under way. */
    async stop(): Promise<void> {
      running = false;
      clearTimeout(timer);
      while (underWay.size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
      store.close();
    },
    /** Drops everything on the spot, as a killed process does. The file is left as it is. */
    kill(): void {
      running = false;
      clearTimeout(timer);
      store.close();
    },
    pause: () => {
      paused = true;
      clearTimeout(timer);
    },
    resume: () => {
      paused = false;
      ctx.wake();
    },
    isPaused: () => paused,
    prune: (keep = RETAIN_RUNS) => prune(ctx, keep),
    /** Sets the engine's time without running what lies between. For a history that begins in the past. */
    setTime: (moment: number) => moveTo(moment),
    /**
     * Lets `ms` pass: everything that falls due on the way runs at its own time, in order, each with all that follows from
     * it at once. Returns how many items ran.
     */
    advance(ms: number): Promise<number> {
      const work = moving.then(async () => {
        const target = now() + ms;
        const before = finished;
        await settled();
        for (;;) {
          const next = nextMoment();
          if (next === null || next > target) break;
          if (next > now()) await moveTo(next);
          await settled();
        }
        if (target > now()) await moveTo(target);
        await settled();
        return finished - before;
      });
      moving = work.catch(() => undefined);
      return work;
    },
  };
}
export type Engine = ReturnType<typeof openEngine>;

const callsApp = (item: QueueRow): boolean => item.kind === "call" || item.kind === "step";

const noSlots: { key: string; limit: number }[] = [];
function slotsIn(text: string | null): { key: string; limit: number }[] {
  return text && text !== "[]" ? (JSON.parse(text) as typeof noSlots) : noSlots; // written by schedule
}
