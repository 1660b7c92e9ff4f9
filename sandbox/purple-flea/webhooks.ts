import { createHmac } from "node:crypto";
import type Database from "better-sqlite3";
import type { Fault } from "./faults";

const ATTEMPTS = 3;
const RETRY_MS = 60_000;
const PATIENCE_MS = 10_000;

interface Options {
  db: Database.Database;
  now: () => number;
  /** The machine's time, which a signature is made with. */
  wallNow: () => number;
  url: string;
  secret: string;
  fetch: typeof fetch;
  takeFault: () => Fault | null;
}
interface Row {
  id: string;
  body: string;
  attempts: bigint;
}

/** Webhooks on their way: signed, delivered at least once, up to three times. */
export function openWebhooks(options: Options) {
  const { db } = options;
  db.exec(`create table if not exists webhooks (id text primary key, body text not null, attempts integer not null default 0, due_at integer not null, done integer not null default 0);
    create index if not exists webhooks_due on webhooks (done, due_at)`);
  const held: Row[] = [];

  async function post(body: string): Promise<number> {
    const timestamp = String(Math.floor(options.wallNow() / 1_000));
    const mac = createHmac("sha256", options.secret).update(`${timestamp}.${body}`, "utf8").digest("hex");
    try {
      const response = await options.fetch(options.url, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "x-purpleflea-timestamp": timestamp,
          "x-purpleflea-signature": `sha256=${mac}`,
        },
        body,
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      await response.arrayBuffer();
      return response.status;
    } catch {
      return 0;
    }
  }

  async function deliver(row: Row): Promise<void> {
    const fault = options.takeFault();
    if (fault?.kind === "reorder") return void held.push(row);
    const status = await post(row.body);
    if (fault?.kind === "duplicate") await post(row.body);
    const over = (status >= 200 && status < 300) || Number(row.attempts) + 1 >= ATTEMPTS;
    db.prepare("update webhooks set attempts = attempts + 1, done = ?, due_at = ? where id = ?").run(
      over ? 1 : 0,
      options.now() + RETRY_MS,
      row.id,
    );
    for (const late of held.splice(0)) await deliver(late);
  }

  return {
    queue(id: string, type: string, data: unknown, at: number, dueAt = at): void {
      const body = JSON.stringify({
        id,
        type,
        timestamp: Math.floor(at / 1_000),
        api_version: "2026-01-01",
        data,
      });
      db.prepare("insert or ignore into webhooks (id, body, due_at) values (?, ?, ?)").run(id, body, dueAt);
    },
    async deliverDue(): Promise<void> {
      const rows = db
        .prepare("select * from webhooks where done = 0 and due_at <= ? order by due_at, rowid")
        .all(options.now()) as Row[]; // columns of Row
      for (const row of rows) await deliver(row);
    },
    post,
  };
}
