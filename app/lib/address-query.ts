import type { PageRequest } from "../../db/read/keyset";
import { pageOf } from "./page-request";
import { isDay } from "./zoned-day";

/** Of a text that may be any. */
const LONGEST = 200;

/** Reads what an address asks of a list. What cannot be read is left out, and its name is kept for the page to say so. */
export function readAddress(params: URLSearchParams) {
  const wrong: string[] = [];
  const read = <T>(name: string, meaning: (text: string) => T | undefined): T | undefined => {
    const text = params.get(name);
    if (text === null || text === "") return undefined;
    const meant = meaning(text);
    if (meant === undefined) wrong.push(name);
    return meant;
  };
  return {
    /** The parameters that could not be read. */
    wrong,
    choice: <T extends string>(name: string, options: readonly T[]): T | undefined =>
      read(name, (text) => options.find((one) => one === text)),
    /** A day of the calendar, `2026-11-24`. */
    day: (name: string): string | undefined => read(name, (text) => (isDay(text) ? text : undefined)),
    text: (name: string): string | undefined =>
      read(name, (text) => (text.length <= LONGEST ? text : undefined)),
    order: (): "asc" | "desc" =>
      read("order", (text) => (["asc", "desc"] as const).find((one) => one === text)) ?? "desc",
    page: (): PageRequest => {
      const page = pageOf(params);
      const asked = ["after", "before"].find((name) => params.has(name));
      if (asked && page.at === "first") wrong.push(asked);
      return page;
    },
  };
}

/** A moment in ms as our own pages write it into an address; 0 for anything else. */
export const readMoment = (text: string | null): number => (/^\d{1,15}$/.test(text ?? "") ? Number(text) : 0);
