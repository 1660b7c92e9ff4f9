import type { Move } from "../moves";
import { alert, calm, DAY_MS, type Kept } from "./parts";

/** What was counted twice, or never, or called something it was not. */
export const MONEY: readonly Kept[] = [
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
        { do: "ask-alert", after: 119995, asset: "ETH", twice: true },
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
  {
    found:
      "two tries of a bet, the first still waiting for the commitment when the second sends it: the first sends it again",
    history: {
      ...calm,
      seed: 0,
      moves: [
        { do: "trouble", after: 300000, kind: "silence-before", call: "any", times: 1 },
        { do: "trouble", after: 0, kind: "call-twice", call: "any", times: 1 },
        { do: "trouble", after: 0, kind: "late", call: "casino.bet", times: 1 },
        { do: "stop", after: 0, who: "engine", place: "desk-commit", of: "any", skip: 0, downMs: 200 },
        { do: "bet", after: 0, n: 0, side: "heads", micro: 1000000, desk: false },
        { do: "claim-confirmed", after: 219, n: 0, remoteId: false },
      ],
    },
  },
  {
    found:
      "the books open while a bet is sent again that a person wrongly said was not placed: it is counted twice",
    history: {
      ...calm,
      seed: 0,
      honoursKeys: true,
      moves: [
        { do: "trouble", after: 0, kind: "unreadable-cut", call: "casino.bet", times: 1 },
        { do: "trouble", after: 5000, kind: "webhook-late", call: "any", times: 1 },
        { do: "claim", after: 0, desk: true, twice: false },
        { do: "bet", after: 0, n: 0, side: "heads", micro: 1000000, desk: false },
        { do: "settle", after: 300000, n: 3, then: "again" },
      ],
    },
  },
  {
    found:
      "an order that a person wrongly said was not placed is refused when it is sent again: the rules asked too much",
    history: {
      ...calm,
      seed: 0,
      honoursKeys: true,
      moves: [
        { do: "trouble", after: 0, kind: "unreadable-cut", call: "order.create", times: 1 },
        alert,
        { do: "settle", after: 300000, n: 3, then: "again" },
        { do: "trouble", after: 0, kind: "refused-401", call: "order.create", times: 1 },
      ],
    },
  },
  {
    found:
      "an escrow that a person wrongly said was not created cannot be sent again: the rules asked too much",
    history: {
      ...calm,
      seed: 0,
      honoursKeys: true,
      moves: [
        { do: "trouble", after: 0, kind: "late", call: "escrow.create", times: 1 },
        { do: "escrow", after: 0, n: 0, micro: 100000, confirms: false, desk: true },
        {
          do: "stop",
          after: 32523,
          who: "purple-flea",
          place: "desk-commit",
          of: "any",
          skip: 0,
          downMs: 1200000,
        },
        { do: "settle", after: 362410, n: 3, then: "again" },
      ],
    },
  },
  {
    found:
      "a bet is sent again, and again asked for, while the answer is on its way: the decision's own answer stays unknown",
    history: {
      ...calm,
      seed: 0,
      moves: [
        { do: "trouble", after: 0, kind: "broken-504-before", call: "casino.bet", times: 1 },
        { do: "bet", after: 0, n: 0, side: "tails", micro: 2345678, desk: true },
        { do: "trouble", after: 60000, kind: "slow", call: "casino.bet", times: 1 },
        { do: "stop", after: 0, who: "engine", place: "before-call", of: "casino.bet", skip: 0, downMs: 200 },
        { do: "settle", after: 240000, n: 0, then: "again" },
      ],
    },
  },
  {
    found:
      "done again and lost again, left, and done once more: the decision that sent it first stays unknown",
    history: {
      ...calm,
      seed: 0,
      moves: [
        { do: "trouble", after: 0, kind: "silence-before", call: "order.create", times: 2 },
        alert,
        { do: "settle", after: 300000, n: 0, then: "again" },
        { do: "settle", after: 300000, n: 0, then: "leave" },
        { do: "settle", after: 300000, n: 0, then: "again" },
      ],
    },
  },
  {
    found:
      "a claim that was told of is answered late, behind the books' opening: it is dated anew, and booked beside its opening",
    history: {
      ...calm,
      seed: 0,
      moves: [
        { do: "trouble", after: 0, kind: "slow", call: "money", times: 2 },
        { do: "escrow", after: 5000, n: 0, micro: 100000, confirms: false, desk: true },
        { do: "claim", after: 0, desk: false, twice: false },
        { do: "decide", after: 1712, n: 0, decision: "release", twice: false },
      ],
    },
  },
  {
    found:
      "a bet is sent once more while the first is on its way, and that one counts: it is called another than was promised",
    history: {
      ...calm,
      seed: 300671,
      honoursKeys: true,
      slack: true,
      moves: [
        { do: "trouble", after: 0, kind: "late", call: "casino.bet", times: 1 },
        { do: "trouble", after: 179836, kind: "webhook-late", call: "any", times: 2 },
        { do: "trouble", after: 5007, kind: "silence-before", call: "casino.bet", times: 1 },
        { do: "bet", after: 0, n: 1, side: "heads", micro: 5000000, desk: false },
        { do: "settle", after: 365685, n: 3, then: "again" },
      ],
    },
  },
];
