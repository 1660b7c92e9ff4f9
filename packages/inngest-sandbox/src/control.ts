import { z } from "zod";
import type { Engine } from "./engine";
import { bodyOf, json, type Route } from "./respond";

const MAX_STEP_MS = 400 * 86_400_000;
const advanceSchema = z.object({ ms: z.number().int().min(0).max(MAX_STEP_MS) });
const momentSchema = z.object({ now_ms: z.number().int() });

/** What only a sandbox has: its clock, and a switch. The real server has nothing like it. */
export function controlRoutes(engine: Engine): Route[] {
  const clock = () => ({ now_ms: engine.now(), offset_ms: engine.offset() });
  const state = () => json({ paused: engine.isPaused(), under_way: engine.underWay() });
  return [
    ["GET", /^\/clock$/, () => json(clock())],
    [
      "POST",
      /^\/clock\/advance$/,
      async (_args, request) => {
        const body = advanceSchema.safeParse(await bodyOf(request));
        if (!body.success)
          return json({ error: "ms is a whole number of milliseconds, up to 400 days" }, 400);
        const ran = await engine.advance(body.data.ms);
        return json({ ...clock(), ran });
      },
    ],
    [
      "POST",
      /^\/clock\/set$/,
      async (_args, request) => {
        const body = momentSchema.safeParse(await bodyOf(request));
        if (!body.success) return json({ error: "now_ms is a moment in milliseconds" }, 400);
        await engine.setTime(body.data.now_ms);
        return json(clock());
      },
    ],
    ["GET", /^\/control\/state$/, state],
    ["POST", /^\/control\/pause$/, () => (engine.pause(), state())],
    ["POST", /^\/control\/resume$/, () => (engine.resume(), state())],
  ];
}
