import fc from "fast-check";
import { between, seeded } from "../chance";
import { victims } from "../life";
import { MINUTE_MS, requests, SECOND_MS, stopOf, troubleOf, type History, type Move } from "../moves";
import { stories, weave } from "../stories";

const KILLS_EACH = 4;

const story = fc.oneof(
  { weight: 6, arbitrary: stories.alert },
  { weight: 6, arbitrary: stories.escrow },
  { weight: 3, arbitrary: stories.bet },
  { weight: 2, arbitrary: stories.claim },
);
const single = fc.oneof(
  { weight: 6, arbitrary: requests.settle },
  { weight: 2, arbitrary: requests.askAlert },
  { weight: 1, arbitrary: requests.sync },
  { weight: 1, arbitrary: requests.claimConfirmed },
  { weight: 1, arbitrary: requests.webhook },
);
const kill = stopOf(
  fc.constantFrom("before-call" as const, "after-call" as const, "desk-commit" as const),
  fc.constant("any" as const),
  fc.integer({ min: 0, max: 5 }),
);
const frozen = troubleOf(
  fc.constantFrom("late" as const, "late" as const, "call-slow" as const),
  fc.constant("any" as const),
  fc.constant(1),
);
const many = (n: number) => ({ minLength: n, maxLength: n, size: "max" }) as const;
const draft = fc.record({
  honoursKeys: fc.boolean(),
  stories: fc.array(story, many(20)),
  singles: fc.array(single, many(14)),
  kills: fc.array(kill, many(victims.length * KILLS_EACH)),
  frozen: fc.array(frozen, many(6)),
  pauses: fc.array(fc.integer({ min: 5 * MINUTE_MS, max: 12 * MINUTE_MS }), many(2)),
});

/**
 * What a seed decides for real processes, who does what in which order and which process is killed where; the machine's own pace
 * does the rest. Each alert has a market of its own, each bet a stake, so that Purple Flea's books tell whose each is.
 */
export function planOf(seed: number): History {
  const [made] = fc.sample(draft, { seed, numRuns: 1 });
  if (!made) throw new Error("fast-check made no plan");
  const threads = [...made.stories, ...made.singles.map((one) => [one])];
  let next = 0;
  const own = (move: Move, thread: number): Move => {
    // Decisions rest on what was read a little before.
    const pause = Math.min(move.after, 3 * SECOND_MS);
    const mine = {
      ...move,
      after: move.do === "decide" || move.do === "confirm" ? pause + SECOND_MS : pause,
    };
    if (mine.do === "ask-alert") return { ...mine, asset: `KA${50 + next++}` };
    if (mine.do === "sync") return { ...mine, desk: false };
    if (mine.do === "webhook" && mine.what === "future") return { ...mine, what: "odd" };
    // What is left as it is would be asked about again in the end.
    if (mine.do === "settle") return { ...mine, then: mine.then === "leave" ? "drop" : mine.then };
    if (thread >= made.stories.length || !("n" in mine)) return mine;
    if (mine.do === "alert") return { ...mine, n: thread, asset: `KA${thread}`, old: false };
    if (mine.do === "bet") return { ...mine, n: thread, micro: 1_000_001 + next++ };
    return { ...mine, n: thread };
  };
  const random = seeded(seed);
  const moves = weave(
    threads.map((thread, n) =>
      thread.filter((move) => move.do !== "end-upstream").map((move) => own(move, n)),
    ),
    random,
  );
  const strew = (...some: Move[]) => void moves.splice(between(random, 0, moves.length), 0, ...some);
  for (const [n, one] of made.kills.entries()) {
    const who = victims[n % victims.length] ?? "app";
    const kill: Move = { ...one, after: 0, who, downMs: Math.min(one.downMs, 900) };
    const frozen = made.frozen[n];
    strew(...(frozen ? [{ ...frozen, after: 0 }, kill] : [kill]));
  }
  for (const after of made.pauses) strew({ do: "sync", after, desk: false });
  const { honoursKeys } = made;
  return {
    seed,
    honoursKeys,
    wallet: "plenty",
    terse: false,
    dailyLimit: false,
    late: false,
    slack: false,
    moves,
  };
}
