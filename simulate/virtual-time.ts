import { AsyncResource } from "node:async_hooks";
import { scope, type Life } from "./life";

interface Timer {
  at: number;
  run: (() => void) | null;
  everyMs: number | null;
  life: Life | undefined;
  /** Where the code that waits belongs to, as promises and real timers keep it. */
  context: AsyncResource;
}
type Work = (...args: unknown[]) => void;

const { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, clearImmediate } = globalThis;
const { queueMicrotask, Date: RealDate } = globalThis;
const timers = { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, clearImmediate };
const realRandom = Math.random.bind(Math);

/**
 * Time, timers and chance of this whole JavaScript process, in our hands: `Date`, `setTimeout` and `Math.random` are replaced,
 * so that back-offs and time-outs of libraries pass in virtual time as well and every run is the same. A library for fake
 * timers yields a real timer's millisecond for each virtual one, which is most of what a history may take.
 */
export class VirtualTime {
  /** The last one is the next to run. */
  private waiting: Timer[] = [];

  constructor(
    private moment: number,
    random: () => number,
  ) {
    this.install(random);
  }

  now = (): number => this.moment;

  /** Runs `work` after `ms` of virtual time. Timers of a process that stopped do not run. */
  after(ms: number, work: () => void, everyMs: number | null = null): Timer {
    const timer = {
      at: this.moment + Math.max(0, Math.ceil(ms)),
      run: work,
      everyMs,
      context: new AsyncResource("virtual timer"),
      life: scope.getStore()?.life,
    };
    this.insert(timer);
    return timer;
  }

  /** Lets time pass up to a moment: each timer at its own moment, each after everything before it has come to rest. */
  async runUntil(target: number): Promise<void> {
    for (;;) {
      await this.settle();
      const next = this.next();
      if (!next || next.at > target) break;
      this.waiting.pop();
      this.moment = Math.max(this.moment, next.at);
      const { run } = next;
      if (next.everyMs !== null) this.insert(Object.assign(next, { at: this.moment + next.everyMs }));
      if (run) next.context.runInAsyncScope(call, null, run, next.life);
    }
    this.moment = Math.max(this.moment, target);
  }

  /** Runs until `condition` holds. @throws Error when it does not within `limitMs` of virtual time */
  async runUntilTrue(what: string, condition: () => boolean, limitMs: number): Promise<void> {
    const limit = this.moment + limitMs;
    for (;;) {
      await this.settle();
      if (condition()) return;
      const next = this.next();
      if (!next || next.at > limit) throw new Error(`it never came to this: ${what}`);
      await this.runUntil(next.at);
    }
  }

  /** Resolves when no promise and no callback can go on without time passing: Node's ticks come when all promises are at rest. */
  private settle(): Promise<void> {
    return new Promise((resolve) => process.nextTick(resolve));
  }

  uninstall(): void {
    this.waiting = [];
    Object.assign(globalThis, timers, { queueMicrotask, Date: RealDate });
    Math.random = realRandom;
  }

  private install(random: () => number): void {
    const now = this.now;
    const clear = (timer: unknown) => {
      if (typeof timer === "object" && timer !== null && "run" in timer) timer.run = null;
    };
    const handle = (timer: Timer) =>
      Object.assign(timer, { ref: () => timer, unref: () => timer, hasRef: () => true });
    Object.assign(globalThis, {
      setTimeout: (work: Work, ms = 0, ...args: unknown[]) => handle(this.after(ms, () => work(...args))),
      setInterval: (work: Work, ms = 0, ...args: unknown[]) => {
        const every = Math.max(1, Math.ceil(ms));
        return handle(this.after(every, () => work(...args), every));
      },
      setImmediate: (work: Work, ...args: unknown[]) => handle(this.after(0, () => work(...args))),
      clearTimeout: clear,
      clearImmediate: clear,
      clearInterval: clear,
      queueMicrotask: (work: () => void) => {
        const life = scope.getStore()?.life;
        queueMicrotask(() => call(work, life));
      },
      Date: class extends RealDate {
        constructor(...args: [] | [number | string | Date]) {
          super(...((args.length === 0 ? [now()] : args) as [number])); // the platform's overloads take each of these
        }
        static override now = now;
      },
    });
    Math.random = random;
  }

  /** Puts a timer before all that are due at its moment or sooner: those run first. */
  private insert(timer: Timer): void {
    let [low, high] = [0, this.waiting.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.waiting[middle]?.at ?? 0) > timer.at) low = middle + 1;
      else high = middle;
    }
    this.waiting.splice(low, 0, timer);
  }

  /** The next timer that has not been cleared, and whose process lives. */
  private next(): Timer | undefined {
    for (;;) {
      const timer = this.waiting.at(-1);
      if (!timer || (timer.run !== null && timer.life?.alive !== false)) return timer;
      this.waiting.pop();
    }
  }
}

/** What a stopped process still throws is nobody's: its memory is gone. */
function call(work: () => void, life: Life | undefined): void {
  const gone = () => life !== undefined && !life.alive;
  if (gone()) return;
  try {
    work();
  } catch (error) {
    if (!gone()) throw error;
  }
}
