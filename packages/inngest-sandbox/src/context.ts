import type { IncomingEvent } from "./events";
import type { Ready } from "./ready";
import type { FunctionConfig } from "./registration";
import type { Store } from "./store";
import type { Triggers } from "./triggers";

/** What the engine's parts share. */
export interface Context {
  store: Store;
  now(): number;
  /** What signatures are made by, ms. */
  signingNow(): number;
  random(): number;
  newId(): string;
  /** A number that only grows: who came first. */
  nextSeq(): number;
  functions: Map<string, FunctionConfig>;
  triggers: Triggers;
  ready: Ready;
  fetch: typeof fetch;
  signingKeys: string[];
  retryIntervalMs?: number;
  /** Whether a planned sendEvent of this run is under way. */
  isSending(runId: string): boolean;
  /** Takes an event in, with all that follows from it, and returns the engine's own id for it. */
  deliver(event: IncomingEvent): string;
  /** New work is on the queue. */
  wake(): void;
  /** A run is over. */
  ended(): void;
  log(message: string): void;
}
