import { describe, expect, test } from "vitest";
import type { AddressOptions } from "./address";
import { exchangeRaw, requestText, startEdge } from "./edge-testing";

const PUBLIC = "https://desk.example.com";
const practice: AddressOptions = { live: false };
const open: AddressOptions = { live: true };
const told: AddressOptions = { live: true, announced: PUBLIC };
const strict: AddressOptions = { live: true, publicOrigin: PUBLIC, announced: "http://app:3000" };

/** What a request under a host is answered, and under which address the pages take it to be. */
async function ask(
  address: AddressOptions,
  headers: Record<string, string>,
  trustProxy: number | string = 0,
) {
  const edge = await startEdge({ address, trustProxy });
  const answer = await exchangeRaw(
    edge.port,
    requestText("POST /login", { "content-type": "application/x-www-form-urlencoded", ...headers }),
  );
  await edge.close();
  const [, , where] = /^(POST) (.*)\/login $/.exec(edge.reached[0] ?? "") ?? [];
  return [Number(answer.split(" ")[1]), where ?? answer.split("\r\n\r\n")[1]];
}
const from = (origin: string, host = new URL(origin).host) => ({ host, origin });

describe("in practice", () => {
  test.each(["localhost:3000", "127.0.0.1:3000", "[::1]:3000", "localhost", "LOCALHOST:3000"])(
    "%s is this machine, whatever port leads here",
    async (host) =>
      expect(await ask(practice, from(`http://${host}`, host))).toEqual([
        200,
        `http://${host.toLowerCase()}`,
      ]),
  );
  test.each([
    "rebound.example:3000",
    "192.168.1.5:3000",
    "localhost.rebound.example",
    "127.0.0.1.rebound.example",
  ])("%s is somebody else's name", async (host) =>
    expect(await ask(practice, from(`http://${host}`))).toEqual([
      421,
      expect.stringContaining("PUBLIC_ORIGIN"),
    ]),
  );
  test("the address it was told to listen at is its own; told all of them, every number is and no name", async () => {
    const at = (host: string, bound: string) => ask({ ...practice, host: bound }, from(`http://${host}`));
    expect(await at("192.168.1.5:3000", "192.168.1.5")).toEqual([200, "http://192.168.1.5:3000"]);
    expect(await at("192.168.1.6:3000", "192.168.1.5")).toEqual([421, expect.anything()]);
    expect(await at("192.168.1.6:3000", "0.0.0.0")).toEqual([200, "http://192.168.1.6:3000"]);
    expect(await at("[fe80::1]:3000", "::")).toEqual([200, "http://[fe80::1]:3000"]);
    expect(await at("rebound.example:3000", "0.0.0.0")).toEqual([421, expect.anything()]);
  });
  test("a tunnel's name is its own when it was told", async () =>
    expect(await ask({ ...practice, publicOrigin: PUBLIC }, from(PUBLIC))).toEqual([200, PUBLIC]));
});

describe("live, with PUBLIC_ORIGIN", () => {
  test("it answers there, also when the port is said that goes without saying", async () => {
    expect(await ask(strict, from(PUBLIC))).toEqual([200, PUBLIC]);
    expect(await ask(strict, from(PUBLIC, "desk.example.com:443"))).toEqual([200, PUBLIC]);
  });
  test("and nowhere else", async () => {
    expect(await ask(strict, from("https://elsewhere.example"))).toEqual([421, expect.anything()]);
    expect(await ask(strict, from(PUBLIC, "127.0.0.1:3000"))).toEqual([
      421,
      expect.stringContaining("TRUST_PROXY"),
    ]);
    expect(
      await ask(strict, { ...from(PUBLIC, "127.0.0.1:3000"), "x-forwarded-host": "desk.example.com" }),
    ).toEqual([421, expect.anything()]);
  });
  test("a trusted proxy may write its own host, or say which was asked for", async () => {
    expect(await ask(strict, from(PUBLIC, "127.0.0.1:3000"), 1)).toEqual([200, PUBLIC]);
    const forwarded = { ...from(PUBLIC, "127.0.0.1:3000"), "x-forwarded-host": "desk.example.com" };
    expect(await ask(strict, forwarded, "loopback")).toEqual([200, PUBLIC]);
    expect(await ask(strict, { ...forwarded, "x-forwarded-host": "elsewhere.example" }, 1)).toEqual([
      421,
      expect.anything(),
    ]);
    expect(await ask(strict, forwarded, "10.0.0.0/8")).toEqual([421, expect.anything()]);
  });
  test("a form of the same host without encryption is another's", async () =>
    expect(await ask(strict, { host: "desk.example.com", origin: "http://desk.example.com" })).toEqual([
      403,
      expect.anything(),
    ]));
});

describe("live, as it ran before there was PUBLIC_ORIGIN", () => {
  test("any host is answered, and its forms are its own", async () => {
    for (const address of [open, told])
      expect(await ask(address, from("https://any.example"))).toEqual([200, "https://any.example"]);
  });
  test("what the engine was told may be another address than people use, and may be theirs", async () => {
    expect(await ask(told, from(PUBLIC, "10.1.2.3:3000"))).toEqual([200, PUBLIC]);
    expect(await ask({ live: true, announced: "http://app:3000" }, from(PUBLIC))).toEqual([200, PUBLIC]);
  });
  test("behind a proxy that writes its own host the refusal names what mends it", async () =>
    expect(await ask(open, from(PUBLIC, "127.0.0.1:3000"))).toEqual([
      403,
      expect.stringMatching(/PUBLIC_ORIGIN.+TRUST_PROXY/),
    ]));
});

test("machines are let in under any host: they sign what they bring", async () => {
  const edge = await startEdge({ address: strict });
  expect(await exchangeRaw(edge.port, requestText("GET /healthz", { host: "10.1.2.3" }))).toContain("200 OK");
  await edge.close();
});

test.each(["file://", "data:text/html,x", "blob:null/x", "about:blank", "chrome-extension://abc"])(
  "a form of %s is another's",
  async (origin) => {
    for (const address of [strict, open, told])
      expect(await ask(address, { host: "desk.example.com", origin })).toEqual([403, expect.anything()]);
  },
);
