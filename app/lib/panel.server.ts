import type { DeskContext } from "../context";

/** One panel's data, or the name its failure has in the log: the other panels stand either way. */
export type Panel<T> = { ok: true; value: T } | { ok: false; errorId: string };

/** Reads for one panel of a page. A failure is put on the log and stays in this panel. */
export function readPanel<T>(context: DeskContext, name: string, read: () => T): Panel<T> {
  try {
    return { ok: true, value: read() };
  } catch (error) {
    return { ok: false, errorId: context.report(error, `the panel "${name}" could not be read`) };
  }
}
