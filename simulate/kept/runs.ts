import { alert, calm, stop, type Kept } from "./parts";

/** What stops, outages and second tries left half done. */
export const RUNS: readonly Kept[] = [
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
  {
    found:
      "an order is refused and its run given up before the next step: the trade stays as if it were being placed",
    history: {
      seed: 481,
      wallet: "plenty",
      honoursKeys: true,
      terse: true,
      dailyLimit: false,
      slack: true,
      moves: [
        { do: "settle", after: 2999, n: 2, then: "leave" },
        { do: "alert", after: 94797, n: 2, asset: "BTC", direction: "long", trigger: false, old: false },
        { do: "stop", after: 481140, who: "app", place: "after-call", skip: 5, downMs: 1200000, of: "any" },
        { do: "webhook", after: 7, what: "odd", n: 2 },
        {
          do: "stop",
          after: 2865,
          who: "engine",
          place: "desk-commit",
          skip: 8,
          downMs: 1200000,
          of: "any",
        },
        { do: "trouble", after: 1758, kind: "refused-400", call: "order.create", times: 2 },
        { do: "bet", after: 7, n: 1, side: "heads", micro: 5000001, desk: true },
        { do: "alert", after: 96191, n: 2, asset: "ETH", direction: "short", trigger: true, old: true },
        { do: "bet", after: 2994, n: 2, side: "tails", micro: 5000001, desk: false },
        { do: "trouble", after: 5007, kind: "refused-422", call: "money", times: 1 },
        { do: "alert", after: 110580, n: 2, asset: "SOL", direction: "long", trigger: false, old: false },
        { do: "alert", after: 3, n: 2, asset: "SOL", direction: "short", trigger: false, old: true },
        { do: "trouble", after: 5001, kind: "limit-429", call: "money", times: 2 },
        { do: "trouble", after: 5010, kind: "refused-403", call: "faucet.claim", times: 1 },
        { do: "bet", after: 1678, n: 2, side: "heads", micro: 1000000, desk: true },
        { do: "trouble", after: 101129, kind: "unreadable-field", call: "money", times: 1 },
        { do: "ask-alert", after: 7199991, asset: "ETH", twice: true },
        { do: "escrow", after: 0, n: 0, micro: 100016, confirms: false, desk: true },
        { do: "bet", after: 880, n: 0, side: "tails", micro: 5000001, desk: false },
        { do: "alert", after: 119984, n: 3, asset: "ETH", direction: "short", trigger: false, old: false },
        { do: "escrow", after: 8, n: 2, micro: 59999986, confirms: false, desk: false },
      ],
      late: false,
    },
  },
  {
    found:
      "sent again on an operator's word and unknown again, then sent once more: the first decision stays unknown",
    history: {
      ...calm,
      moves: [
        { do: "trouble", after: 0, kind: "silence-before", call: "order.create", times: 1 },
        { do: "trouble", after: 0, kind: "silence-before", call: "order.create", times: 1 },
        { do: "alert", after: 0, n: 0, asset: "ETH", direction: "long", trigger: false, old: false },
        { do: "settle", after: 300000, n: 0, then: "again" },
        { do: "settle", after: 300000, n: 0, then: "again" },
      ],
    },
  },
  {
    found:
      "a pause comes between a request at the desk and its run, which holds the escrow: the request is never answered",
    history: {
      ...calm,
      seed: 0,
      moves: [
        { do: "escrow", after: 0, n: 0, micro: 1000000, confirms: true, desk: true },
        { do: "pause", after: 0, kind: "escrow-create" },
      ],
    },
  },
  {
    found:
      "the run that takes an escrow over is given up: its event's id is known, and no other takes over for a day",
    history: {
      ...calm,
      seed: 60717,
      terse: true,
      moves: [
        { do: "escrow", after: 6, n: 2, micro: 32300748, confirms: false, desk: true },
        { do: "trouble", after: 94964777, kind: "refused-404", call: "escrow.release", times: 5 },
        { do: "trouble", after: 0, kind: "reset-after", call: "faucet.claim", times: 1 },
        { do: "decide", after: 80080, n: 2, decision: "release", twice: false },
        { do: "trouble", after: 39347, kind: "reset-after", call: "money", times: 2 },
        { do: "sync", after: 60308, desk: false },
        { do: "alert", after: 3962, n: 3, asset: "BTC", direction: "short", trigger: false, old: false },
        stop("event-taken", 5, 90300000),
        { do: "decide", after: 90396585, n: 0, decision: "release", twice: false },
      ],
    },
  },
  {
    found:
      "an order is asked for twice, and its answer comes when the other try is called unknown: alert and request stay so",
    history: {
      ...calm,
      seed: 0,
      moves: [
        { do: "trouble", after: 0, kind: "slow", call: "order.create", times: 1 },
        {
          do: "stop",
          after: 0,
          who: "engine",
          place: "before-call",
          of: "order.create",
          skip: 0,
          downMs: 200,
        },
        { do: "ask-alert", after: 0, asset: "ETH", twice: false },
      ],
    },
  },
];
