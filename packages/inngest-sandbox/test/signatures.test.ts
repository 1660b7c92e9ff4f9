import { afterEach, describe, expect, test } from "vitest";
import { bearerFor, signText } from "../src/signature";
import { HOUR, openBed, type Bed, type BedOptions } from "./testing";

const OLD = `signkey-test-${"0a".repeat(16)}`;
const NEW = `signkey-test-${"1b".repeat(16)}`;
let bed: Bed;
afterEach(() => bed.close());

const signed = (options: BedOptions): Bed =>
  openBed(
    (make, effects) => [
      make("f", { retries: 1, triggers: [{ event: "t/go" }] }, async ({ event, step }) => {
        await step.run("a", () => void effects.push(event.data.text));
        await step.sendEvent("tell", { name: "t/told", data: {} });
        return event.data;
      }),
    ],
    { retryIntervalMs: 1_000, ...options },
  );
const TEXT = 'Zürich – "€" \u2028 😀 <&>';

describe("with signing keys", () => {
  test("the app accepts the engine's calls, whatever the data", async () => {
    bed = signed({ signingKey: OLD, appKeys: { signingKey: OLD } });
    expect(await bed.sync()).toBe("synced");
    const id = await bed.send("t/go", { text: TEXT, n: 1e21, small: 1e-7, z: { b: 1, a: [null, true] } });
    await bed.pass(1);
    expect(bed.effects).toEqual([TEXT]);
    const auth = { authorization: `Bearer ${bearerFor(OLD)}` };
    const runs = await (await bed.ask("GET", `/v1/events/${id}/runs`, undefined, auth)).json();
    expect(runs.data).toMatchObject([{ status: "Completed", output: { text: TEXT } }]);
  });

  test("while keys change, an app that has the new key with the old as fallback goes on being called", async () => {
    bed = signed({ signingKey: OLD, appKeys: { signingKey: NEW, signingKeyFallback: OLD } });
    expect(await bed.sync()).toBe("synced");
    await bed.send("t/go", { text: "both" });
    await bed.pass(1);
    expect(bed.effects).toEqual(["both"]);
  });

  test("an app that has the old key with the new as fallback is called and heard by an engine with the new", async () => {
    bed = signed({
      signingKey: NEW,
      appKeys: { signingKey: OLD, signingKeyFallback: NEW },
      // It registers itself, and is turned away with its first key.
      between(request, app) {
        request.headers.delete("x-inngest-sync-kind");
        return app(request);
      },
    });
    expect(await bed.sync()).toBe("synced");
    await bed.send("t/go", { text: "both" });
    await bed.pass(1);
    expect(bed.effects).toEqual(["both"]);
  });

  test("an engine that changed its key first is not understood by an app that has the old one alone", async () => {
    bed = signed({ signingKey: OLD, appKeys: { signingKey: OLD } });
    await bed.sync();
    bed.ctx.signingKeys = [NEW, OLD];
    const id = await bed.send("t/go", { text: "no" });
    await bed.pass(HOUR);
    expect(bed.effects).toEqual([]);
    const auth = { authorization: `Bearer ${bearerFor(OLD)}` };
    const runs = await (await bed.ask("GET", `/v1/events/${id}/runs`, undefined, auth)).json();
    expect(runs.data).toMatchObject([{ status: "Failed" }]);
  });

  test("an engine that changed its key first still accepts the old one's bearer, and not just any", async () => {
    bed = signed({ signingKey: NEW, signingKeyFallback: OLD, appKeys: { signingKey: NEW } });
    const asks = async (bearer: string) =>
      (await bed.ask("GET", "/v1/events", undefined, { authorization: `Bearer ${bearer}` })).status;
    expect([await asks(bearerFor(NEW)), await asks(bearerFor(OLD))]).toEqual([200, 200]);
    expect([await asks(NEW), await asks("nonsense"), await asks("")]).toEqual([401, 401, 401]);
    expect((await bed.ask("GET", "/dev")).status).toBe(401);
    expect((await bed.ask("GET", "/health")).status).toBe(200);
  });

  test("an app with another key refuses every call, and the run fails after its attempts", async () => {
    bed = signed({ signingKey: OLD, appKeys: { signingKey: OLD } });
    await bed.sync();
    bed.ctx.signingKeys = [NEW];
    await bed.send("t/go", { text: "no" });
    await bed.pass(HOUR);
    expect(bed.effects).toEqual([]);
    expect(bed.requests.filter((request) => request.method === "POST")).toHaveLength(2);
  });

  test("an answer that somebody changed on the way is not taken for the app's", async () => {
    let changed = 0;
    bed = signed({
      signingKey: OLD,
      appKeys: { signingKey: OLD },
      async between(request, app) {
        const answer = await app(request);
        if (request.method !== "POST" || changed++ > 0) return answer;
        return new Response((await answer.text()).replace("null", '"forged"'), answer);
      },
    });
    await bed.sync();
    await bed.send("t/go", { text: "once more" });
    await bed.pass(HOUR);
    expect(bed.effects).toEqual(["once more", "once more"]);
  });

  test("a call's signature is over the canonical body and the time", async () => {
    bed = signed({ signingKey: OLD, appKeys: { signingKey: OLD } });
    await bed.sync();
    await bed.send("t/go", { text: "x" });
    await bed.pass(1);
    const call = bed.requests.find((request) => request.method === "POST");
    const header = call?.headers.get("x-inngest-signature") ?? "";
    const time = Number(new URLSearchParams(header).get("t"));
    expect(header).toBe(signText(OLD, (await call?.text()) ?? "", time));
    expect(call?.headers.get("x-inngest-server-kind")).toBe("cloud");
  });
});
