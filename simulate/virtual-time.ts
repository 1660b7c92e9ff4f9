import { AsyncResource } from "node:async_hooks";
import { scope, type Life } from "./life";

interface Timer {
  at: number;
  seq: number;
  run: (() => void) | null;
  everyMs: number | null;
  life: Life | undefined;
  /** Where the code that waits belongs to, as promises and real timers keep it. */
  context: AsyncResource;
}

const real = {
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval,
  clearInterval: globalThis.clearInterval,
  setImmediate: globalThis.setImmediate,
  clearImmediate: globalThis.clearImmediate,
  queueMicrotask: globalThis.queueMicrotask,
  Date: globalThis.Date,
  random: Math.random.bind(Math),
};

/**
 * Time, timers and chance of this whole JavaScript process, in our hands: `Date`, `setTimeout` and `Math.random` are replaced,
 * so that back-offs and time-outs of libraries pass in virtual time as well and every run is the same. A library for fake
 * timers yields a real timer's millisecond for each virtual one, which is most of what a history may take.
 */
export class VirtualTime {
  private readonly timers: Timer[] = [];
  private seq = 0;

  constructor(
    private moment: number,
    random: () => number,
  ) {
    this.install(random);
  }

  now = (): number => this.moment;

  /** Runs `work` after `ms` of virtual time. Timers of a process that stopped do not run. */
  after(ms: number, work: () => void): Timer {
    return this.add(Math.max(0, Math.ceil(ms)), work, null);
  }

  /** Lets time pass up to a moment: each timer at its own moment, each after everything before it has come to rest. */
  async runUntil(target: number): Promise<void> {
    for (;;) {
      await this.settle();
      const next = this.peek();
      if (!next || next.at > target) break;
      this.pop();
      this.moment = Math.max(this.moment, next.at);
      const { run } = next;
      if (run === null || next.life?.alive === false) continue;
      if (next.everyMs !== null)
        this.push(Object.assign(next, { at: this.moment + next.everyMs, seq: this.seq++ }));
      next.context.runInAsyncScope(call, null, run, next.life);
    }
    this.moment = Math.max(this.moment, target);
  }

  /** Runs until `condition` holds. @throws Error when it does not within `limitMs` of virtual time */
  async runUntilTrue(what: string, condition: () => boolean, limitMs: number): Promise<void> {
    const limit = this.moment + limitMs;
    for (;;) {
      await this.settle();
      if (condition()) return;
      const next = this.peek();
      if (!next || next.at > limit) throw new Error(`it never came to this: ${what}`);
      await this.runUntil(next.at);
    }
  }

  /** Resolves when no promise and no callback can go on without time passing: Node's ticks come when all promises are at rest. */
  settle(): Promise<void> {
    return new Promise((resolve) => process.nextTick(resolve));
  }

  uninstall(): void {
    this.timers.length = 0;
    Object.assign(globalThis, {
      setTimeout: real.setTimeout,
      clearTimeout: real.clearTimeout,
      setInterval: real.setInterval,
      clearInterval: real.clearInterval,
      setImmediate: real.setImmediate,
      clearImmediate: real.clearImmediate,
      queueMicrotask: real.queueMicrotask,
      Date: real.Date,
    });
    Math.random = real.random;
  }

  private install(random: () => number): void {
    const now = this.now;
    const clear = (timer: unknown) => {
      if (typeof timer === "object" && timer !== null && "run" in timer) timer.run = null;
    };
    const handle = (timer: Timer) =>
      Object.assign(timer, { ref: () => timer, unref: () => timer, hasRef: () => true });
    Object.assign(globalThis, {
      setTimeout: (work: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
        handle(this.add(Math.max(0, Math.ceil(ms)), () => work(...args), null)),
      setInterval: (work: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
        handle(this.add(Math.max(1, Math.ceil(ms)), () => work(...args), Math.max(1, Math.ceil(ms)))),
      setImmediate: (work: (...args: unknown[]) => void, ...args: unknown[]) =>
        handle(this.add(0, () => work(...args), null)),
      clearTimeout: clear,
      clearImmediate: clear,
      clearInterval: clear,
      queueMicrotask: (work: () => void) => {
        const life = scope.getStore()?.life;
        real.queueMicrotask(() => call(work, life));
      },
      Date: class extends real.Date {
        constructor(...args: [] | [number | string | Date]) {
          super(...((args.length === 0 ? [now()] : args) as [number]));
        }
        static override now = now;
      },
    });
    Math.random = random;
  }

  private add(ms: number, work: () => void, everyMs: number | null): Timer {
    const timer = {
      at: this.moment + ms,
      seq: this.seq++,
      run: work,
      context: new AsyncResource("virtual timer"),
      everyMs,
      life: scope.getStore()?.life,
    };
    this.push(timer);
    return timer;
  }

  private push(timer: Timer): void {
    const { timers } = this;
    timers.push(timer);
    for (let at = timers.length - 1; at > 0;) {
      const parent = (at - 1) >> 1;
      if (!this.swapIfBefore(at, parent)) break;
      at = parent;
    }
  }

  /** The next timer that has not been cleared. */
  private peek(): Timer | undefined {
    while (this.timers[0] && (this.timers[0].run === null || this.timers[0].life?.alive === false))
      this.pop();
    return this.timers[0];
  }

  private pop(): void {
    const { timers } = this;
    const last = timers.pop();
    if (timers.length === 0 || !last) return;
    timers[0] = last;
    for (let at = 0; ;) {
      const left = at * 2 + 1;
      if (left >= timers.length) return;
      const right = left + 1;
      const first = right < timers.length && before(timers[right], timers[left]) ? right : left;
      if (!this.swapIfBefore(first, at)) return;
      at = first;
    }
  }

  private swapIfBefore(child: number, parent: number): boolean {
    const [a, b] = [this.timers[child], this.timers[parent]];
    if (!a || !b || !before(a, b)) return false;
    this.timers[child] = b;
    this.timers[parent] = a;
    return true;
  }
}

function before(a: Timer | undefined, b: Timer | undefined): boolean {
  if (!a || !b) return false;
  return a.at < b.at || (a.at === b.at && a.seq < b.seq);
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
