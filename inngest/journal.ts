import { Middleware } from "inngest";
import { z } from "zod";
import type { Clock } from "../domain/clock";
import { inTransaction, type Writer } from "../db/connection";
import {
  endRun,
  finishStep,
  finishWaits,
  forgetRuns,
  leaveRun,
  startStep,
  touchRun,
} from "../db/mirror/runs";

const MAX_JSON = 32_768;
const KEEP_MS = 30 * 86_400_000;
const APP = "purple-flea-agent-";

const callSchema = z.object({
  event: z.object({
    id: z.string().optional(),
    name: z.string(),
    data: z.unknown().optional(),
    ts: z.number().optional(),
  }),
  steps: z.record(z.string(), z.unknown()).default({}),
  ctx: z.object({ run_id: z.string(), attempt: z.number().default(0), max_attempts: z.number().nullish() }),
});
const opsSchema = z.array(
  z.object({
    id: z.string(),
    op: z.string(),
    name: z.string().nullish(),
    displayName: z.string().nullish(),
    opts: z.object({ timeout: z.string().optional() }).nullish(),
  }),
);
const WAITS: Record<string, string> = {
  Sleep: "sleep",
  WaitForEvent: "waitForEvent",
  InvokeFunction: "invoke",
  WaitForSignal: "waitForSignal",
};

/** A payload small enough to keep: one that is too large is replaced by a note of its size. */
function kept(value: unknown): unknown {
  const text = JSON.stringify(value ?? null) ?? "null";
  return text.length > MAX_JSON ? { left_out: `${text.length} characters` } : (JSON.parse(text) as unknown);
}

/** What a run is about, from its trigger and function. */
function subjectOf(
  functionId: string,
  event: { id?: string; data?: unknown },
): { subjectType: "escrow" | null; subjectRef: string | null } {
  const data = z.object({ escrow_id: z.string() }).safeParse(event.data);
  return data.success && functionId !== "clean-up"
    ? { subjectType: "escrow", subjectRef: data.data.escrow_id }
    : { subjectType: null, subjectRef: null };
}

/** How long a normalised duration such as 1w or 6d23h59m is, ms; null for anything else. */
function durationOf(text: string | undefined): number | null {
  const units: Record<string, number> = { w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 };
  if (!text || !/^(?:\d+[wdhms])+$/.test(text)) return null;
  return [...text.matchAll(/(\d+)([wdhms])/g)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (units[unit ?? ""] ?? 0),
    0,
  );
}

/**
 * Middleware that writes every run and step into the mirror: input, output, attempts, timing, errors and waits. A database
 * error here is logged and never fails the run.
 */
export function createJournal({
  mirror,
  clock,
  log,
}: {
  mirror: Writer;
  clock: Clock;
  log: (message: string, error: unknown) => void;
}) {
  const write = (work: (tx: Writer, now: number) => void) => {
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
      const functionId = fn?.id().replace(APP, "");
      if (!body.success || !functionId) return next();
      const { event, steps, ctx } = body.data;
      write((tx, now) => {
        touchRun(
          tx,
          {
            id: ctx.run_id,
            functionId,
            eventName: event.name,
            eventId: event.id ?? null,
            input: kept(event.data),
            queuedAt: event.ts ?? now,
            attempt: ctx.attempt + 1,
            maxAttempts: ctx.max_attempts ?? null,
            ...subjectOf(functionId, event),
          },
          now,
        );
        finishWaits(
          tx,
          ctx.run_id,
          new Map(Object.entries(steps).map(([id, value]) => [id, kept(value)])),
          now,
        );
        if (now - forgotAt > 3_600_000) {
          forgotAt = now;
          forgetRuns(tx, now - KEEP_MS);
        }
      });
      const response = await next();
      write((tx, now) => this.record(tx, now, ctx.run_id, response));
      return response;
    }

    private record(tx: Writer, now: number, runId: string, response: Middleware.Response): void {
      const body: unknown = parse(response.body);
      if (response.status === 200) return endRun(tx, runId, "completed", null, now, kept(body));
      const message = z.object({ message: z.string() }).safeParse(body);
      if (response.status === 206) {
        const ops = opsSchema.safeParse(body);
        if (!ops.success) return;
        for (const op of ops.data) {
          const kind = WAITS[op.op];
          if (!kind) continue;
          const until =
            op.op === "Sleep" ? (durationOf(op.name ?? "") ?? null) : durationOf(op.opts?.timeout);
          startStep(
            tx,
            {
              runId,
              id: op.id,
              name: op.displayName ?? op.name ?? op.id,
              kind,
              attempt: 1,
              status: "waiting",
              waitsFor: op.op === "Sleep" ? undefined : (op.name ?? undefined),
              waitsUntil: until === null ? null : now + until,
            },
            now,
          );
        }
        const waiting =
          ops.data.some((op) => WAITS[op.op]) && !ops.data.some((op) => op.op.startsWith("Step"));
        const failing = ops.data.some((op) => op.op === "StepError");
        return leaveRun(tx, runId, { status: failing ? "retrying" : waiting ? "waiting" : "running" }, now);
      }
      const final = response.headers["x-inngest-no-retry"] === "true";
      if (final)
        return endRun(
          tx,
          runId,
          "failed",
          message.success ? message.data.message : `answered ${response.status}`,
          now,
        );
      leaveRun(tx, runId, { status: "retrying", error: message.success ? message.data.message : null }, now);
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

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
