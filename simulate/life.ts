import { AsyncLocalStorage } from "node:async_hooks";

/** The processes that can be stopped. */
export { machineNames as victims, type MachineName as Victim } from "../sandbox/trio";

/** One life of a simulated process: from its start until it stops or is stopped. What it has begun is gone with it. */
export class Life {
  alive = true;
  private readonly mourners = new Set<() => void>();

  constructor(readonly name: string) {}

  end(): void {
    if (!this.alive) return;
    this.alive = false;
    for (const tell of this.mourners) tell();
    this.mourners.clear();
  }

  /** Calls `tell` when this life ends. Returns how to take that back. */
  whenEnded(tell: () => void): () => void {
    this.mourners.add(tell);
    return () => void this.mourners.delete(tell);
  }
}

/** One call of a function by the engine. */
export interface Task {
  functionId: string;
  /** What started the run. */
  event(): { id: string; data: Record<string, unknown> };
}

/** Whose code is running, and for what. Timers and requests ask it, so that nothing of a stopped process goes on. */
export interface Scope {
  life: Life;
  task?: Task;
}
export const scope = new AsyncLocalStorage<Scope>();

/** Thrown where a process is stopped, so that the code that was running goes no further. */
export class Stopped extends Error {
  constructor() {
    super("this process was stopped");
  }
}
