/*
 * The three processes of practice, started one way for everybody: the desk's own sandbox, the demo, the browser tests and the
 * real kills.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { randomInt } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

const PATIENCE_MS = 90_000;
const LOOK_MS = 20;
/** Below the ports that systems hand out to connections of their own: one of those could sit on ours while its process is down. */
const PORTS = { from: 20_000, to: 30_000 };

export type Environment = Record<string, string | undefined>;
export interface ProcessOptions {
  name: string;
  /** What is run; node unless told. */
  file?: string;
  args: string[];
  env: Environment;
  /** An address that answers 2xx when it is ready. */
  ready: string;
  /** Where its words go: to a file, or to whoever listens. Unless told, its errors go where this process's do. */
  says?: { file: string } | ((text: string) => void);
  /** Hears that it ended although nobody ended it, and how. */
  died?: (how: string) => void;
}

/** A process of the operating system that can be ended and started again on the same files and port. */
export class Process {
  private child: ChildProcess | null = null;
  private readonly ending = new WeakSet<ChildProcess>();

  constructor(private readonly options: ProcessOptions) {}

  get isUp(): boolean {
    return this.child !== null;
  }
  /** Its id; 0 when it is down. */
  get pid(): number {
    return this.child?.pid ?? 0;
  }

  /** Starts it, unless it runs, and waits until it answers or is ended again. @throws Error when it does neither in time */
  async start(): Promise<void> {
    if (this.child) return;
    const { name, file = process.execPath, args, env, ready, says, died } = this.options;
    const log = typeof says === "object" ? openSync(says.file, "a") : null;
    const out = log ?? (says ? "pipe" : "ignore");
    const child = spawn(file, args, {
      // A sandbox service ends when this end of its pipe does.
      stdio: ["pipe", out, says ? out : "inherit"],
      env: { NODE_ENV: "production", ...env, SANDBOX_CHILD: "1" },
    });
    if (log !== null) closeSync(log);
    if (typeof says === "function")
      for (const stream of [child.stdout, child.stderr])
        stream?.on("data", (chunk: Buffer) => says(chunk.toString()));
    this.child = child;
    child.once("close", (code, signal) => {
      if (this.child === child) this.child = null;
      if (!this.ending.has(child)) died?.(`${name} ended by itself: ${signal ?? code}`);
    });
    for (const end = performance.now() + PATIENCE_MS; performance.now() < end;) {
      if (this.ending.has(child)) return;
      if (this.child !== child) break;
      if (await answers(ready)) return;
      await sleep(LOOK_MS);
    }
    throw new Error(`${name} did not start; is another one running on its port?`);
  }

  /** Ends it with this signal. @returns its exit code when it is gone; null when a signal ended it, or it was down */
  async end(signal: "SIGKILL" | "SIGTERM"): Promise<number | null> {
    const { child } = this;
    if (!child) return null;
    this.ending.add(child);
    const gone = new Promise((resolve) => child.once("close", resolve));
    child.kill(signal);
    await gone;
    return child.exitCode;
  }

  /** Stops it where it is; `thaw` lets it go on. What is sent to it meanwhile waits in its sockets. */
  freeze(): void {
    this.child?.kill("SIGSTOP");
  }
  thaw(): void {
    this.child?.kill("SIGCONT");
  }
}

export type Service = "engine" | "purple-flea";
export interface ServiceOptions {
  /** Where their files are: `engine.sqlite` and `purple-flea.sqlite`. */
  folder: string;
  appUrl: string;
  enginePort: number;
  purpleFleaPort: number;
  /** Seconds between two attempts, instead of the engine's own times. */
  retryInterval?: string;
  apiKey: string;
  webhookSecret: string;
  seed?: string;
  /** Purple Flea takes no notice of Idempotency-Key. */
  forgetKeys?: boolean;
  /** How a service is started: `node build/engine.js` unless told. */
  command?: (service: Service) => { file: string; args: string[] };
  /** What the services inherit. */
  env: Environment;
  says?: (service: Service) => ProcessOptions["says"];
  died?: (how: string) => void;
}

/** The two sandbox services, not started yet. */
export function sandboxServices(options: ServiceOptions): Record<Service, Process> {
  const { folder, appUrl, retryInterval, seed } = options;
  const { engineUrl, purpleFleaUrl } = urlsOf(options);
  const service = (name: Service, port: number, ready: string, args: string[]) => {
    const { file, args: first } = options.command?.(name) ?? { args: [`build/${name}.js`] };
    return new Process({
      name: `the sandbox's ${name}`,
      file,
      args: [...first, "--port", String(port), "--db", join(folder, `${name}.sqlite`), ...args],
      env: options.env,
      ready,
      says: options.says?.(name),
      died: options.died,
    });
  };
  return {
    engine: service("engine", options.enginePort, `${engineUrl}/health`, [
      ...["--sdk-url", `${appUrl}/api/inngest`, "--dashboard-url", `${appUrl}/runs`],
      ...["--clock-follower", `${purpleFleaUrl}/control/clock`],
      ...["--clock-follower", `${appUrl}/control/clock`],
      ...(retryInterval ? ["--retry-interval", retryInterval] : []),
    ]),
    "purple-flea": service("purple-flea", options.purpleFleaPort, `${purpleFleaUrl}/control/books`, [
      ...["--clock-url", `${engineUrl}/clock`, "--webhook-url", `${appUrl}/webhooks/purple-flea`],
      ...["--webhook-secret", options.webhookSecret, "--api-key", options.apiKey],
      ...(seed === undefined ? [] : ["--seed", seed]),
      ...(options.forgetKeys ? ["--forget-keys"] : []),
    ]),
  };
}

export interface Ports {
  appPort: number;
  enginePort: number;
  purpleFleaPort: number;
}
const urlsOf = ({ enginePort, purpleFleaPort }: Omit<Ports, "appPort">) => ({
  engineUrl: `http://127.0.0.1:${enginePort}`,
  purpleFleaUrl: `http://127.0.0.1:${purpleFleaPort}`,
});

export interface DeskOptions extends Ports {
  name?: string;
  databasePath: string;
  /** Seconds between two attempts, as above. */
  retryInterval: string;
  /** Where its sandbox keeps its files. */
  folder: string;
  /** More of its environment. */
  env: Environment;
  says?: ProcessOptions["says"];
  died?: (how: string) => void;
}

/** The built desk in practice mode, not started yet. With `SANDBOX: "off"` in its environment it starts no services of its own. */
export function practiceDesk({ appPort, enginePort, purpleFleaPort, ...options }: DeskOptions): Process {
  return new Process({
    name: "the desk",
    args: ["--enable-source-maps", "build/server.js"],
    env: {
      ...options.env,
      APP_MODE: "practice",
      PORT: String(appPort),
      DATABASE_PATH: options.databasePath,
      SANDBOX_FOLDER: options.folder,
      SANDBOX_ENGINE_PORT: String(enginePort),
      SANDBOX_PURPLE_FLEA_PORT: String(purpleFleaPort),
      SANDBOX_RETRY_INTERVAL: options.retryInterval,
    },
    ready: `http://127.0.0.1:${appPort}/healthz`,
    says: options.says,
    died: options.died,
  });
}

/** What Purple Flea's own books say, as its control endpoint tells it. Amounts are micro-USDC as decimal strings. */
export interface Books {
  sum: string;
  accounts: Record<string, string>;
  escrows: { id: string; status: string; amount_micro: string; fee_micro: string; referral_micro: string }[];
  orders: { id: string; asset: string; status: string }[];
  claims: { agent_id: string }[];
  bets: { id: string }[];
}

/** What can be done to the two services from outside. Everything here throws when the service that is meant is down. */
export function sandboxControls(ports: Omit<Ports, "appPort">) {
  const { engineUrl, purpleFleaUrl } = urlsOf(ports);
  /** The practice clock, ms UTC, and how far it is from the machine's. */
  const clock = async () => (await read(`${engineUrl}/clock`)) as { now_ms: number; offset_ms: number };
  const now = async () => (await clock()).now_ms;
  const control = (what: string, body: unknown) => post(`${purpleFleaUrl}/control/${what}`, body);
  const resumeEngine = () => post(`${engineUrl}/control/resume`, {});
  /** Has the engine start nothing more, and waits for what is in flight. A restart ends the pause. */
  async function pauseEngine(): Promise<void> {
    await post(`${engineUrl}/control/pause`, {});
    await waitFor("the calls under way are answered", async () => {
      const state = (await read(`${engineUrl}/control/state`)) as { under_way: number };
      return state.under_way === 0;
    });
  }
  return {
    engineUrl,
    purpleFleaUrl,
    clock,
    now,
    /** Moves the practice clock, running everything that falls due. */
    advance: async (ms: number) => void (await post(`${engineUrl}/clock/advance`, { ms: Math.round(ms) })),
    /** Goes on to a moment at once; what fell due on the way runs then. */
    setTime: async (ms: number) => void (await post(`${engineUrl}/clock/set`, { now_ms: Math.round(ms) })),
    pauseEngine,
    resumeEngine,
    engineIsOn: () => answers(`${engineUrl}/health`),
    /** Waits until Purple Flea answers and the engine knows the desk's functions. */
    introduced: () =>
      waitFor("the engine knows the functions and Purple Flea answers", async () => {
        const { functions } = (await read(`${engineUrl}/dev`)) as { functions?: unknown[] };
        return (functions?.length ?? 0) > 0 && (await answers(`${purpleFleaUrl}/control/faults`));
      }),
    /** Sends events as a price feed would, straight to the engine. */
    send: async (events: unknown) => void (await post(`${engineUrl}/e/any-key`, events)),
    books: async () => (await read(`${purpleFleaUrl}/control/books`)) as Books,
    /** Asks Purple Flea for something that only a sandbox can do. */
    control,
    setFault: async (fault: object) => void (await control("faults", fault)),
    async faults() {
      const { faults } = (await read(`${purpleFleaUrl}/control/faults`)) as {
        faults: { call: string; kind: string; times?: number }[];
      };
      return faults;
    },
    clearFaults: async () => void (await fetch(`${purpleFleaUrl}/control/faults`, { method: "DELETE" })),
  };
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** So many ports of this machine that nobody listens on. */
export async function freePorts(): Promise<Ports> {
  const found = new Set<number>();
  while (found.size < 3) {
    const port = randomInt(PORTS.from, PORTS.to);
    const free = new Promise<boolean>((resolve) => {
      const probe = createServer();
      probe.once("error", () => resolve(false));
      probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
    });
    if (await free) found.add(port);
  }
  const [appPort = 0, enginePort = 0, purpleFleaPort = 0] = found;
  return { appPort, enginePort, purpleFleaPort };
}

/** Waits until a check holds; one that throws does not. @throws Error when it does not within the limit */
export async function waitFor(
  what: string | (() => string),
  check: () => Promise<boolean> | boolean,
  limitMs = PATIENCE_MS,
): Promise<void> {
  for (const end = performance.now() + limitMs; performance.now() < end;) {
    try {
      if (await check()) return;
    } catch {
      // Not there yet.
    }
    await sleep(LOOK_MS);
  }
  throw new Error(`timed out: ${typeof what === "string" ? what : what()}`);
}

/** Whether somebody answers there with 2xx. */
const answers = (url: string): Promise<boolean> =>
  fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    async (response) => {
      await response.arrayBuffer();
      return response.ok;
    },
    () => false,
  );

/** What a sandbox service answers; its callers say which of its own answers that is. */
const read = async (url: string): Promise<unknown> => (await fetch(url)).json();

/** @throws Error when nobody answers, or not with 2xx */
async function post(url: string, body: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method: "POST",
    // Whoever answers may be ended and started again between two requests.
    headers: { "content-type": "application/json", connection: "close" },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`the sandbox answered ${response.status}: ${text.slice(0, 300)}`);
  return JSON.parse(text) as unknown;
}
