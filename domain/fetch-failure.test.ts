import { expect, test } from "vitest";
import { failureCodes, wordedFetch } from "./fetch-failure";

const SECRET = "planted-secret";
const failing = async (url: string, send: typeof fetch = fetch, init?: RequestInit) => {
  const error: unknown = await wordedFetch("Slack", send)(url, init).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Error)) throw new Error("it did not fail");
  return error;
};

test("what a failed request says holds neither the address nor the host nor the port, causes included", async () => {
  for (const url of [
    `http://127.0.0.1:1/services/${SECRET}`,
    `http://${SECRET}.invalid/hook`,
    `http://user:${SECRET}@127.0.0.1:1/`,
    `${SECRET}/without-a-scheme`,
  ]) {
    const error = await failing(url);
    const told = JSON.stringify(error, Object.getOwnPropertyNames(error)).replaceAll(import.meta.dirname, "");
    expect(error.message).toMatch(/^Slack could not be reached \((?:[A-Z_]+|no code)\)$/);
    expect(told).not.toMatch(/planted-secret|127\.0\.0\.1/);
    expect(error.cause).toBeUndefined();
  }
});

test("one that takes too long is told apart", async () => {
  const never: typeof fetch = (_url, init) =>
    new Promise((_resolve, reject) =>
      init?.signal?.addEventListener("abort", () => reject(init.signal?.reason as Error)),
    );
  const error = await failing("http://x", never, { signal: AbortSignal.timeout(1) });
  expect(error.message).toBe("Slack did not answer in time");
});

test("of several addresses each has its code", () => {
  const one = (code?: string) => Object.assign(new Error("connect 10.0.0.1:443"), code && { code });
  expect(
    failureCodes(new TypeError("x", { cause: new AggregateError([one("ECONNREFUSED"), one()]) })),
  ).toEqual(["ECONNREFUSED", "no code"]);
});
