/** One place in our own code that is made another. */
export interface Replacement {
  file: string;
  find: string;
  replace: string;
}

/** A deliberate fault of ours: the simulator must catch each, or it shows nothing. */
export interface Mutant extends Replacement {
  name: string;
  /** The rule that must not hold any more. Others may fall with it. */
  rule: string;
  /** What is wrong with it, in a sentence. */
  wrong: string;
  /** A second place that it takes. */
  and?: Replacement;
}
/** Every place that is changed for a fault. */
export const placesOf = ({ and, ...first }: Mutant): Replacement[] => [first, ...(and ? [and] : [])];

export const MUTANTS: readonly Mutant[] = [
  {
    name: "no unique key",
    rule: "nothing happens twice",
    wrong: "an alert is known by the engine's memory of a day only: its run makes its key",
    file: "inngest/functions/trade-on-price-alert.ts",
    find: "const alertId = resumed ?? event.id ?? runId;",
    replace: "const alertId = resumed ?? `${event.id ?? runId} ${runId}`;",
  },
  {
    name: "retry after a crash",
    rule: "nothing happens twice",
    wrong: "an intent that was found open, of a try that died, is sent again",
    file: "db/mirror/intents.ts",
    find: '    found?.status === "not_executed" ||\n',
    replace: '    found?.status === "not_executed" || found?.status === "open" ||\n',
  },
  {
    name: "retry on unknown",
    rule: "nothing happens twice",
    wrong: "a broken connection counts as not done",
    file: "inngest/purple-flea/outcomes.ts",
    find: 'return { kind: "unknown", reason: exchange.reason };',
    replace: 'return { kind: "not-executed", reason: exchange.reason };',
  },
  {
    name: "retry on 5xx",
    rule: "nothing happens twice",
    wrong: "a 500, 502 or 504 counts as not done",
    file: "inngest/purple-flea/outcomes.ts",
    find: 'return { kind: "unknown", reason: `Purple Flea answered ${status}` };',
    replace: 'return { kind: "not-executed", reason: `Purple Flea answered ${status}` };',
  },
  {
    name: "unreadable is refused",
    rule: "mirror = upstream",
    wrong: "a 2xx that cannot be read counts as refused",
    file: "inngest/purple-flea/gateway/client.ts",
    find: '? { kind: "unknown", reason: `done, but Purple Flea\'s reply cannot be read: ${parsed.why}` }',
    replace: '? { kind: "rejected", status: 422, code: "unreadable", message: parsed.why }',
  },
  {
    name: "check and act in two steps",
    rule: "one order at a time",
    wrong: "no lock is taken with the intent: two orders may be on their way at once",
    file: "inngest/money-calls/actions/order.ts",
    find: 'lock: "order",',
    replace: "lock: null,",
  },
  {
    name: "lost and forgotten",
    rule: "a lost order holds its market",
    wrong: "an order of unknown outcome holds nothing: the next one on its market is sent beside it",
    file: "db/mirror/intents.ts",
    find: 'if (inFlight || lock !== "order") return inFlight;',
    replace: "if (inFlight || lock) return inFlight;",
  },
  {
    name: "finish time-out of 7 d",
    rule: "a run has its own last word",
    wrong: "the run is cancelled before the wait of 7 days is over",
    file: "inngest/functions/escrow-lifecycle.ts",
    find: 'timeouts: { finish: "8d" }',
    replace: 'timeouts: { finish: "7d" }',
  },
  {
    name: "confirmation without proof",
    rule: "no release without proof",
    wrong: "a bare escrow.confirmed event releases",
    file: "inngest/functions/escrow-lifecycle.ts",
    find: "if (row.confirmedAt !== null)\n",
    replace: "if (row.confirmedAt !== null || row.claimedConfirmationAt !== null)\n",
  },
  {
    name: "no re-read before release",
    rule: "what was done is not called refused",
    wrong: "an escrow is ended without asking what it is now, before the call or behind its refusal",
    file: "inngest/money-calls/actions/escrow-end.ts",
    find: "const upstream = await purpleFlea.escrow(before.remoteId);",
    replace: 'const upstream = { ...(await purpleFlea.escrow(before.remoteId)), status: "locked" };',
    and: {
      file: "inngest/money-calls/actions/escrow-end.ts",
      find: 'if (outcome.kind !== "rejected" || outcome.status !== 409) return outcome;',
      replace: 'if (outcome.kind === "rejected" || outcome.kind !== "rejected") return outcome;',
    },
  },
  {
    name: "key from the run",
    rule: "one thing, one key",
    wrong: "what is tried again goes out under a key made of the run's id",
    file: "db/mirror/intents.ts",
    find: 'return { kind: "send", idempotencyKey, tries };\n  }\n  const',
    replace: 'return { kind: "send", idempotencyKey: `run:${request.runId}`, tries };\n  }\n  const',
  },
  {
    name: "no outbox",
    rule: "every command is answered",
    wrong: "an event is called sent before it is: what the engine does not take is gone",
    file: "server/outbox.ts",
    find: "    const sent = await sendRow(row);",
    replace: "    markSent(desk, row.rowId, null, clock.now());\n    const sent = await sendRow(row);",
  },
  {
    name: "older news wins",
    rule: "nothing goes back",
    wrong: "whatever a webhook says of a trade replaces what is known",
    file: "db/mirror/trades.ts",
    find: " && STAGE[news.status] >= STAGE[row.status]) {",
    replace: ") {",
  },
  {
    name: "a late look wins",
    rule: "nothing goes back",
    wrong: "a look at an escrow that was under way when it ended takes the end back",
    file: "db/mirror/escrows.ts",
    find: "if (isOver(row.status) || older) delete wanted.status;",
    replace: "if (older) delete wanted.status;",
  },
  {
    name: "the opening counted twice",
    rule: "our own books agree",
    wrong: "what moved before the wallet's books were opened is booked when it is learnt of",
    file: "db/mirror/books.ts",
    find: "moves.filter(({ at }) => at >= open.openedAt)",
    replace: "moves",
  },
  {
    name: "nobody cleans up",
    rule: "no intent stays open",
    wrong: "what a run left open when it was given up stays open",
    file: "db/mirror/intents.ts",
    find: 'inArray(intents.status, ["open", "unknown", "not_executed"]), eq(intents.runId, runId)',
    replace: "inArray(intents.status, []), eq(intents.runId, runId)",
    // The sweep finds what is in flight for too long by itself.
    and: {
      file: "inngest/recovery/sweep-stale-work.ts",
      find: "  settleAbandoned(deps, runId);\n",
      replace: "",
    },
  },
];
