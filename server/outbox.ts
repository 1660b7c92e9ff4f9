import { dueEvents, markNotSent, markSent, nextAttempt, type DueEvent } from "../db/desk/outbox";
import type { DeskWriter } from "../db/connection";
import type { Clock } from "../domain/clock";
import { isAboutEvent, MAX_SEND_WAIT_MS, PARK_AFTER } from "../domain/sending";
import type { SendEvent, Sent } from "./event-api";

/** How often it looks when nothing waits and nobody woke it, ms. */
const IDLE_MS = 1_000;
/** So many answers in a row that the engine takes nothing just now, and the others are not tried in this round. */
const BUSY_IN_A_ROW = 3;

/** How long after the nth failure in a row the next try is, ms. */
const backOff = (failures: number): number => Math.min(500 * 2 ** Math.min(failures, 6), MAX_SEND_WAIT_MS);

/**
 * The one sender of the outbox. An event goes out under its own id, so that a send whose answer was lost may be repeated. A row
 * that fails waits by itself and holds back no other; an engine that does not answer is asked with one row at a time.
 */
export function startOutbox({
  desk,
  send,
  clock,
  wall,
  log,
  idleMs = IDLE_MS,
}: {
  desk: DeskWriter;
  send: SendEvent;
  clock: Clock;
  wall: Clock;
  log: (message: string) => void;
  idleMs?: number;
}) {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  /** Rounds that the engine ended, since it last took or refused an event. */
  let failedRounds = 0;
  /** Until when the engine is left alone, wall time, unless somebody asks for something new. */
  let restUntil = 0;

  /** Sends what is due, each row once. Ends early when the engine takes nothing from anybody. */
  async function drain(): Promise<void> {
    let busy = 0;
    // After a round that ended early the newest go first: what ended it may be the oldest themselves.
    const due = () => dueEvents(desk, wall.now(), failedRounds > 0 ? "newest" : "oldest");
    for (let rows = due(); rows.length > 0 && !stopped; rows = due()) {
      for (const row of rows) {
        if (stopped) return;
        const sent = await attempt(row);
        if (sent.ok || isAboutEvent(sent.failure)) {
          busy = failedRounds = restUntil = 0;
        } else if (sent.failure !== "busy" || ++busy >= BUSY_IN_A_ROW) {
          return rest();
        }
      }
    }
  }

  /** Leaves the engine alone, the longer the more often in a row. */
  function rest(): void {
    restUntil = wall.now() + backOff(++failedRounds);
  }

  async function attempt(row: DueEvent): Promise<Sent> {
    const sent = await sendRow(row);
    if (sent.ok) {
      markSent(desk, row.rowId, sent.engineEventId, clock.now());
      return sent;
    }
    const { failure, said } = sent;
    const refusals = isAboutEvent(failure) ? row.refusals + 1 : row.refusals;
    const isParked = failure === "unwritable" || refusals >= PARK_AFTER;
    const attempts = row.attempts + 1;
    markNotSent(desk, row.rowId, {
      attempts,
      refusals,
      failure,
      said,
      nextAttemptAt: wall.now() + backOff(attempts),
      parkedAt: isParked ? clock.now() : null,
    });
    log(`event ${row.id} not sent, attempt ${attempts}: ${failure}${isParked ? ", parked" : ""}`);
    return sent;
  }

  /** Under the moment it was asked for, on the clock everything else here goes by. */
  function sendRow(row: DueEvent): Promise<Sent> | Sent {
    let data: unknown;
    try {
      data = JSON.parse(row.data);
    } catch {
      return { ok: false, failure: "unwritable", said: null };
    }
    return send({ id: row.id, name: row.eventName, ts: row.createdAt, data });
  }

  /** Until the next try is due, or the next look; never while the engine is left alone. ms. */
  function untilNext(): number {
    const left = restUntil - wall.now();
    try {
      const due = nextAttempt(desk);
      return Math.max(left, due === null ? idleMs : Math.min(Math.max(due - wall.now(), 50), idleMs));
    } catch {
      // The file cannot be read just now: the next look will say so.
      return Math.max(left, idleMs);
    }
  }

  function run(): Promise<void> {
    clearTimeout(timer);
    running ??= drain()
      .catch((error: unknown) => {
        // What was sent and could not be written down is sent again: not all the time.
        rest();
        log(`the outbox failed: ${error instanceof Error ? error.message : "error"}`);
      })
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
