import type { World } from "./world";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** The longest a run may take: an escrow's ends on its eighth day. Some hours more for what cleans up after it. */
const LAST_MS = 9 * DAY_MS;

/**
 * Lets the history run out: what was still to go wrong does so within some hours, then nothing does any more, and time passes
 * until every run has ended and nothing waits. Then the mirror is read once more. Says what never ended.
 * @param pass lets time pass
 * @param calm ends what goes wrong
 * @param settled whether a second reading is not needed
 */
export async function untilQuiet(
  world: World,
  pass: (ms: number) => Promise<void>,
  calm: () => void,
  settled: () => boolean,
): Promise<string[]> {
  const sync = () => void world.send({ name: "purple-flea/sync.requested", data: {} });
  await pass(HOUR_MS);
  calm();
  // What crons do on the days to come they have done before. The mirror is still read, though not every five minutes.
  world.stopCrons();
  const end = world.time.now() + LAST_MS;
  sync();
  await pass(HOUR_MS);
  for (let step = 6 * HOUR_MS; world.time.now() < end; step = Math.min(step * 6, 2 * DAY_MS)) {
    await pass(step);
    if (waiting(world).length === 0) break;
    if (step < DAY_MS) sync();
  }
  const stuck = waiting(world);
  world.holdPositions();
  // Twice at most: what the first one finds lying is in the books of the second.
  for (const _time of [1, 2]) {
    sync();
    await pass(10 * MINUTE_MS);
    if (settled()) break;
  }
  return [...stuck, ...waiting(world)];
}

/** What has not ended yet, in words. */
function waiting(world: World): string[] {
  if (!world.app || !world.engine || !world.purpleFlea) return ["a process is down"];
  const runs = world.engine.engine
    .runs()
    .filter((run) => run.endedAt === null)
    .map((run) => `run ${run.id} of ${run.functionId} has not ended`);
  const outbox = world.app.reader.$client
    .prepare("select id from outbox where sent_at is null")
    .pluck()
    .all();
  const locked = world.purpleFlea.upstream.db
    .prepare("select id from escrows where status = 'funded'")
    .pluck()
    .all();
  const webhooks = world.purpleFlea.upstream.db
    .prepare("select id from webhooks where done = 0")
    .pluck()
    .all();
  return [
    ...runs,
    ...outbox.map((id) => `event ${String(id)} is still in the outbox`),
    ...locked.map((id) => `escrow ${String(id)} is still locked`),
    ...webhooks.map((id) => `webhook ${String(id)} is still on its way`),
  ];
}
