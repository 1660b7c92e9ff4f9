import type { Ready } from "./ready";
import type { FunctionConfig } from "./registration";
import type { Store } from "./store";
import type { Triggers } from "./triggers";

/** What the engine's parts share. */
export interface Context {
  store: Store;
  now(): number;
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
  /** New work is on the queue. */
  wake(): void;
  /** A run is over. */
  ended(): void;
  log(message: string): void;
}
