import type { AfterUnknown } from "../domain/after-unknown";
import type { Clock } from "../domain/clock";
import type { MicroUsdc } from "../domain/money";
import type { Reader, DeskWriter } from "../db/connection";
import type { SessionRules } from "../db/desk/sessions";

/** A fault for the sandbox's next call. */
export interface PracticeFault {
  call: string;
  kind: string;
  times?: number;
  status?: number;
  delay_ms?: number;
  retry_after_s?: number;
}
/** What practice mode lets people do to the world outside. Absent in live mode. */
export interface PracticePort {
  clock(): Promise<{ nowMs: number; offsetMs: number } | null>;
  /** Lets time pass, ms; everything that falls due on the way runs. */
  advance(ms: number): Promise<void>;
  setFault(fault: PracticeFault): Promise<void>;
  faults(): Promise<PracticeFault[]>;
  clearFaults(): Promise<void>;
  /** Sends a signed webhook; the status our own edge answered. */
  sendWebhook(type: string, data: Record<string, unknown>): Promise<number>;
  engineIsOn(): Promise<boolean>;
  stopEngine(): Promise<void>;
  startEngine(): Promise<void>;
}

/** The limits that are checked in the transaction that writes an intent. micro-USDC; absent is no limit. */
export interface Limits {
  tradeMaxMicro?: MicroUsdc;
  tradeDailyLimitMicro?: MicroUsdc;
  tradeAssetLimits?: ReadonlyMap<string, MicroUsdc>;
  tradeMinBalanceMicro: MicroUsdc;
  tradeMaxAlertAgeMs: number;
  tradeAfterUnknown: AfterUnknown;
  casinoStakeMicro: MicroUsdc;
  casinoDailyLossMicro: MicroUsdc;
}

/** What the process hands to every loader and action. */
export interface DeskContext {
  /** Pages read with this; SQLite refuses it a write. */
  read: Reader;
  /** For app/auth and app/commands, through db/desk. */
  desk: DeskWriter;
  clock: Clock;
  config: {
    mode: "live" | "practice" | "test";
    agentId: string;
    agentWallet: string;
    tradeSizeMicro: MicroUsdc;
    /** What is enforced, for the page that lists it. */
    limits: Limits;
    /** While a difference of the balance is unexplained, nothing above this is approved. */
    driftApprovalLimitMicro: MicroUsdc;
    secureCookies: boolean;
    session: SessionRules;
    demoAccounts: { email: string; password: string; role: string; name: string }[];
    engine: string;
    /** Which keys the environment has; never what they are. */
    keys: { name: string; what: string; present: boolean; needed: boolean }[];
  };
  /** Where the request comes from, as the edge knows it; null when it does not. */
  address: string | null;
  practice?: PracticePort;
  /** Puts a failure on the log and hands out the name it can be found by there. */
  report(error: unknown, where: string): string;
  /** Says that the outbox has something new. */
  outboxChanged(): void;
  nonce: string;
}

declare module "@remix-run/node" {
  // Remix's own way to type the load context.
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type
  interface AppLoadContext extends DeskContext {}
}

declare module "@remix-run/server-runtime" {
  // Loaders' types as single fetch carries them: bigint and Date arrive as they are.
  interface Future {
    v3_singleFetch: true;
  }
}
