import { Inngest } from "inngest";
import { serve } from "inngest/edge";
import { createApi, manualClock, openEngine, syncApp } from "inngest-sandbox";
import { expect, test } from "vitest";

const DAY = 86_400_000;

test("an order that is not paid within a week is cancelled", async () => {
  const clock = manualClock(Date.UTC(2032, 0, 5, 12));
  const engine = openEngine({
    clock,
    fetch(input, init) {
      const request = new Request(input, init);
      // The SDK asks for it, and only a socket would have set it.
      request.headers.set("host", "app.test");
      return app(request);
    },
  });
  const api = createApi({ engine });
  const client = new Inngest({
    id: "shop",
    isDev: true,
    baseUrl: "http://127.0.0.1:8288",
    fetch: (input, init) => api(new Request(input, init)),
  });
  const cancelled: string[] = [];
  const expire = client.createFunction(
    { id: "expire", triggers: [{ event: "shop/order.placed" }] },
    async ({ event, step }) => {
      const paid = await step.waitForEvent("paid", {
        event: "shop/order.paid",
        timeout: "7d",
        match: "data.order",
      });
      if (paid) return "paid";
      await step.run("cancel", () => cancelled.push(String(event.data.order)));
      return "cancelled";
    },
  );
  const app = serve({
    client,
    functions: [expire],
    serveOrigin: "http://app.test",
    servePath: "/api/inngest",
  });

  engine.start();
  expect(await syncApp(engine, "http://app.test/api/inngest")).toBe("synced");
  await client.send([
    { name: "shop/order.placed", data: { order: "o-1" } },
    { name: "shop/order.placed", data: { order: "o-2" } },
  ]);
  await engine.advance(3 * DAY);
  await client.send({ name: "shop/order.paid", data: { order: "o-1" } });
  await engine.advance(5 * DAY);

  expect(cancelled).toEqual(["o-2"]);
  expect(engine.runs()).toMatchObject([
    { functionId: "shop-expire", status: "Completed", output: "paid" },
    { functionId: "shop-expire", status: "Completed", output: "cancelled" },
  ]);
  await engine.stop();
});
