import { Router, json } from "express";
import { z } from "zod";
import { wallClock, type Clock } from "../domain/clock";

const body = z.object({ now_ms: z.number(), offset_ms: z.number() });

/** The practice clock, led by the sandbox engine: it says each new moment here before it runs anything at it. */
export function followedClock(): Clock & { follow(offsetMs: number): void } {
  let offset = 0;
  return { now: () => wallClock.now() + offset, follow: (offsetMs) => void (offset = offsetMs) };
}

/** Where the engine says the time. Answers when what waited in the outbox was sent, so that it is sent at this moment. */
export function clockRoutes(clock: ReturnType<typeof followedClock>, settle: () => Promise<void>): Router {
  const router = Router();
  router.post("/control/clock", json(), (request, response, next) => {
    const parsed = body.safeParse(request.body);
    const from = request.socket.remoteAddress ?? "";
    if (!/^(?:::ffff:)?127\.|^::1$/.test(from) || !parsed.success)
      return void response.status(400).json({ error: "not the practice clock" });
    clock.follow(parsed.data.offset_ms);
    settle().then(() => response.json({ ok: true }), next);
  });
  return router;
}
