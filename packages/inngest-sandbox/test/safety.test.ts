import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openBed, type Bed } from "./testing";

let bed: Bed;
beforeAll(() => {
  bed = openBed(() => []);
});
afterAll(() => bed.close());

const EVENT = JSON.stringify({ name: "t/x", data: {} });
const status = async (method: string, path: string, headers: Record<string, string>) =>
  (await bed.ask(method, path, method === "POST" ? EVENT : undefined, headers)).status;

describe("who is answered", () => {
  test.each([
    ["a program on this machine", { host: "127.0.0.1:8288" }, 200],
    ["by the machine's name for itself", { host: "localhost:8288" }, 200],
    ["a page of the engine's own", { host: "127.0.0.1:8288", origin: "http://127.0.0.1:8288" }, 200],
    ["a name that was pointed at this machine", { host: "evil.example:8288" }, 403],
    ["a page of another site", { host: "127.0.0.1:8288", origin: "https://evil.example" }, 403],
    [
      "a page of another port of this machine",
      { host: "127.0.0.1:8288", origin: "http://127.0.0.1:3000" },
      403,
    ],
    ["a page without an origin of its own", { host: "127.0.0.1:8288", origin: "null" }, 403],
    ["an image or form on another site", { host: "127.0.0.1:8288", "sec-fetch-site": "cross-site" }, 403],
  ])("%s", async (_who, headers, expected) => {
    expect(await status("POST", "/e/key", headers)).toBe(expected);
    expect(await status("GET", "/v1/events", headers)).toBe(expected);
    expect(await status("GET", "/clock", headers)).toBe(expected);
  });

  test("a browser that asks first is allowed nothing", async () => {
    const reply = await bed.ask("OPTIONS", "/e/key", undefined, {
      origin: "https://evil.example",
      "access-control-request-method": "POST",
    });
    expect(reply.status).toBe(403);
    expect([...reply.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
  });

  test("what was turned away was not taken in", async () => {
    const before = await (await bed.ask("GET", "/v1/events")).json();
    await status("POST", "/e/key", { origin: "https://evil.example" });
    expect((await (await bed.ask("GET", "/v1/events")).json()).data).toEqual(before.data);
  });
});
