import { openEngine } from "inngest-sandbox";
import { monotonicFactory } from "ulid";

export const HISTORY_RUNS = 100_000;
const AN_HOUR_MS = 3_600_000;

/** Puts finished two-step runs into an engine's file, as if it had worked for a day. */
export async function fillWithHistory(file: string): Promise<void> {
  const engine = openEngine({ file });
  const { database } = engine;
  const insertEvent = database.prepare(
    "insert into events (internal_id, id, name, body, received_at) values (?, ?, ?, ?, ?)",
  );
  const insertRunEvent = database.prepare("insert into run_events (event_id, run_id) values (?, ?)");
  const insertRun = database.prepare(
    `insert into runs (id, function_id, event_id, "trigger", status, rank, queued_at, started_at, ended_at, output, settled, plan, req_version)
     values (?, 'bench-two-steps', ?, ?, 'Completed', ?, ?, ?, ?, 'null', 2, 0, 2)`,
  );
  const insertResult = database.prepare(
    "insert into memo (run_id, step_id, value, position) values (?, ?, '{\"data\":1}', ?)",
  );
  const began = Date.now() - 24 * AN_HOUR_MS;
  const newId = monotonicFactory();
  database.transaction(() => {
    for (let i = 0; i < HISTORY_RUNS; i++) {
      const at = began + i * 100;
      const [eventId, runId, endId] = [newId(at), newId(at), newId(at)];
      const event = JSON.stringify({ data: { sentAt: at }, id: eventId, name: "bench/go", ts: at, user: {} });
      const end = JSON.stringify({
        data: { run_id: runId },
        id: endId,
        name: "inngest/function.finished",
        ts: at,
      });
      for (const [id, name, body] of [
        [eventId, "bench/go", event],
        [endId, "inngest/function.finished", end],
      ]) {
        insertEvent.run(id, id, name, body, at);
        insertRunEvent.run(id, runId);
      }
      insertRun.run(runId, eventId, event, at, at, at, at);
      for (const position of [0, 1]) insertResult.run(runId, `step-${position}`, position);
    }
  })();
  await engine.stop();
}
