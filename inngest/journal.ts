import { Middleware } from "inngest";
import { z } from "zod";
import type { Clock } from "../domain/clock";
import { retryMoment } from "../domain/retries";
import { inTransaction, type MirrorWriter } from "../db/connection";
import {
  endRun,
  finishStep,
  settleSteps,
  forgetRuns,
  leaveRun,
  startStep,
  touchRun,
} from "../db/mirror/runs";
import { callSchema, readAnswer, readMemo } from "./journal-reading";

const MAX_JSON = 32_768;
const KEEP_MS = 30 * 86_400_000;
const APP = "purple-flea-agent-";
/** A function's id as the code names it: the engine puts the app's before it. */
export const functionIdOf = (id: string): string => id.replace(APP, "");

/** A payload small enough to keep: one that is too large is replaced by a note of its size. */
function kept(value: unknown): unknown {
  // Nothing, or what JSON knows nothing of, such as a function.
  const length = JSON.stringify(value)?.length;
  if (length === undefined) return null;
  return length > MAX_JSON ? { left_out: `${length} characters` } : value;
}

const aboutEscrow = z.object({ escrow_id: z.string() });

/** What a run is about, from its trigger and function. */
function subjectOf(
  functionId: string,
  event: { id?: string; data?: unknown },
): { subjectType: "escrow" | null; subjectRef: string | null } {
  const data = aboutEscrow.safeParse(event.data);
  return data.success && functionId !== "clean-up"
    ? { subjectType: "escrow", subjectRef: data.data.escrow_id }
    : { subjectType: null, subjectRef: null };
}

/**
 * Middleware that writes every run and step into the mirror: input, output, attempts, timing, errors and waits. A database
 * error here is logged and never fails the run.
 */
export function createJournal({
  mirror,
  clock,
  log,
  retryIntervalMs,
}: {
  mirror: MirrorWriter;
  clock: Clock;
  log: (message: string, error: unknown) => void;
  /** The fixed wait between attempts the engine was started with; without it the moment is known from Retry-After only. */
  retryIntervalMs?: number;
}) {
  const write = (work: (tx: MirrorWriter, now: number) => void) => {
    try {
      inTransaction(mirror, (tx) => work(tx, clock.now()));
    } catch (error) {
      log("the journal could not be written", error);
    }
  };
  let forgotAt = 0;

  return class Journal extends Middleware.BaseMiddleware {
    readonly id = "journal";

    override async wrapRequest({
      fn,
      next,
      requestInfo,
    }: Middleware.WrapRequestArgs): Promise<Middleware.Response> {
      const body = callSchema.safeParse(await requestInfo.body().catch(() => null));
      if (!body.success || !fn) return next();
      const functionId = functionIdOf(fn.id());
      const { event, steps, ctx } = body.data;
      const call = {
        runId: ctx.run_id,
        attempt: ctx.attempt + 1,
        maxAttempts: ctx.max_attempts ?? null,
      };
      write((tx, now) => {
        touchRun(
          tx,
          {
            id: call.runId,
            functionId,
            eventName: event.name,
            eventId: event.id ?? null,
            input: kept(event.data),
            queuedAt: event.ts ?? now,
            attempt: call.attempt,
            maxAttempts: call.maxAttempts,
            ...subjectOf(functionId, event),
          },
          now,
        );
        settleSteps(
          tx,
          call.runId,
          (id) => {
            if (!(id in steps)) return null;
            const end = readMemo(steps[id]);
            return end && { output: kept(end.output), error: end.error };
          },
          now,
        );
        if (now - forgotAt > 3_600_000) {
          forgotAt = now;
          forgetRuns(tx, now - KEEP_MS);
        }
      });
      const response = await next();
      write((tx, now) => this.record(tx, now, call, response));
      return response;
    }

    private record(
      tx: MirrorWriter,
      now: number,
      { runId, attempt, maxAttempts }: { runId: string; attempt: number; maxAttempts: number | null },
      response: Middleware.Response,
    ): void {
      const answer = readAnswer(response, now);
      switch (answer?.kind) {
        case undefined:
          return;
        case "completed":
          return endRun(tx, runId, "completed", null, now, kept(answer.output));
        case "failed":
          return endRun(tx, runId, "failed", answer.message, now);
        case "retrying": {
          if (maxAttempts !== null && attempt >= maxAttempts && response.status !== 206)
            return endRun(tx, runId, "failed", answer.message ?? `answered ${response.status}`, now);
          const next =
            retryMoment(response.headers["retry-after"] ?? response.headers["Retry-After"], now) ??
            (retryIntervalMs === undefined ? null : now + retryIntervalMs);
          return leaveRun(tx, runId, { status: "retrying", error: answer.message, nextAttemptAt: next }, now);
        }
        case "steps": {
          for (const { waitsUntil, waitsFor, input, ...wait } of answer.waits) {
            startStep(
              tx,
              {
                ...wait,
                runId,
                attempt: 1,
                status: "waiting",
                input: kept(input),
                waitsFor: waitsFor && functionIdOf(waitsFor),
                waitsUntil,
              },
              now,
            );
          }
          const idle = answer.waits.length > 0 && !answer.ranSomething;
          return leaveRun(tx, runId, { status: idle ? "waiting" : "running" }, now);
        }
        default:
          return answer satisfies never;
      }
    }

    /** Events are dated by the clock everything here goes by, which in practice is not the machine's. */
    override transformSendEvent(arg: Middleware.TransformSendEventArgs): Middleware.TransformSendEventArgs {
      return { ...arg, events: arg.events.map((event) => ({ ...event, ts: event.ts ?? clock.now() })) };
    }

    override onStepStart({ ctx, stepInfo }: Middleware.OnStepStartArgs): void {
      write((tx, now) =>
        startStep(
          tx,
          {
            runId: ctx.runId,
            id: stepInfo.hashedId,
            name: stepInfo.options.name ?? stepInfo.options.id,
            kind: String(stepInfo.stepType),
            input: kept(stepInfo.input ?? null),
            attempt: ctx.attempt + 1,
            status: "running",
          },
          now,
        ),
      );
    }

    override onStepComplete({ ctx, stepInfo, output }: Middleware.OnStepCompleteArgs): void {
      write((tx, now) =>
        finishStep(
          tx,
          {
            runId: ctx.runId,
            id: stepInfo.hashedId,
            attempt: ctx.attempt + 1,
            status: "completed",
            output: kept(output),
          },
          now,
        ),
      );
    }

    override onStepError({ ctx, stepInfo, error, isFinalAttempt }: Middleware.OnStepErrorArgs): void {
      const status = isFinalAttempt ? "failed" : "retrying";
      write((tx, now) =>
        finishStep(
          tx,
          {
            runId: ctx.runId,
            id: stepInfo.hashedId,
            attempt: ctx.attempt + 1,
            status,
            error: error.message.slice(0, 500),
          },
          now,
        ),
      );
    }
  };
}
