import type { Row } from "../evidence";
import type { People } from "../people";
import type { Trio } from "../../sandbox/trio";
import { waitFor } from "../../sandbox/processes";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** The last look comes some two and a half hours after the first. */
const LOOK_UPS_MS = 3 * HOUR_MS;
/** Positions close within three days; a wait that lost a race against a decision ends seven days after it began. */
const LONGEST_MS = 8 * DAY_MS;

/** Lets every look-up of what became of an unknown call have its turn. @throws as comeToRest */
export async function lookUpAll(trio: Trio, people: People): Promise<void> {
  await settled(trio);
  await passTo(trio, people, (await trio.controls.now()) + LOOK_UPS_MS, LOOK_UPS_MS / 12);
}

/**
 * Lets everything end: time passes beyond every deadline, in great steps where nothing is due and with every read around a
 * deadline, until nothing is under way.
 * @throws when something stays under way, with what it is
 */
export async function comeToRest(trio: Trio, people: People): Promise<void> {
  await settled(trio);
  for (let deadline = nextDeadline(trio); deadline !== null; deadline = nextDeadline(trio)) {
    await passTo(trio, people, deadline - 30 * MINUTE_MS);
    await trio.controls.advance(HOUR_MS);
    await settled(trio);
  }
  await passTo(trio, people, (await trio.controls.now()) + LONGEST_MS);
  await readAgain(trio, people);
}

/** Reads everything from Purple Flea; twice, since what the first read finds lying is in the books of the second. */
async function readAgain(trio: Trio, people: People): Promise<void> {
  for (const _time of [1, 2]) {
    await people.sync();
    await trio.controls.advance(10 * MINUTE_MS);
    await settled(trio);
  }
}

async function passTo(trio: Trio, people: People, moment: number, stepMs = 12 * HOUR_MS): Promise<void> {
  for (let now = await trio.controls.now(); now < moment; now = await trio.controls.now()) {
    await trio.setTime(Math.min(now + stepMs, moment));
    await people.sync();
    await trio.controls.advance(MINUTE_MS);
    await settled(trio);
  }
}

/** When Purple Flea refunds the next escrow by itself, ms; null when none is locked. */
function nextDeadline(trio: Trio): number | null {
  const [row] = trio.read("purple-flea", "select min(expires_at) at from escrows where status = 'funded'");
  return row?.at == null ? null : Number(row.at);
}

/** Waits until nothing is on its way that is not waiting for its time. */
async function settled(trio: Trio): Promise<void> {
  let left: string[] = [];
  await waitFor(
    () => `still under way: ${left.join("; ")}`,
    async () => {
      await trio.controls.advance(0);
      const now = await trio.controls.now();
      const desk = (sql: string): Row[] => trio.read("app", sql);
      left = [
        ...desk("select id from outbox where sent_at is null").map(
          ({ id }) => `event ${String(id)} waits in the outbox`,
        ),
        ...trio
          .read("purple-flea", "select id from webhooks where done = 0 and due_at <= ?", now)
          .map(({ id }) => `webhook ${String(id)} is not delivered`),
        ...desk("select key from intents where status = 'open'").map(({ key }) => `${String(key)} is open`),
      ];
      return left.length === 0;
    },
  );
}
