import { dueEvents, markNotSent, markSent, nextAttempt } from "../db/desk/outbox";
import type { Writer } from "../db/connection";
import type { Clock } from "../domain/clock";
import type { InngestClient } from "../inngest/client";

/** How often it looks when nothing waits and nobody woke it, ms. */
const IDLE_MS = 1_000;
const MAX_WAIT_MS = 30_000;

/**
 * The one sender of the outbox. An event goes out under its row's id, so that a send whose answer was lost may be repeated;
 * with the engine down it waits and tries again.
 */
export function startOutbox({
  desk,
  client,
  clock,
  wall,
  log,
  idleMs = IDLE_MS,
}: {
  desk: Writer;
  client: Pick<InngestClient, "send">;
  clock: Clock;
  wall: Clock;
  log: (message: string) => void;
  idleMs?: number;
}) {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;

  async function drain(): Promise<void> {
    for (
      let rows = dueEvents(desk, wall.now());
      rows.length > 0 && !stopped;
      rows = dueEvents(desk, wall.now())
    ) {
      for (const row of rows) {
        try {
          // What a row holds was written by this process from the event's own schema.
          const sent = await client.send({
            id: row.id,
            // The moment it was asked for, on the clock everything else here goes by.
            ts: row.createdAt,
            name: row.eventName,
            data: row.data as Record<string, unknown>,
          });
          markSent(desk, row.id, sent.ids[0] ?? null, clock.now());
        } catch (error) {
          const attempts = row.attempts + 1;
          markNotSent(
            desk,
            row.id,
            attempts,
            "the event engine does not answer",
            wall.now() + Math.min(500 * 2 ** Math.min(attempts, 6), MAX_WAIT_MS),
          );
          log(
            `event ${row.id} not sent, attempt ${attempts}: ${error instanceof Error ? error.name : "error"}`,
          );
        }
      }
    }
  }

  /** Until the next try is due, or the next look. ms. */
  function untilNext(): number {
    try {
      const due = nextAttempt(desk);
      return due === null ? idleMs : Math.min(Math.max(due - wall.now(), 50), idleMs);
    } catch {
      // The file cannot be read just now: the next look will say so.
      return idleMs;
    }
  }

  function run(): Promise<void> {
    clearTimeout(timer);
    running ??= drain()
      .catch((error: unknown) =>
        log(`the outbox failed: ${error instanceof Error ? error.message : "error"}`),
      )
      .finally(() => {
        running = undefined;
        if (!stopped) timer = setTimeout(() => void run(), untilNext());
      });
    return running;
  }
  void run();
  return {
    /** Something new is in the outbox. Resolves when it was tried. */
    async wake(): Promise<void> {
      await running;
      await run();
    },
    async stop(): Promise<void> {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
