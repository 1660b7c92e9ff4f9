import { describe, expect, test } from "vitest";
import { deviceWords, placeOf, plainAddress } from "./whence.server";

describe("addresses", () => {
  test.each([
    ["203.0.113.5", "203.0.113.5", "203.0.113.5"],
    ["::ffff:203.0.113.5", "203.0.113.5", "203.0.113.5"],
    ["2001:db8:1:2:aaaa::1", "2001:db8:1:2:aaaa::1", "20010db800010002/64"],
    ["2001:0DB8:1:2:ffff:0:0:9", "2001:db8:1:2:ffff::9", "20010db800010002/64"],
    ["2001:db8:1:3::1", "2001:db8:1:3::1", "20010db800010003/64"],
    ["not an address", null, "unknown"],
    [null, null, "unknown"],
  ])("%s", (address, plain, place) => {
    expect(plainAddress(address)).toBe(plain);
    expect(placeOf(address)).toBe(place);
  });
});

describe("devices", () => {
  test.each([
    [
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
      "Chrome 140 on Linux",
    ],
    [
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
      "Safari 18 on iOS",
    ],
    [
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0",
      "Firefox 144 on Windows",
    ],
    ["", null],
    [null, null],
  ])("%s", (agent, words) => expect(deviceWords(agent)).toBe(words));
  test("an agent's own text is short and plain, whatever it is", () => {
    expect(deviceWords("\u202E<b>" + "agent".repeat(1_000))?.length ?? 0).toBeLessThanOrEqual(60);
    expect(deviceWords("tool\u202Ename/1.0") ?? "").toMatch(/^[\x20-\x7e]*$/);
  });
});
