import fc from "fast-check";
import { between, seeded } from "./chance";
import {
  circumstances,
  HOUR_MS,
  MINUTE_MS,
  request,
  requests,
  SECOND_MS,
  stop,
  stops,
  trouble,
  type History,
  type Move,
} from "./moves";

/** Everything that comes from outside: events, forms, and webhooks, those that Purple Flea sends by itself included. */
export const MIN_REQUESTS = 20;
export const MIN_TROUBLES = 3;
export const MIN_STOPS = 1;

/** What happens to one alert, one escrow, one bet: it keeps its order while others come between. */
export const stories = {
  alert: fc
    .tuple(requests.alert, fc.array(requests.alert, { maxLength: 2 }))
    .map(([first, again]) => [first, ...again.map((one) => ({ ...one, n: first.n }))]),
  escrow: fc
    .tuple(
      requests.escrow,
      fc.array(
        fc.oneof(
          { weight: 4, arbitrary: requests.decide },
          { weight: 2, arbitrary: requests.confirm },
          { weight: 1, arbitrary: requests.claimConfirmed },
          { weight: 1, arbitrary: requests.endUpstream },
        ),
        { maxLength: 3 },
      ),
    )
    .map(([first, then]) => [first, ...then.map((one) => ({ ...one, n: first.n }))]),
  bet: fc
    .tuple(requests.bet, fc.boolean())
    .map(([bet, again]) => (again ? [bet, { ...bet, after: MINUTE_MS }] : [bet])),
  claim: fc.array(requests.claim, { minLength: 1, maxLength: 2 }),
  /** The answer to a call gets lost, and an operator says what became of it. */
  lost: fc
    .tuple(
      fc.oneof(
        requests.alert.map((made) => ({ call: "order.create" as const, made: { ...made, old: false } })),
        requests.escrow.map((made) => ({ call: "escrow.create" as const, made })),
        requests.bet.map((made) => ({ call: "casino.bet" as const, made })),
        requests.claim.map((made) => ({ call: "faucet.claim" as const, made })),
      ),
      fc.constantFrom("reset-after", "silence-before", "late", "broken-500-after", "unreadable-cut" as const),
      requests.settle,
    )
    .map(([{ call, made }, kind, settle]): Move[] => [
      { do: "trouble", after: 0, kind, call, times: 1 },
      { ...made, after: 0 },
      { ...settle, after: 5 * MINUTE_MS },
    ]),
  /** The same for a claim that may be among the last of its day. */
  lostClaim: fc
    .tuple(
      fc.constantFrom("silence-before", "silence-after", "late" as const),
      requests.claim,
      fc.integer({ min: MINUTE_MS, max: 3 * MINUTE_MS }),
    )
    .map(([kind, claim, after]): Move[] => [
      { do: "trouble", after: 0, kind, call: "faucet.claim", times: 1 },
      { ...claim, after },
    ]),
  /** A process stops where an escrow ends. */
  stoppedAtItsEnd: fc
    .tuple(requests.escrow, stops.call, requests.decide)
    .map(([escrow, stop, { decision, ...decide }]): Move[] => [
      { ...escrow, micro: 5_000_000, confirms: false },
      { ...stop, after: MINUTE_MS, of: decision === "release" ? "escrow.release" : "escrow.cancel", skip: 0 },
      { ...decide, decision, after: SECOND_MS, n: escrow.n },
    ]),
  /** The same alert on the next day, when the engine does not know its event any more. */
  nextDay: requests.alert.map((alert) => [
    { ...alert, old: false },
    { ...alert, old: false, after: 25 * HOUR_MS },
  ]),
  /** News that comes behind what followed it: a webhook hours later, a look at an escrow that has ended meanwhile. */
  lateNews: fc.oneof(
    requests.alert.map((alert): Move[] => [
      { do: "trouble", after: 0, kind: "webhook-late", call: "any", times: 1 },
      { ...alert, old: false },
    ]),
    fc.tuple(requests.escrow, requests.decide).map(([escrow, decide]): Move[] => [
      { ...escrow, micro: 5_000_000, confirms: false },
      // Somebody decides about what was read not long ago.
      { do: "sync", after: MINUTE_MS, desk: false },
      { do: "trouble", after: MINUTE_MS, kind: "slow", call: "escrow.get", times: 1 },
      { do: "sync", after: 0, desk: false },
      { ...decide, after: SECOND_MS / 2, n: escrow.n },
    ]),
  ),
} satisfies Record<string, fc.Arbitrary<Move[]>>;
const story = fc.oneof(
  { weight: 6, arbitrary: stories.alert },
  { weight: 6, arbitrary: stories.escrow },
  { weight: 3, arbitrary: stories.bet },
  { weight: 2, arbitrary: stories.claim },
  { weight: 3, arbitrary: stories.lost },
  { weight: 1, arbitrary: stories.lostClaim },
  { weight: 1, arbitrary: stories.stoppedAtItsEnd },
  { weight: 1, arbitrary: stories.nextDay },
  { weight: 2, arbitrary: stories.lateNews },
);
const draft = fc.record({
  ...circumstances,
  stories: fc.array(story, { minLength: 3, maxLength: 5, size: "max" }),
  // With the webhooks that follow from all of them it is half as many again.
  requests: fc.array(request, { minLength: 3, maxLength: 4, size: "max" }),
  troubles: fc.array(trouble, { minLength: MIN_TROUBLES + 1, maxLength: MIN_TROUBLES + 3, size: "max" }),
  stops: fc.array(stop, { minLength: MIN_STOPS, maxLength: MIN_STOPS + 1, size: "max" }),
});

/** The history of a seed: stories that run side by side, with some troubles and a stop strewn among them. */
export function historyOf(seed: number): History {
  const [made] = fc.sample(draft, { seed, numRuns: 1 });
  if (!made) throw new Error("fast-check made no history");
  const { requests, troubles, stops, stories, ...rest } = made;
  const random = seeded(seed);
  const moves = weave([...stories, ...requests.map((one) => [one])], random);
  for (const one of [...troubles, ...stops]) moves.splice(between(random, 0, moves.length - 3), 0, one);
  return { seed, ...rest, moves };
}

/** Lets threads run side by side: each keeps its order while others come between. */
export function weave(threads: readonly (readonly Move[])[], random: () => number): Move[] {
  const moves: Move[] = [];
  const left = threads.map((thread) => [...thread]);
  for (let open = left; open.length > 0; open = open.filter((thread) => thread.length > 0)) {
    const next = open[between(random, 0, open.length - 1)]?.shift();
    if (next) moves.push(next);
  }
  return moves;
}
