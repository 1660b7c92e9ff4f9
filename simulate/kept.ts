import type { History, Move } from "./history";

const AWAY_MS = 1_200_000;
const calm = {
  seed: 1,
  wallet: "plenty",
  honoursKeys: false,
  terse: false,
  dailyLimit: false,
  slack: false,
} as const;
const alert: Move = {
  do: "alert",
  after: 0,
  n: 0,
  asset: "ETH",
  direction: "long",
  trigger: false,
  old: false,
};
const stop = (place: Extract<Move, { do: "stop" }>["place"], skip: number, after = 0): Move => ({
  do: "stop",
  after,
  who: "app",
  place,
  skip,
  downMs: AWAY_MS,
});

/**
 * Histories that once broke a rule, as data and as small as they were made: what a seed stands for changes with the generator,
 * these do not.
 */
export const KEPT: readonly { found: string; history: History }[] = [
  {
    found:
      "an outage outlasts the retries: the alert leaves no trace, and its run and what cleans up are in no journal",
    history: { ...calm, moves: [stop("event-taken", 0), alert] },
  },
  {
    found:
      "the app goes away behind an order: its run is given up, and the intent and the lock stay as they are",
    history: { ...calm, moves: [stop("after-call", 1), alert] },
  },
  {
    found: "the run that was to look at a webhook is given up, and nobody looks at it again",
    history: { ...calm, moves: [alert, stop("event-taken", 0, 1_000)] },
  },
  {
    found: "the engine never hears a run's last answer and gives it up; the journal calls it completed",
    history: {
      ...calm,
      moves: [stop("step-answered", 2), { do: "sync", after: 0, desk: false }],
    },
  },
  {
    found:
      "a bet's first try comes to nothing, then a pause or a limit refuses it: it stays as if it were being placed",
    history: {
      ...calm,
      moves: [
        { do: "trouble", after: 0, kind: "limit-429", call: "any", times: 1 },
        { do: "bet", after: 0, n: 0, side: "heads", micro: 1_000_000, desk: false },
        { do: "pause", after: 500, kind: "bet" },
      ],
    },
  },
  {
    found: "a run is given up between its order and the record of it: the alert says that no order was sent",
    history: { ...calm, moves: [stop("step-answered", 2), alert] },
  },
  {
    found: "the webhook tells of a claim while its call is under way, whose time-out then calls it unknown",
    history: {
      ...calm,
      moves: [
        { do: "trouble", after: 0, kind: "silence-after", call: "faucet.claim", times: 1 },
        { do: "claim", after: 0, desk: true, twice: false },
      ],
    },
  },
];
