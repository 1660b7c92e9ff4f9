import { openStore } from "../sandbox/inngest/store";
import { idFactory } from "../sandbox/inngest/ids";

export const HISTORY_RUNS = 100_000;
const AN_HOUR_MS = 3_600_000;

/** Puts finished two-step runs into an engine's file, as if it had worked for a day. */
export function fillWithHistory(file: string): void {
  const store = openStore(file);
  const began = Date.now() - 24 * AN_HOUR_MS;
  let at = began;
  const newId = idFactory(() => at, Math.random);
  store.transaction(() => {
    for (let i = 0; i < HISTORY_RUNS; i++) {
      at = began + i * 100;
      const [eventId, runId, endId] = [newId(), newId(), newId()];
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
        store.run(
          "insert into events (internal_id, id, name, body, received_at) values (?, ?, ?, ?, ?)",
          id,
          id,
          name,
          body,
          at,
        );
        store.run("insert into run_events (event_id, run_id) values (?, ?)", id, runId);
      }
      store.run(
        `insert into runs (id, function_id, event_id, "trigger", status, rank, queued_at, started_at, ended_at, output, settled, plan, req_version)
         values (?, 'bench-two-steps', ?, ?, 'Completed', ?, ?, ?, ?, 'null', 2, 0, 2)`,
        runId,
        eventId,
        event,
        ...[at, at, at, at],
      );
      for (const position of [0, 1])
        store.run(
          "insert into memo (run_id, step_id, value, position) values (?, ?, '{\"data\":1}', ?)",
          runId,
          `step-${position}`,
          position,
        );
    }
  });
  store.close();
}
