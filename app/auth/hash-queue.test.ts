import { expect, test } from "vitest";
import { createHashQueue } from "./hash-queue.server";

/** A check that is over when it is told to be. */
function held() {
  const waiting: (() => void)[] = [];
  const begun: string[] = [];
  return {
    begun,
    check: (who: string) => () => {
      begun.push(who);
      return new Promise<string>((resolve) => waiting.push(() => resolve(who)));
    },
    async endOne() {
      waiting.shift()?.();
      // The queue takes the next one up when the ended one was heard.
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

test("two passwords are checked at once, some wait, and who comes then is told at once", async () => {
  const queue = createHashQueue();
  const work = held();
  const strangers = Array.from({ length: 60 }, (_, i) => queue.run(false, work.check(`stranger ${i}`)));
  expect(work.begun).toEqual(["stranger 0", "stranger 1"]);
  expect(strangers.filter((one) => one !== null)).toHaveLength(10);
  for (let i = 0; i < 10; i++) await work.endOne();
  expect(await Promise.all(strangers.slice(0, 10))).toHaveLength(10);
  expect(work.begun).toHaveLength(10);
  expect(queue.run(false, work.check("later"))).not.toBeNull();
});

test("a known device has a place when strangers fill the queue, and goes before them", async () => {
  const queue = createHashQueue();
  const work = held();
  for (let i = 0; i < 60; i++) void queue.run(false, work.check(`stranger ${i}`));
  expect(queue.run(true, work.check("known"))).not.toBeNull();
  await work.endOne();
  expect(work.begun.at(-1)).toBe("known");
});

test("a check that fails gives its place free", async () => {
  const queue = createHashQueue();
  for (let i = 0; i < 5; i++)
    await expect(queue.run(false, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await queue.run(false, () => Promise.resolve("yes"))).toBe("yes");
});
