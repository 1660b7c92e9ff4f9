import fc from "fast-check";

/*
 * A history as data: what people, feeds, counterparties and fate do, in order. Everything else follows from it and from its
 * seed. Plain records of whole numbers and words, so that fast-check can shrink a stored one without knowing how it was made.
 */
export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;

/** How long after the move before it. Mostly at once: what races is what is worth trying. */
const after = fc.oneof(
  { weight: 60, arbitrary: fc.integer({ min: 0, max: 3 * SECOND_MS }) },
  { weight: 30, arbitrary: fc.integer({ min: 5 * SECOND_MS, max: 3 * MINUTE_MS }) },
  { weight: 8, arbitrary: fc.integer({ min: 5 * MINUTE_MS, max: 2 * HOUR_MS }) },
  // Beyond the day for which the engine itself knows an event again.
  { weight: 2, arbitrary: fc.constant(25 * HOUR_MS) },
);
type Deed<D, T> = { do: D; after: number } & T;
type Fields<T> = { [K in keyof T]: fc.Arbitrary<T[K]> };
const deed = <D extends string, T extends object>(name: D, fields: Fields<T>) =>
  // The compiler does not put a mapped type together from two.
  fc.record({ do: fc.constant(name), after, ...fields }) as fc.Arbitrary<Deed<D, T>>;
/** Which of the few escrows, alerts and bets a move is about: few, so that moves meet. */
const escrowNo = fc.integer({ min: 0, max: 2 });
const alertNo = fc.integer({ min: 0, max: 4 });
const twice = fc.boolean();

export const requests = {
  /** A price feed's event, with its own id; the same number is the same alert again. */
  alert: deed("alert", {
    n: alertNo,
    /** As feeds spell them: three markets by five names. */
    asset: fc.constantFrom<string[]>("ETH", "BTC", "SOL", "BINANCE:ETHUSDT", "btc-perp"),
    direction: fc.constantFrom("long" as const, "short" as const),
    trigger: fc.boolean(),
    old: fc.constantFrom(false, false, false, true),
  }),
  /** The same, typed in at the desk. */
  askAlert: deed("ask-alert", { asset: fc.constantFrom<string[]>("ETH", "SOL"), twice }),
  escrow: deed("escrow", {
    n: escrowNo,
    micro: fc.oneof(
      fc.integer({ min: 100_000, max: 60_000_000 }),
      fc.constantFrom(50_000, 100_050, 1_000_049),
    ),
    /** The counterparty confirms a minute or so later, without being asked. */
    confirms: fc.boolean(),
    /** Asked for at the desk instead of by an event. */
    desk: fc.boolean(),
  }),
  /** The counterparty confirms at Purple Flea, which tells by webhook. */
  confirm: deed("confirm", { n: escrowNo }),
  /** Somebody who holds an event key says that it was confirmed. */
  claimConfirmed: deed("claim-confirmed", { n: fc.integer({ min: 0, max: 3 }), remoteId: fc.boolean() }),
  decide: deed("decide", {
    n: escrowNo,
    decision: fc.constantFrom("release" as const, "cancel" as const),
    twice,
  }),
  /** Somebody ends it at Purple Flea, past us. */
  endUpstream: deed("end-upstream", {
    n: escrowNo,
    to: fc.constantFrom("released" as const, "refunded" as const),
  }),
  claim: deed("claim", { desk: fc.boolean(), twice }),
  bet: deed("bet", {
    n: fc.integer({ min: 0, max: 2 }),
    side: fc.constantFrom("heads" as const, "tails" as const),
    micro: fc.constantFrom<number[]>(1_000_000, 2_345_678, 5_000_000, 5_000_001),
    desk: fc.boolean(),
  }),
  /** An operator looks into a call whose outcome is not known, and says what became of it. */
  settle: deed("settle", {
    n: fc.integer({ min: 0, max: 3 }),
    /** What did not happen is done again, dropped, or left as it is. */
    then: fc.constantFrom("again" as const, "again" as const, "drop" as const, "leave" as const),
  }),
  pause: deed("pause", {
    kind: fc.constantFrom("trade", "escrow-create", "escrow-release", "bet", "claim" as const),
  }),
  resume: deed("resume", {}),
  sync: deed("sync", { desk: fc.boolean() }),
  /** A webhook that was delivered comes again, or one that Purple Flea never sent. */
  webhook: deed("webhook", {
    what: fc.constantFrom("again" as const, "forged" as const, "odd" as const, "future" as const),
    n: fc.integer({ min: 0, max: 8 }),
  }),
};
export const request = fc.oneof(
  { weight: 6, arbitrary: requests.alert },
  { weight: 1, arbitrary: requests.askAlert },
  { weight: 4, arbitrary: requests.escrow },
  { weight: 3, arbitrary: requests.confirm },
  { weight: 2, arbitrary: requests.claimConfirmed },
  { weight: 4, arbitrary: requests.decide },
  { weight: 1, arbitrary: requests.endUpstream },
  { weight: 1, arbitrary: requests.claim },
  { weight: 2, arbitrary: requests.bet },
  { weight: 3, arbitrary: requests.settle },
  { weight: 1, arbitrary: requests.pause },
  { weight: 1, arbitrary: requests.resume },
  { weight: 1, arbitrary: requests.sync },
  { weight: 3, arbitrary: requests.webhook },
);

export const moneyCalls = [
  "order.create",
  "escrow.create",
  "escrow.release",
  "escrow.cancel",
  "faucet.claim",
  "casino.bet",
] as const;
/** Everything the app asks of Purple Flea; `money` is the next call that moves any. */
const targets = [
  ...moneyCalls,
  "money",
  "money",
  "money",
  "escrow.get",
  "wallet.balance",
  "faucet.status",
  "any",
] as const;

export const purpleFleaTroubles = [
  "refuse",
  "reset-before",
  "reset-after",
  "silence-before",
  "silence-after",
  "late",
  "slow",
  "refused-400",
  "refused-401",
  "refused-402",
  "refused-403",
  "refused-404",
  "refused-409",
  "refused-422",
  "limit-429",
  "away-503",
  "broken-500-before",
  "broken-500-after",
  "broken-502-before",
  "broken-502-after",
  "broken-504-before",
  "broken-504-after",
  "unreadable-html",
  "unreadable-cut",
  "unreadable-field",
] as const;
export const otherTroubles = [
  /** The engine hears nothing of what a step did, and asks again. */
  "answer-lost",
  /** The engine's call arrives twice. */
  "call-twice",
  "call-refused",
  "call-slow",
  /** The engine has the event, and the outbox does not hear of it. */
  "event-taken",
  "event-refused",
  "webhook-lost",
  "webhook-twice",
  /** Delivered, and Purple Flea does not hear of it. */
  "webhook-answer-lost",
  /** Delivered hours later, behind whatever comes meanwhile. */
  "webhook-late",
  "slack-broken",
] as const;
export const troubleOf = <K, C>(kind: fc.Arbitrary<K>, call: fc.Arbitrary<C>, times: fc.Arbitrary<number>) =>
  deed("trouble", { kind, call, times });
export const trouble = fc.oneof(
  {
    weight: 3,
    arbitrary: troubleOf(
      fc.constantFrom(...purpleFleaTroubles),
      fc.constantFrom(...targets),
      fc.constantFrom(1, 1, 1, 2, 5),
    ),
  },
  {
    weight: 2,
    arbitrary: troubleOf(
      fc.constantFrom(...otherTroubles),
      fc.constant("any" as const),
      fc.constantFrom(1, 1, 2),
    ),
  },
);

/** The functions of the product, at whose commits a process may stop. */
export const functionIds = [
  "trade-on-price-alert",
  "daily-faucet-claim",
  "escrow-lifecycle",
  "scheduled-casino-bet",
  "record-webhook",
  "record-confirmation",
  "sync-mirror",
  "reconcile-unknown",
  "clean-up",
] as const;
export const stopPlaces = [
  "desk-commit",
  "engine-commit",
  "purple-flea-commit",
  "before-call",
  "after-call",
  "event-taken",
  "step-answered",
  "webhook-taken",
] as const;
export const stopOf = <P, C>(place: fc.Arbitrary<P>, of: fc.Arbitrary<C>, skip: fc.Arbitrary<number>) =>
  deed("stop", {
    who: fc.constantFrom("app", "app", "app", "engine", "both", "purple-flea" as const),
    place,
    /** Before or after this call only, or behind a commit of this function only. */
    of,
    skip,
    downMs: fc.constantFrom(200, 2 * SECOND_MS, 2 * SECOND_MS, MINUTE_MS, MINUTE_MS, 20 * MINUTE_MS),
  });
export const stops = {
  anywhere: stopOf(
    fc.constantFrom("desk-commit", "desk-commit", ...stopPlaces),
    fc.constant("any" as const),
    fc.integer({ min: 0, max: 12 }),
  ),
  call: stopOf(
    fc.constantFrom("before-call" as const, "after-call" as const),
    fc.constantFrom(...moneyCalls),
    fc.constantFrom(0, 0, 1),
  ),
  commit: stopOf(
    fc.constant("desk-commit" as const),
    fc.constantFrom(...functionIds),
    fc.constantFrom(0, 0, 1, 2),
  ),
};
/** A process stops at the `skip`th such place from now on, and starts again `downMs` later. */
export const stop = fc.oneof(
  { weight: 3, arbitrary: stops.anywhere },
  { weight: 1, arbitrary: stops.call },
  { weight: 1, arbitrary: stops.commit },
);

const move = fc.oneof(request, trouble, stop);
type Made<A> = A extends fc.Arbitrary<infer M> ? M : never;
export type Request = Made<typeof request>;
export type TroubleMove = Made<typeof trouble>;
export type StopMove = Made<typeof stop>;
/** What somebody or something does, for whichever driver makes it. */
export type Move = Request | TroubleMove | StopMove;

export const circumstances = {
  /** What the wallet holds when it begins. */
  wallet: fc.constantFrom("plenty" as const, "plenty" as const, "plenty" as const, "little" as const),
  /** Purple Flea knows a request by its Idempotency-Key, or takes no notice of it. */
  honoursKeys: fc.constantFrom(false, false, true),
  /** Purple Flea's replies have the fields its guide names, and no other. */
  terse: fc.constantFrom(false, false, true),
  dailyLimit: fc.constantFrom(false, false, false, true),
  /** It begins some minutes before a day ends, UTC, instead of in the morning. */
  late: fc.constantFrom(false, false, true),
  slack: fc.boolean(),
};

/** Any history, for shrinking: shorter than what is ever made, down to nothing. */
export const anyHistory = fc.record({
  seed: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  ...circumstances,
  moves: fc.array(move, { maxLength: 60, size: "max" }),
});
export type History = Made<typeof anyHistory>;
