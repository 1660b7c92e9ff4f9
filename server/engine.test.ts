import { afterEach, expect, test } from "vitest";
import { createInngest } from "../inngest/client";
import { exchangeRaw, requestText, startEdge } from "./edge-testing";
import { engineRoutes } from "./engine";

let edge: Awaited<ReturnType<typeof startEdge>>;
afterEach(() => edge.close());

async function engineThat(signed: boolean) {
  const client = createInngest({ fetch, isDev: !signed, signingKey: "signkey-prod-00ff", eventKey: "key" });
  edge = await startEdge({
    engine: engineRoutes({ client, functions: [], serveOrigin: undefined, signed }),
  });
}
const call = (headers: Record<string, string>, body = "") =>
  exchangeRaw(
    edge.port,
    requestText(
      "POST /api/inngest?fnId=x",
      { host: "localhost", "content-type": "application/json", ...headers },
      body,
    ),
  );

test("live, a call that is not signed is answered before any of its body was sent", async () => {
  await engineThat(true);
  const answer = await call({ "content-length": "1000000" });
  expect(answer).toMatch(/^HTTP\/1\.1 401 [\s\S]+"error":"not_signed"/);
});

test("a call with more values than any has is not parsed, whatever its size", async () => {
  await engineThat(true);
  const body = `[${"{},".repeat(40_000)}{}]`;
  const signature = { "x-inngest-signature": "t=1&s=00", "content-length": String(body.length) };
  expect(await call(signature, body)).toMatch(/^HTTP\/1\.1 413 [\s\S]+"error":"too_large"/);
});

test.each(['"a*"', '"{}"', '""', "1", "true", "null", "[]", "{", "a*"])(
  "what is no JSON object never reaches the SDK, whoever says that it is signed: %s",
  async (body) => {
    for (const signed of [true, false]) {
      await engineThat(signed);
      for (const method of ["POST", "PUT"]) {
        const answer = await exchangeRaw(
          edge.port,
          requestText(
            `${method} /api/inngest?fnId=x`,
            {
              host: "localhost",
              "content-type": "application/json",
              "content-length": String(body.length),
              "x-inngest-signature": "t=1&s=00",
            },
            body,
          ),
        );
        expect(answer, method).toMatch(/^HTTP\/1\.1 400 /);
      }
      if (signed) await edge.close();
    }
  },
);
