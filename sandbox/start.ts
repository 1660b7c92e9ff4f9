import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

export interface SandboxOptions {
  folder: string;
  appUrl: string;
  enginePort: number;
  purpleFleaPort: number;
  retryInterval?: string;
  apiKey: string;
  webhookSecret: string;
  /** How a service is started: `node build/engine.js` or `tsx sandbox/inngest/main.ts`. */
  command: (service: "engine" | "purple-flea") => { file: string; args: string[] };
  /** What the services inherit, less the keys. */
  environment: NodeJS.ProcessEnv;
  say: (message: string) => void;
}

const WAIT_MS = 20_000;
/** The desk's own settings, its keys among them: the services are told what they need when they are started. */
const DESKS_OWN = /^(?:INNGEST|PURPLE_FLEA|SESSION|OPERATOR|SLACK)_/;

async function post(url: string, body: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`the sandbox answered ${response.status}`);
  return response.json();
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    (response) => response.ok,
    () => false,
  );
}

/** Starts both sandbox services as processes of their own, and hands out what practice mode may do with them. */
export async function startSandbox(options: SandboxOptions) {
  mkdirSync(options.folder, { recursive: true });
  const engineUrl = `http://127.0.0.1:${options.enginePort}`;
  const purpleFleaUrl = `http://127.0.0.1:${options.purpleFleaPort}`;
  const children = new Map<string, ChildProcess>();

  async function start(service: "engine" | "purple-flea", args: string[], url: string): Promise<void> {
    const { file, args: first } = options.command(service);
    const env = { ...options.environment };
    for (const name of Object.keys(env)) if (DESKS_OWN.test(name)) delete env[name];
    const child = spawn(file, [...first, ...args], {
      stdio: ["pipe", "ignore", "inherit"],
      env: { ...env, SANDBOX_CHILD: "1" },
    });
    children.set(service, child);
    child.on("close", (code) => {
      if (children.get(service) === child) children.delete(service);
      if (code) options.say(`the sandbox's ${service} ended with ${code}`);
    });
    for (const end = performance.now() + WAIT_MS; performance.now() < end;) {
      if (await answers(url)) return;
      if (child.exitCode !== null) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`the sandbox's ${service} did not start; is another one running on its port?`);
  }
  async function stop(service: string): Promise<void> {
    const child = children.get(service);
    if (!child) return;
    const closed = new Promise((resolve) => child.once("close", resolve));
    child.kill("SIGTERM");
    await closed;
  }
  const startEngine = () =>
    start(
      "engine",
      [
        ...[
          "--port",
          String(options.enginePort),
          "--sdk-url",
          `${options.appUrl}/api/inngest`,
          "--db",
          join(options.folder, "engine.sqlite"),
        ],
        ...[
          "--clock-follower",
          `${purpleFleaUrl}/control/clock`,
          "--clock-follower",
          `${options.appUrl}/control/clock`,
        ],
        ...["--dashboard-url", `${options.appUrl}/runs`],
        ...(options.retryInterval ? ["--retry-interval", options.retryInterval] : []),
      ],
      `${engineUrl}/health`,
    );

  await startEngine();
  await start(
    "purple-flea",
    [
      ...[
        "--port",
        String(options.purpleFleaPort),
        "--db",
        join(options.folder, "purple-flea.sqlite"),
        "--clock-url",
        `${engineUrl}/clock`,
      ],
      ...[
        "--webhook-url",
        `${options.appUrl}/webhooks/purple-flea`,
        "--webhook-secret",
        options.webhookSecret,
        "--api-key",
        options.apiKey,
      ],
    ],
    `${purpleFleaUrl}/control/books`,
  );

  return {
    engineUrl,
    practice: {
      async clock() {
        try {
          const clock = (await (await fetch(`${engineUrl}/clock`)).json()) as {
            now_ms: number;
            offset_ms: number;
          }; // the engine's own answer
          return { nowMs: clock.now_ms, offsetMs: clock.offset_ms };
        } catch {
          return null;
        }
      },
      advance: async (ms: number) => void (await post(`${engineUrl}/clock/advance`, { ms })),
      setFault: async (fault: object) => void (await post(`${purpleFleaUrl}/control/faults`, fault)),
      async faults() {
        const { faults } = (await (await fetch(`${purpleFleaUrl}/control/faults`)).json()) as {
          faults: { call: string; kind: string; times?: number }[];
        }; // its own answer
        return faults;
      },
      clearFaults: async () => void (await fetch(`${purpleFleaUrl}/control/faults`, { method: "DELETE" })),
      async sendWebhook(type: string, data: Record<string, unknown>) {
        const { status } = (await post(`${purpleFleaUrl}/control/webhooks`, { type, data })) as {
          status: number;
        }; // its own answer
        return status;
      },
      engineIsOn: () => answers(`${engineUrl}/health`),
      stopEngine: () => stop("engine"),
      startEngine: async () => void (children.has("engine") || (await startEngine())),
    },
    async stop() {
      await Promise.all([stop("engine"), stop("purple-flea")]);
    },
  };
}
