import type { InngestFunction } from "inngest";
import { serve } from "inngest/edge";
import type { DeskContext, PracticePort } from "../app/context";
import type { Reader, Writer } from "../db/connection";
import type { Clock } from "../domain/clock";
import { wordedFetch, type Fetch } from "../domain/fetch-failure";
import { createFunctions } from "../inngest";
import { createInngest } from "../inngest/client";
import { limitsOf, type Deps } from "../inngest/deps";
import { createJournal } from "../inngest/journal";
import { createPurpleFlea } from "../inngest/purple-flea/gateway/client";
import { engineRoutes } from "./engine";
import { eventApi } from "./event-api";
import { startOutbox } from "./outbox";
import { answerWebhook, isWebhook, webhookRoutes, type WebhookOptions } from "./webhooks";

/** Where the engine calls the functions. */
export const ENGINE_PATH = "/api/inngest";

/** What pages are told of the process, less what the functions' configuration says already. */
export type PagesConfig = Omit<
  DeskContext["config"],
  "agentId" | "agentWallet" | "tradeSizeMicro" | "limits"
>;

/** Everything the desk is made of. Times are ms, amounts micro-USDC. */
export interface AppParts {
  /** The file as it was opened: functions are handed the mirror's half, the edge and commands the desk's. */
  db: { writer: Writer; reader: Reader };
  clock: Clock;
  /** The machine's time: for signatures, sessions and sending. */
  wall: Clock;
  /** The one way out of the process. */
  fetch: Fetch;
  log: { warn(message: string): void; error(message: string, error: unknown): void };
  /** Puts a failure on the log and hands out its name there. */
  report: DeskContext["report"];
  engine: {
    /** Takes unsigned calls, and any event key. Never in live mode. */
    isDev: boolean;
    /** Inngest Cloud when absent. */
    baseUrl?: string;
    eventKey?: string;
    signingKey?: string;
    signingKeyFallback?: string;
    /** The address announced to the engine; when absent, the one it asked under. */
    serveOrigin?: string;
    /** What the engine waits before it tries again, where it does not go by Inngest's table. */
    retryIntervalMs?: number;
  };
  purpleFlea: { apiUrl: string; faucetUrl: string; apiKey: string };
  webhookSecrets: string[];
  functions: Deps["config"];
  slack?: Deps["slack"];
  pages: PagesConfig;
  /** Absent in live mode; asked for each page, since the sandbox starts after the desk listens. */
  practice?: () => PracticePort | undefined;
  /** How often the outbox is looked into when nobody said that something is in it. */
  outboxIdleMs?: number;
  /** The functions of another build, where a test upgrades from it. */
  createFunctions?: (deps: Deps) => InngestFunction.Any[];
}

/**
 * Puts the desk together: the only place that does, for the process (server/index.ts), for function tests and for simulated
 * histories. Nothing listens yet, but the outbox is being sent from now on.
 */
export function createApp(parts: AppParts) {
  const { clock, wall, fetch, log, engine } = parts;
  const { writer, reader } = parts.db;
  const client = createInngest({
    isDev: engine.isDev,
    baseUrl: engine.baseUrl,
    fetch: wordedFetch("The event engine", fetch),
    eventKey: engine.eventKey,
    signingKey: engine.signingKey,
    signingKeyFallback: engine.signingKeyFallback,
    middleware: [
      createJournal({ mirror: writer, clock, log: log.error, retryIntervalMs: engine.retryIntervalMs }),
    ],
    logger: wordsOnly(log.warn),
  });
  const deps: Deps = {
    client,
    mirror: writer,
    read: reader,
    clock,
    purpleFlea: createPurpleFlea({ ...parts.purpleFlea, clock, fetch }),
    config: parts.functions,
    slack: parts.slack,
  };
  const functions = (parts.createFunctions ?? createFunctions)(deps);
  const outbox = startOutbox({
    desk: writer,
    send: eventApi(client, fetch),
    clock,
    wall,
    log: log.warn,
    idleMs: parts.outboxIdleMs,
  });
  const outboxChanged = () => void outbox.wake();
  const webhooks: WebhookOptions = {
    desk: writer,
    clock,
    wall,
    secrets: parts.webhookSecrets,
    stored: outboxChanged,
  };
  const { serveOrigin } = engine;
  let handler: ((request: Request) => Promise<Response>) | undefined;

  return {
    deps,
    outbox,
    /** What machines ask, for a server: calls of the engine, which belong under `ENGINE_PATH`, and Purple Flea's webhooks. */
    machineRoutes: () => ({
      engine: engineRoutes({ client, functions, serveOrigin, signed: !engine.isDev }),
      webhooks: webhookRoutes(webhooks),
    }),
    /** The same for a world without sockets. */
    answer(request: Request): Promise<Response> {
      if (isWebhook(request)) return answerWebhook(webhooks, request);
      handler ??= serve({ client, functions, serveOrigin, servePath: ENGINE_PATH });
      return handler(request);
    },
    /** What every loader and action is handed, less what is the request's own. */
    loadContext: (): Omit<DeskContext, "nonce" | "address"> => ({
      read: reader,
      desk: writer,
      clock,
      practice: parts.practice?.(),
      report: parts.report,
      outboxChanged,
      config: {
        ...parts.pages,
        agentId: parts.functions.agentId,
        agentWallet: parts.functions.agentWallet,
        tradeSizeMicro: parts.functions.tradeSizeMicro,
        limits: limitsOf(parts.functions),
      },
    }),
    /** Sends nothing more, when what is under way has been answered. The files are closed by who opened them. */
    stop: () => outbox.stop(),
  };
}
export type App = ReturnType<typeof createApp>;

/** The SDK's words and not its objects: those may carry what a log must not. */
function wordsOnly(say: (message: string) => void) {
  const words = (...said: unknown[]) => say(said.filter((word) => typeof word === "string").join(" "));
  return { info: () => undefined, debug: () => undefined, warn: words, error: words };
}
