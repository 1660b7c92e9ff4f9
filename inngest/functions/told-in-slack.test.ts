import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { slackLine } from "../../server/slack";
import { openWorld, type World } from "../testing";
import { alertsIn } from "./testing";

let world: World;
const { alert } = alertsIn(() => world);
let told: string[];
/** What Slack does with a line. */
let takes: (text: string) => Promise<void>;
beforeEach(async () => {
  told = [];
  takes = (text) => {
    told.push(text);
    return Promise.resolve();
  };
  world = await openWorld({ slack: (text) => takes(text) });
});
afterEach(() => world.close());

const remoteId = () => world.row<{ id: string }>("select remote_id id from trades")?.id;

describe("a trade is told in Slack", () => {
  test("once, with its side, market, price, order and size, also when its alert comes again", async () => {
    await alert("a1");
    await alert("a1");
    expect(told).toEqual([`LONG ETH at 2840: order ${remoteId()}, 10.000000 USDC`]);
    await world.crash();
    await world.settle();
    expect(told).toHaveLength(1);
  });

  test("not when it was not made", async () => {
    world.fault({ call: "order.create", kind: "status", status: 422 });
    await alert("a1");
    expect(remoteId()).toBeFalsy();
    expect(told).toEqual([]);
  });

  test("again when Slack did not take it, and stands whether it is heard or not", async () => {
    takes = (text) => {
      told.push(text);
      return Promise.reject(new Error("Slack answered 500"));
    };
    await alert("a1");
    await world.advance(3_600_000, 60_000);
    expect(told.length).toBeGreaterThan(1);
    expect(world.row("select status from trades")).toEqual({ status: "filled" });
    expect(world.calls("POST /api/trading/order")).toBe(1);
  });
});

test("the line arrives at Slack's address as Slack takes it", async () => {
  const taken: { method?: string; type?: string; body: string }[] = [];
  const slack = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      taken.push({
        method: request.method,
        type: request.headers["content-type"],
        body: Buffer.concat(parts).toString(),
      });
      response.end("ok");
    });
  });
  await new Promise<void>((resolve) => slack.listen(0, "127.0.0.1", resolve));
  const { port } = slack.address() as AddressInfo; // listening on a port
  takes = slackLine(`http://127.0.0.1:${port}/services/T0/B0/key`, fetch);
  await alert("a1");
  slack.close();
  expect(taken).toEqual([
    {
      method: "POST",
      type: "application/json",
      body: JSON.stringify({ text: `LONG ETH at 2840: order ${remoteId()}, 10.000000 USDC` }),
    },
  ]);
});
