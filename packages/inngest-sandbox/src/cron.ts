import { Cron } from "croner";

const NAMES = /\b(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC|SUN|MON|TUE|WED|THU|FRI|SAT)\b/gi;
/** A local hour is skipped once a year; a cron that never matches is given up. */
const MAX_SKIPPED = 10;

/**
 * A cron as functions write it: five fields, an optional `TZ=Area/City ` in front. Where clocks go forward, a tick within
 * the hour that does not exist is left out; where they go back, it comes once.
 * @throws Error when it is none, or has what only some crons know
 */
export function parseCron(text: string): { next(afterMs: number): number | null } {
  const match = /^(?:(?:CRON_)?TZ=(\S+)\s+)?(\S+(?:\s+\S+){4})$/.exec(text.trim());
  const [, zone = "UTC", fields = ""] = match ?? [];
  if (!match || !/^[\d*,\-/?\s]+$/.test(fields.replace(NAMES, "1")))
    throw new Error(`not a cron of five fields: ${text}`);
  const cron = new Cron(fields, { timezone: zone, paused: true });
  return {
    next(afterMs) {
      let at = cron.nextRun(new Date(afterMs));
      for (let i = 0; at && !cron.match(at) && i < MAX_SKIPPED; i++) at = cron.nextRun(at);
      return at?.getTime() ?? null;
    },
  };
}
