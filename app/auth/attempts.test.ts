import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createAttempts, signInLimits, type Attempt } from "./attempts.server";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const stranger = (over: Partial<Attempt> = {}): Attempt => ({
  email: "operator@desk.example",
  place: "203.0.113.5",
  knownDevice: null,
  ...over,
});
const owner = stranger({ place: "198.51.100.7", knownDevice: "a device" });

async function wrongTries(attempts: ReturnType<typeof createAttempts>, n: number, of: Attempt) {
  let last;
  for (let i = 0; i < n; i++) last = await attempts.admit(of);
  return last;
}

describe("limits on signing in", () => {
  test("an account from one place: so many wrong tries, then the time to wait, told as new once", async () => {
    const attempts = createAttempts();
    expect(await wrongTries(attempts, signInLimits.pair.points, stranger())).toMatchObject({
      kind: "admitted",
    });
    vi.advanceTimersByTime(60_000);
    expect(await attempts.admit(stranger())).toEqual({
      kind: "limited",
      by: "pair",
      waitMs: signInLimits.pair.duration * 1_000 - 60_000,
      first: true,
    });
    expect(await attempts.admit(stranger())).toMatchObject({ kind: "limited", first: false });
    vi.advanceTimersByTime(signInLimits.pair.duration * 1_000 - 60_000);
    expect(await attempts.admit(stranger())).toMatchObject({ kind: "admitted" });
  });

  test("a place, whatever e-mail is typed", async () => {
    const attempts = createAttempts();
    for (let i = 0; i < signInLimits.place.points; i++)
      expect(await attempts.admit(stranger({ email: `${i}@desk.example` }))).toMatchObject({
        kind: "admitted",
      });
    expect(await attempts.admit(stranger({ email: "one.more@desk.example" }))).toMatchObject({
      kind: "limited",
      by: "place",
    });
    expect(await attempts.admit(stranger({ place: "198.51.100.7" }))).toMatchObject({ kind: "admitted" });
  });

  test("an account from many places; the owner on a known device does not notice", async () => {
    const attempts = createAttempts();
    for (let i = 0; i < signInLimits.account.points; i++)
      await attempts.admit(stranger({ place: `place ${i}` }));
    expect(await attempts.admit(stranger({ place: "yet another" }))).toMatchObject({ by: "account" });
    expect(await attempts.admit(owner)).toMatchObject({ kind: "admitted" });
  });

  test("a known device is counted by itself, and is not locked out by its own place", async () => {
    const attempts = createAttempts();
    await wrongTries(attempts, signInLimits.place.points + 5, stranger({ place: owner.place }));
    expect(await wrongTries(attempts, signInLimits.device.points, owner)).toMatchObject({ kind: "admitted" });
    expect(await attempts.admit(owner)).toMatchObject({ kind: "limited", by: "device" });
  });

  test("the right password takes back what was counted", async () => {
    const attempts = createAttempts();
    for (let i = 0; i < signInLimits.account.points * 2; i++) {
      const admission = await attempts.admit(stranger());
      expect(admission).toMatchObject({ kind: "admitted" });
      if (admission.kind === "admitted") await admission.succeeded();
    }
    // Wrong ones before a right one are forgiven to the account at this place, not to the place.
    await wrongTries(attempts, signInLimits.pair.points - 1, stranger());
    const right = await attempts.admit(stranger());
    if (right.kind === "admitted") await right.succeeded();
    expect(await wrongTries(attempts, signInLimits.pair.points, stranger())).toMatchObject({
      kind: "admitted",
    });
  });

  test("who was not looked at, because too many came, is not counted against the account", async () => {
    const attempts = createAttempts();
    for (let i = 0; i < signInLimits.pair.points * 2; i++) {
      const admission = await attempts.admit(stranger());
      expect(admission).toMatchObject({ kind: "admitted" });
      if (admission.kind === "admitted") await admission.unchecked();
    }
  });

  test("tries at the same moment do not slip through together", async () => {
    const attempts = createAttempts();
    const all = await Promise.all(Array.from({ length: 40 }, () => attempts.admit(stranger())));
    expect(all.filter(({ kind }) => kind === "admitted")).toHaveLength(signInLimits.pair.points);
  });

  test("what a flood makes us keep is bounded, and goes away", async () => {
    const attempts = createAttempts();
    const flood = async (n: number) => {
      for (let i = 0; i < n; i++)
        await attempts.admit(stranger({ email: `${i}${"x".repeat(200)}@desk.example`, place: `place ${i}` }));
    };
    // Each counter has one timer that ends it.
    await flood(100);
    vi.advanceTimersByTime(signInLimits.account.duration * 1_000);
    expect(vi.getTimerCount()).toBe(0);
    await flood(30_000);
    expect(vi.getTimerCount()).toBeLessThanOrEqual(3 * 16_384);
  });
});
