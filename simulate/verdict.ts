import type { Broken } from "./evidence";
import { judge } from "./invariants";
import type { Ledger } from "./ledger";
import type { People } from "./people";
import type { World } from "./world";

/** Looks at a simulated history that has run out, and names every rule that does not hold. */
export function check(world: World, ledger: Ledger, people: People): Broken[] {
  const desk = world.requireApp().reader.$client;
  return judge(
    {
      desk,
      upstream: world.requirePurpleFlea().upstream.db,
      engine: world.requireEngine().engine.database,
    },
    {
      ledger,
      taken: people.taken,
      commands: people.commands,
      mayBeUnknown: (thing, ref) =>
        ledger.doubted.has(thing) ||
        desk
          .prepare(
            "select run_id from intents where subject_ref = ? union select id from runs where subject_ref = ?",
          )
          .pluck()
          .all(ref, ref)
          .some((run) => ledger.disturbedRuns.has(String(run))),
    },
  );
}

/** What must hold at every moment, not only in the end: what has ended does not come back. In words; usually nothing. */
export function stands(world: World): string[] {
  if (!world.app) return [];
  const rows = world.app.reader.$client
    .prepare(
      `select 'trade ' || ref || ' is ' || status || ' and was closed' from trades
         where closed_at is not null and status not in ('closed', 'liquidated')
       union all select 'escrow ' || ref || ' is ' || status || ' and was over' from escrows
         where settled_at is not null and status not in ('released', 'refunded', 'not_created')
       union all select 'alert ' || a.id || ' is ' || a.outcome || ' and has an order' from alerts a
         join trades t on t.alert_id = a.id where t.remote_id is not null and a.outcome in ('skipped', 'refused', 'rejected', 'not_executed', 'held')`,
    )
    .pluck()
    .all();
  return rows.map(String);
}
