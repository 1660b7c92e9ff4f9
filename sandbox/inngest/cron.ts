import { Cron } from "croner";

/** A cron as functions write it: five fields, an optional `TZ=Area/City ` in front. */
export function parseCron(text: string): { next(afterMs: number): number | null } {
  const match = /^(?:(?:CRON_)?TZ=(\S+)\s+)?(\S+(?:\s+\S+){4})$/.exec(text.trim());
  if (!match) throw new Error(`not a cron of five fields: ${text}`);
  const [, zone = "UTC", fields = ""] = match;
  const cron = new Cron(fields, { timezone: zone, paused: true });
  return { next: (afterMs) => cron.nextRun(new Date(afterMs))?.getTime() ?? null };
}
