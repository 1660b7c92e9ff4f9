import { mkdirSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import {
  freePorts,
  practiceDesk,
  sandboxControls,
  sandboxServices,
  type Ports,
  type Process,
} from "./processes";

export const machineNames = ["app", "engine", "purple-flea"] as const;
export type MachineName = (typeof machineNames)[number];
export type Row = Record<string, string | number | bigint | null>;

export const API_KEY = "pf_live_simulated";
export const WEBHOOK_SECRET = "whsec_simulated";
export const AGENT = "ag_simulated";

/** The built app, the sandbox engine and the sandbox Purple Flea: three processes with a file each, on ports of their own. */
export class Trio {
  readonly urls: Record<MachineName, string>;
  readonly files: Record<MachineName, string>;
  readonly machines: Record<MachineName, Process>;
  readonly controls: ReturnType<typeof sandboxControls>;
  /** Lives that ended without being ended, in words. */
  readonly deaths: string[] = [];
  private watched: Database.Database | null = null;

  private constructor(folder: string, seed: number, forgetKeys: boolean, ports: Ports) {
    mkdirSync(folder, { recursive: true });
    this.controls = sandboxControls(ports);
    const { engineUrl, purpleFleaUrl } = this.controls;
    this.urls = {
      app: `http://127.0.0.1:${ports.appPort}`,
      engine: engineUrl,
      "purple-flea": purpleFleaUrl,
    };
    const file = (name: string) => join(folder, `${name}.sqlite`);
    this.files = { app: file("app"), engine: file("engine"), "purple-flea": file("purple-flea") };
    const says = (name: string) => ({ file: join(folder, `${name}.log`) });
    const died = (how: string) => void this.deaths.push(how);
    const services = sandboxServices({
      ...ports,
      folder,
      appUrl: this.urls.app,
      retryInterval: "1",
      apiKey: API_KEY,
      webhookSecret: WEBHOOK_SECRET,
      seed: String(seed),
      forgetKeys,
      env: {},
      says,
      died,
    });
    const app = practiceDesk({
      ...ports,
      databasePath: this.files.app,
      folder,
      retryInterval: "1",
      env: {
        SANDBOX: "off",
        SESSION_SECRET: "a session of practice outlives its process here",
        INNGEST_DEV: engineUrl,
        PURPLE_FLEA_API_URL: `${purpleFleaUrl}/api`,
        PURPLE_FLEA_FAUCET_URL: `${purpleFleaUrl}/faucet/api`,
        PURPLE_FLEA_API_KEY: API_KEY,
        PURPLE_FLEA_WEBHOOK_SECRET: WEBHOOK_SECRET,
        AGENT_ID: AGENT,
      },
      says: says("app"),
      died,
    });
    this.machines = { app, ...services };
  }

  /** Puts the three into a folder; nothing is started. `forgetKeys`: Purple Flea takes no notice of Idempotency-Key. */
  static async in(folder: string, seed: number, forgetKeys: boolean): Promise<Trio> {
    return new Trio(folder, seed, forgetKeys, await freePorts());
  }

  async start(): Promise<void> {
    await Promise.all(machineNames.map((name) => this.machines[name].start()));
    await this.controls.introduced();
  }

  async end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    await Promise.all(machineNames.map((name) => this.machines[name].end(signal)));
  }

  /** Reads one of the two files that may be read beside their process. */
  read(name: "app" | "purple-flea", sql: string, ...params: unknown[]): Row[] {
    const file = new Database(this.files[name], { readonly: true, timeout: 5_000 });
    try {
      return file.prepare(sql).all(...params) as Row[]; // the columns that were asked for
    } finally {
      file.close();
    }
  }

  /** Names the state of the desk's file: another one, and something was committed to it. */
  version(): unknown {
    try {
      this.watched ??= new Database(this.files.app, { readonly: true });
      return this.watched.pragma("data_version", { simple: true });
    } catch {
      return null;
    }
  }

  /** Goes on to a moment at once; what fell due on the way is done then. */
  async setTime(nowMs: number): Promise<void> {
    await this.controls.setTime(nowMs);
    await this.controls.advance(0);
  }
}
