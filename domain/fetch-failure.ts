/** `fetch`, as it is handed to who may use it: nobody else reaches out of the process. */
export type Fetch = typeof globalThis.fetch;

/** How deep an error's causes are looked into. */
const DEPTH = 4;

/**
 * The codes a failed `fetch` carries, one for each address it tried (`ECONNREFUSED`), which are all of it that may be told:
 * its words, its causes and the socket on them name hosts, ports and whole addresses.
 */
export function failureCodes(error: unknown, depth = 0): string[] {
  if (!(error instanceof Error) || depth > DEPTH) return [];
  if (error instanceof AggregateError && error.errors.length > 0)
    return error.errors.flatMap((each: unknown) => {
      const codes = failureCodes(each, depth + 1);
      return codes.length > 0 ? codes : ["no code"];
    });
  const code: unknown = Reflect.get(error, "code");
  if (typeof code === "string" && /^[A-Z0-9_]{1,40}$/.test(code)) return [code];
  return failureCodes(error.cause, depth + 1);
}

/** A request that got no answer. */
export class NoAnswer extends Error {
  override name = "NoAnswer";
}

/**
 * `fetch`, but what it throws says who did not answer and with which code, and never where: an address may have a key in it.
 * @param who as people call the other side, at the beginning of a sentence
 */
export function wordedFetch(who: string, send: Fetch): Fetch {
  return async (input, init) => {
    try {
      return await send(input, init);
    } catch (error) {
      if (error instanceof Error && error.name === "TimeoutError")
        throw new NoAnswer(`${who} did not answer in time`);
      throw new NoAnswer(`${who} could not be reached (${failureCodes(error)[0] ?? "no code"})`);
    }
  };
}
