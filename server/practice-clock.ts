import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { Router } from "express";
import { z } from "zod";
import { wallClock, type Clock } from "../domain/clock";
import type { Fetch } from "../domain/fetch-failure";
import { readBody } from "./bodies";
import { refuse } from "./refusal";

const BODY_BYTES = 1_024;
const body = z.object({ now_ms: z.number(), offset_ms: z.number() });
/** The body as JSON. */
const said = z
  .instanceof(Buffer)
  .transform((bytes, context): unknown => {
    try {
      return JSON.parse(bytes.toString("utf8"));
    } catch {
      context.addIssue({ code: "custom", message: "not JSON" });
      return z.NEVER;
    }
  })
  .pipe(body);

/** The practice clock, led by the sandbox engine: it says each new moment here before it runs anything at it. */
export interface FollowedClock extends Clock {
  follow(offsetMs: number): void;
}

/** Keeps how far it is from the machine's time in a file: a process that starts while the engine is off does not go back. */
export function followedClock(file?: string): FollowedClock {
  let offset = file && existsSync(file) ? Number(readFileSync(file, "utf8")) || 0 : 0;
  return {
    now: () => wallClock.now() + offset,
    follow(offsetMs) {
      if (offsetMs === offset) return;
      offset = offsetMs;
      if (file) writeFileSync(file, String(offset));
    },
  };
}

/** Asks an engine that was started apart from this process for the time. One without a practice clock, or off, changes nothing. */
export async function askForTime(clock: FollowedClock, engineUrl: string, fetch: Fetch): Promise<void> {
  try {
    const answer: unknown = await (await fetch(`${engineUrl}/clock`)).json();
    const parsed = body.safeParse(answer);
    if (parsed.success) clock.follow(parsed.data.offset_ms);
  } catch {
    // Off, or not the sandbox's: it says the time when it has one.
  }
}

/** Where the engine says the time. Answers when what waited in the outbox was sent, so that it is sent at this moment. */
export function clockRoutes(clock: FollowedClock, settle: () => Promise<void>): Router {
  const router = Router();
  const bytes = readBody({ what: "A word of the clock", limit: BODY_BYTES });
  router.post("/control/clock", bytes, (request, response, next) => {
    const parsed = said.safeParse(request.body);
    const from = request.socket.remoteAddress ?? "";
    if (!/^(?:::ffff:)?127\.|^::1$/.test(from) || !parsed.success)
      return refuse(request, response, {
        status: 400,
        error: "not_the_clock",
        words: "This is not the practice clock. Nothing was done.",
      });
    clock.follow(parsed.data.offset_ms);
    settle().then(() => response.json({ ok: true }), next);
  });
  return router;
}
