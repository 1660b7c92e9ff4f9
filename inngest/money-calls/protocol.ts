import type { z } from "zod";
import type { MirrorWriter } from "../../db/connection";
import type { AnswerState } from "../../domain/command-states";
import type { Actor } from "../../domain/ids";
import type { IntentKey, LockName } from "../../domain/keys";
import type { MicroUsdc } from "../../domain/money";
import type { MoneyActionName as ActionName, Purse } from "../../domain/intents";
import type { PauseKind } from "../../domain/pauses";
import type { Decision } from "../../db/read/decisions";
import type { Intent, Try } from "../../db/mirror/intents";
import type { SubjectType, TimelineKind } from "../../domain/timeline-kinds";
import type { Deps } from "../deps";
import type { Outcome } from "../purple-flea/outcomes";

/*
 * One protocol for every call that moves money. `reserve` checks and writes the intent in one transaction, the call is made once,
 * `settle` writes its outcome to intent, row, timeline and receipt in one transaction. `runMoneyAction` does these as the steps of
 * a function, waits for the call's turn, tries again what is known not to have been executed, and asks to reconcile what is
 * unknown. What is special about one call is in its own file under actions/. Amounts are micro-USDC, times ms.
 */

/** What every request says: which row it is about, and who asks. */
export interface ActionRequest {
  ref: string;
  /** The operator's command that asked for it. */
  commandId: string | null;
  runId: string;
}

/** What has become known of a call. */
export type Transition<Value> =
  /** The intent is written: the call is in flight from now on. */
  | { kind: "reserved"; detail?: string }
  | { kind: "done"; value: Value }
  /** Purple Flea said no: nothing moved. */
  | { kind: "rejected"; reason: string; retryAt?: number }
  /** Known not to have been sent or done; it is tried again. */
  | { kind: "not-executed"; reason: string }
  /** The same, and its attempts are used up. */
  | { kind: "given-up"; reason: string; retryAt?: number }
  /**
   * Sent, and no readable answer: it may have been executed. `isInFlight`: an attempt that nobody hears of any more may be waiting
   * for its answer still.
   */
  | { kind: "unknown"; reason: string; isInFlight?: boolean }
  /** We said no, before anything was sent. */
  | { kind: "skipped"; reason: string }
  /** Reconciled: it was executed. `words` say who says so. */
  | { kind: "found"; value: Value; words: string }
  /** Reconciled: it was not executed. */
  | { kind: "found-missing"; reason: string };
export type TransitionKind = Transition<unknown>["kind"];

/** Every word that people read about a transition: the row's reason, the timeline's entry, the receipt of who asked. */
export interface Told {
  reason: string | null;
  /** Null where the call tells nothing of its own. */
  entry: { kind: TimelineKind; title: string; detail?: string } | null;
  /** Null where nothing is known yet: an answer that it is unknown is withdrawn. */
  answer: { state: AnswerState; message: string } | null;
}

/** Who settles: what the timeline signs with, and where it comes from. */
export interface Source {
  actor: Actor;
  runId?: string;
  stepId?: string;
}

/** What a call came to, as a step returns it. `Summary` is what the function returns of a call that was done. */
export type Settled<Summary extends object> =
  | ({ kind: "done" } & Summary)
  /** It waits for a pause, a dispute or another hindrance to end; `until` when that is known, ms. */
  | { kind: "held"; reason: string; until?: number }
  | { kind: "skipped"; reason: string }
  | { kind: "rejected"; reason: string; retry_at?: number }
  /** Its attempts are used up, and it is known not to have been executed. */
  | { kind: "given-up"; reason: string; retry_at?: number }
  /** Results of earlier builds do not name the key. */
  | { kind: "unknown"; reason: string; key?: string };
export type CallResult<Summary extends object> =
  | Settled<Summary>
  /** Another call is in flight, or of unknown outcome (`lost`), and this one waits for its turn. */
  | { kind: "busy"; heldBy: string; why?: string; lost?: boolean };

/** What the state upstream says before anything is reserved, asked in the reserving transaction. */
export type Precheck =
  { kind: "go" } | { kind: "final" } | { kind: "blocked"; reason: string; until?: number };

/** What a call answered, besides its outcome: it was fenced off, or Purple Flea told what the call had not done. */
export type CallOutcome<Value> =
  | Outcome<Value>
  /** A newer attempt has superseded this one while it waited: nothing was sent. */
  | { kind: "superseded" }
  | { kind: "told"; settle: (tx: MirrorWriter, now: number) => void };

/** What Purple Flea can say of a call whose outcome is unknown. */
export type Resolution<Value> =
  | { kind: "executed"; value: Value; words?: string }
  | { kind: "not-executed"; reason: string }
  /** It may be told later. `note` is what the row may learn meanwhile. */
  | { kind: "ask-again"; note?: (tx: MirrorWriter, now: number) => void }
  | { kind: "needs-a-person" };

/**
 * One call that moves money. Methods are written as methods so that actions of different rows fit into one table: each is only
 * ever given what its own `load` and `call` returned.
 */
export interface MoneyAction<Request extends ActionRequest, Row, Value, Summary extends object> {
  readonly name: ActionName;
  readonly subject: SubjectType;
  readonly functionId: string;
  /** The steps of a run: the call, and what records that its attempts are used up. */
  readonly steps: { call: string; giveUp: string };
  readonly pause: PauseKind | null;
  readonly whilePaused: "hold" | "skip";
  /** The purse its amount leaves; null when it leaves none. */
  readonly purse: Purse | null;
  /** What is held while it is in flight: one at a time. */
  readonly lock: LockName | null;
  /** After which noes the same key may be sent again. After `not-executed` it always may. */
  readonly repeatableAfter: readonly TransitionKind[];
  /** Whether a call of unknown outcome is tried again by its own step: its precheck rules out that it was executed. */
  readonly retriesUnknown: boolean;
  /** Whether its row is written even when the guard says no. */
  readonly keepsSkipped: boolean;
  /** What is started again when it turns out that it was not executed. */
  readonly resumes: "escrow" | "claim" | null;
  /** Whether the request goes on when a run of it has ended: another run makes the call. */
  readonly outlivesRun: boolean;

  key(request: Request): IntentKey;
  amount(deps: Deps, request: Request): MicroUsdc;
  asset?(request: Request): string;
  load(tx: MirrorWriter, ref: string): Row | undefined;
  /** Writes the row of a call that is about to be made. */
  begin(deps: Deps, tx: MirrorWriter, request: Request, now: number): void;

  /** Why the request is none that this action can carry out; then nothing is written but the answer. */
  conflict?(tx: MirrorWriter, request: Request): { reason: string; isTold: boolean } | null;
  /** Why its time is over; then it is skipped as if it were paused. */
  lapsed?(ref: string, now: number): string | null;
  /** What its reservation is told with. */
  reservedDetail?(request: Request): string;
  /** Limits, balance, age: why it may not be sent now. Its own intent is open already. */
  guard?(deps: Deps, tx: MirrorWriter, request: Request, now: number): string | null;
  /** Shows that it waits for a pause to end. */
  hold?(deps: Deps, tx: MirrorWriter, request: Request, reason: string, source: Source, now: number): void;
  /** Shows that it waits for its turn. */
  wait?(tx: MirrorWriter, request: Request, reason: string, now: number): void;
  /** Whether an intent that was found open cannot have been executed. */
  isUnsent?(tx: MirrorWriter, request: Request): boolean;
  /** Asks upstream before anything is reserved. */
  precheck?(deps: Deps, request: Request): Promise<(tx: MirrorWriter, now: number) => Precheck>;

  call(deps: Deps, row: Row, attempt: Try, key: IntentKey): Promise<CallOutcome<Value>>;
  /** Writes the row, nothing else. `row` is absent where none was kept. */
  apply(
    tx: MirrorWriter,
    at: { key: IntentKey; row: Row | undefined },
    transition: Transition<Value>,
    reason: string | null,
    now: number,
  ): void;
  describe(row: Row | undefined, transition: Transition<Value>, context: Context): Told;
  /** Reads the result of a step, of this build and of earlier ones. */
  readonly summarySchema: z.ZodType<Summary>;
  /** Of a row whose call is done; null when this request did not do it. */
  summary(row: Row, request: ActionRequest): Summary | null;
  remoteIdOf(value: Value): string | undefined;

  /** The operator's decision that it carries out: who decided is who is answered. Else that is the command on the intent. */
  decisionAbout?(tx: MirrorWriter, ref: string): Pick<Decision, "decision" | "commandId"> | null;
  /** What another command is told that asked for what was asked for before. */
  answerLate?(row: Row | undefined, intent: Intent): NonNullable<Told["answer"]>;
  /** When it is tried again after a no, ms; undefined when it is not, or at once. */
  retryAt?(tx: MirrorWriter, ref: string, now: number): number;

  reconcile(deps: Deps, intent: Intent): Promise<Resolution<Value>>;
  /**
   * What Purple Flea says of the id that a person named: what the call came to, why it was not executed after all (`missing`), or
   * in words why it cannot be this call.
   */
  verifyRemoteId(
    deps: Deps,
    intent: Intent,
    remoteId: string | undefined,
  ): Promise<{ value: Value } | { missing: string } | string>;
  /** The row an id of Purple Flea's belongs to. */
  ownerOf?(tx: MirrorWriter, remoteId: string): string | undefined;
}

/** What `describe` may know besides the row. */
export interface Context {
  /** What an operator decided about the escrow, if one did. */
  decision: "release" | "cancel" | null;
}

/** Any of the actions, for what is done alike to all of them. */
export type AnyAction = MoneyAction<ActionRequest, unknown, unknown, object>;
