import type { History, Move } from "./history";

const AWAY_MS = 1_200_000;
/** A little more than a day. */
const DAY_MS = 90_000_000;
const calm = {
  seed: 1,
  wallet: "plenty",
  honoursKeys: false,
  terse: false,
  dailyLimit: false,
  slack: false,
  late: false,
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
  of: "any",
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
        { do: "ask-alert", after: 7199991, twice: true },
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
      "a position closes while its order is unknown: its result, told by webhook alone, is not taken or booked twice",
    history: {
      ...calm,
      moves: [
        { do: "trouble", after: 0, kind: "broken-500-after", call: "order.create", times: 1 },
        alert,
        { do: "sync", after: DAY_MS, desk: false },
        { do: "sync", after: DAY_MS, desk: false },
        { do: "sync", after: DAY_MS, desk: false },
        { do: "settle", after: DAY_MS, n: 0, then: "again" },
      ],
    },
  },
  {
    found:
      "an escrow is left unknown, the books open on a balance that it has left, and it is booked once more when settled",
    history: {
      ...calm,
      moves: [
        { do: "trouble", after: 0, kind: "late", call: "escrow.create", times: 1 },
        { do: "escrow", after: 0, n: 0, micro: 100_050, confirms: true, desk: false },
        { do: "settle", after: 300_000, n: 0, then: "leave" },
        { do: "sync", after: 3_600_000, desk: false },
        { do: "settle", after: 300_000, n: 0, then: "again" },
      ],
    },
  },
  {
    found:
      "a claim that could not be sent is tried again behind midnight: it stays as if it were being claimed",
    history: {
      ...calm,
      late: true,
      moves: [
        { do: "trouble", after: 0, kind: "refuse", call: "faucet.claim", times: 1 },
        { do: "claim", after: 170_000, desk: false, twice: false },
        { do: "sync", after: 120_000, desk: false },
      ],
    },
  },
  {
    found: "a claim is paused between its tries: it stays as if it were being claimed",
    history: {
      ...calm,
      moves: [
        { do: "trouble", after: 0, kind: "refuse", call: "faucet.claim", times: 1 },
        { do: "claim", after: 0, desk: false, twice: false },
        { do: "pause", after: 5_000, kind: "claim" },
      ],
    },
  },
  {
    found:
      "a claim comes through after the faucet said it was not made, before the books open, and its webhook books it once more",
    history: {
      ...calm,
      seed: 2,
      moves: [
        { do: "trouble", after: 0, kind: "late", call: "faucet.claim", times: 1 },
        { do: "trouble", after: 0, kind: "webhook-late", call: "any", times: 1 },
        { do: "claim", after: 0, desk: true, twice: false },
        { do: "trouble", after: 30_000, kind: "refused-402", call: "faucet.claim", times: 1 },
        { do: "sync", after: 120_000, desk: false },
        { do: "sync", after: 120_000, desk: false },
      ],
    },
  },
  {
    found: "a claim is sent before midnight and heard after it: the next day's claim is unknown here",
    history: {
      ...calm,
      seed: 2,
      late: true,
      moves: [
        { do: "trouble", after: 0, kind: "late", call: "faucet.claim", times: 1 },
        { do: "claim", after: 165_000, desk: false, twice: false },
        { do: "sync", after: 180_000, desk: false },
      ],
    },
  },
  {
    found:
      "the webhook that tells of a position's end is lost in all of its tries: its result is never known",
    history: {
      ...calm,
      seed: 4,
      moves: [
        alert,
        { do: "trouble", after: 2_700_000, kind: "webhook-lost", call: "any", times: 2 },
        { do: "trouble", after: 0, kind: "webhook-lost", call: "any", times: 1 },
        { do: "sync", after: 82_800_000, desk: false },
        // So many that no webhook is sent once more to have enough of them.
        ...Array.from({ length: 18 }, (): Move => ({ do: "sync", after: 0, desk: false })),
      ],
    },
  },
  {
    found: "an order's run is given up before it can say that no answer came: its alert is called skipped",
    history: {
      ...calm,
      seed: 0,
      moves: [
        { do: "trouble", after: 300000, kind: "silence-after", call: "order.create", times: 1 },
        { do: "stop", after: 0, who: "app", place: "step-answered", of: "any", skip: 7, downMs: 1200000 },
        { do: "alert", after: 0, n: 0, asset: "ETH", direction: "long", trigger: false, old: false },
        { do: "trouble", after: 2996, kind: "silence-after", call: "escrow.get", times: 1 },
        { do: "alert", after: 1972, n: 3, asset: "ETH", direction: "short", trigger: false, old: false },
        {
          do: "stop",
          after: 90000000,
          who: "app",
          place: "desk-commit",
          of: "record-webhook",
          skip: 0,
          downMs: 2000,
        },
        { do: "decide", after: 119993, n: 1, decision: "cancel", twice: false },
        { do: "alert", after: 1284294, n: 3, asset: "BTC", direction: "short", trigger: true, old: false },
        { do: "bet", after: 90000000, n: 0, side: "tails", micro: 2345678, desk: true },
        { do: "bet", after: 60000, n: 0, side: "tails", micro: 2345678, desk: true },
        { do: "alert", after: 90000000, n: 0, asset: "BTC", direction: "long", trigger: true, old: false },
        { do: "confirm", after: 6, n: 1 },
      ],
    },
  },
  {
    found:
      "a bet that a look found settled is answered later: its payout is booked twice, beside the books' opening",
    history: {
      ...calm,
      seed: 2714,
      slack: true,
      moves: [
        { do: "alert", after: 28906, n: 2, asset: "BTC", direction: "short", trigger: false, old: false },
        { do: "trouble", after: 2300, kind: "broken-502-after", call: "wallet.balance", times: 1 },
        { do: "confirm", after: 55310, n: 0 },
        { do: "trouble", after: 73669, kind: "slack-broken", call: "any", times: 2 },
        { do: "alert", after: 191, n: 3, asset: "SOL", direction: "long", trigger: false, old: false },
        { do: "trouble", after: 31974, kind: "silence-before", call: "escrow.release", times: 1 },
        { do: "trouble", after: 1502, kind: "webhook-twice", call: "any", times: 1 },
        { do: "claim", after: 2352, desk: true, twice: true },
        { do: "bet", after: 1458, n: 1, side: "heads", micro: 1000000, desk: true },
        {
          do: "stop",
          after: 10,
          who: "both",
          place: "before-call",
          of: "escrow.release",
          skip: 1,
          downMs: 60000,
        },
        { do: "trouble", after: 27045, kind: "slow", call: "casino.bet", times: 1 },
        { do: "alert", after: 2217, n: 2, asset: "ETH", direction: "short", trigger: false, old: false },
        { do: "claim", after: 119637, desk: true, twice: false },
        { do: "alert", after: 1746, n: 2, asset: "ETH", direction: "long", trigger: false, old: false },
        { do: "alert", after: 1621, n: 4, asset: "BTC", direction: "long", trigger: true, old: false },
        { do: "alert", after: 2994, n: 3, asset: "ETH", direction: "long", trigger: true, old: false },
        { do: "bet", after: 60000, n: 1, side: "heads", micro: 1000000, desk: true },
      ],
    },
  },
  {
    found: "a position is over before anybody has told of its fill: its price and fee are never known",
    history: {
      ...calm,
      seed: 4555,
      moves: [
        { do: "stop", after: 5000, who: "app", place: "purple-flea-commit", of: "any", skip: 9, downMs: 200 },
        { do: "ask-alert", after: 119995, twice: true },
        { do: "alert", after: 1560, n: 2, asset: "BTC", direction: "long", trigger: true, old: false },
        { do: "stop", after: 2602, who: "app", place: "after-call", of: "any", skip: 6, downMs: 1200000 },
        { do: "trouble", after: 0, kind: "reset-after", call: "escrow.create", times: 1 },
        { do: "alert", after: 2423, n: 0, asset: "ETH", direction: "long", trigger: true, old: false },
        { do: "trouble", after: 0, kind: "late", call: "faucet.claim", times: 1 },
        { do: "alert", after: 90000000, n: 2, asset: "BTC", direction: "long", trigger: true, old: false },
        { do: "trouble", after: 552, kind: "refused-402", call: "wallet.balance", times: 1 },
        { do: "trouble", after: 1027, kind: "away-503", call: "faucet.claim", times: 1 },
        { do: "alert", after: 2620788, n: 0, asset: "SOL", direction: "long", trigger: false, old: false },
        { do: "alert", after: 90000000, n: 0, asset: "SOL", direction: "long", trigger: true, old: false },
        { do: "trouble", after: 89695, kind: "away-503", call: "any", times: 2 },
        { do: "escrow", after: 0, n: 0, micro: 100050, confirms: true, desk: false },
        { do: "claim", after: 0, desk: true, twice: false },
        { do: "settle", after: 300000, n: 3, then: "again" },
        { do: "settle", after: 300000, n: 2, then: "leave" },
      ],
    },
  },
];
