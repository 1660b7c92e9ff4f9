import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync } from "node:fs";

const START_MS = 120_000;
const LOOK_MS = 20;

export interface MachineOptions {
  name: string;
  /** What node runs: the script and its arguments. */
  args: string[];
  env: Record<string, string>;
  /** Answers 200 when it is ready. */
  ready: string;
  /** Everything it says, over all its lives. */
  logFile: string;
}

/** One process of the operating system that is killed and started again on the same files and port. */
export class Machine {
  /** Lives that ended without being ended, in words. */
  readonly deaths: string[] = [];
  private child: ChildProcess | null = null;
  private readonly ending = new WeakSet<ChildProcess>();

  constructor(private readonly options: MachineOptions) {}

  get name(): string {
    return this.options.name;
  }
  get isUp(): boolean {
    return this.child !== null;
  }

  /**
   * Starts it, unless it runs, and waits until it answers or is ended again.
   * @throws when it does not within two minutes, or ends before it does
   */
  async start(): Promise<void> {
    if (this.child) return;
    const { args, env, ready, logFile } = this.options;
    const log = openSync(logFile, "a");
    const child = spawn(process.execPath, ["--enable-source-maps", ...args], {
      // The sandbox services end when this end of the pipe does.
      stdio: ["pipe", log, log],
      env: { PATH: process.env.PATH ?? "", NODE_ENV: "production", SANDBOX_CHILD: "1", ...env },
    });
    closeSync(log);
    this.child = child;
    child.once("close", (code, signal) => {
      if (this.child === child) this.child = null;
      if (!this.ending.has(child)) this.deaths.push(`${this.name} ended by itself: ${signal ?? code}`);
    });
    for (const end = performance.now() + START_MS; performance.now() < end;) {
      if (this.ending.has(child)) return;
      if (this.child !== child) break;
      if (await answers(ready)) return;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    throw new Error(`${this.name} did not start: see ${logFile}`);
  }

  /** Stops it where it is; `thaw` lets it go on. What is sent to it meanwhile waits in its sockets. */
  freeze(): void {
    this.child?.kill("SIGSTOP");
  }
  thaw(): void {
    this.child?.kill("SIGCONT");
  }

  /** Ends it with this signal, and waits until it is gone. */
  async end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const { child } = this;
    if (!child) return;
    this.ending.add(child);
    const gone = new Promise((resolve) => child.once("close", resolve));
    child.kill(signal);
    await gone;
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
