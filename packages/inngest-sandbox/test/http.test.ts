import { createServer, type RequestListener, type Server } from "node:http";
import { afterEach, expect, test } from "vitest";
import { plainPost } from "../src/http";

let server: Server;
afterEach(() => {
  server.close();
  server.closeAllConnections();
});
async function serving(listener: RequestListener): Promise<URL> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return new URL(`http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}/x?a=b`);
}

test("the plain client sends and reads texts as they are, and follows no redirect", async () => {
  const url = await serving((request, response) => {
    let text = "";
    request.on("data", (chunk) => (text += String(chunk)));
    request.on("end", () => response.writeHead(302, { location: "/y", "x-said": request.url }).end(text));
  });
  const { post, cut } = plainPost();
  const answer = await post(url, { "content-type": "application/json" }, '"Zürich 😀"');
  expect([answer.status, answer.header("x-said"), answer.header("none"), answer.text]).toEqual([
    302,
    "/x?a=b",
    null,
    '"Zürich 😀"',
  ]);
  cut();
});

test("a call that is not answered in time is given up", async () => {
  const { post } = plainPost(60);
  const url = await serving(() => undefined);
  await expect(post(url, {}, "{}")).rejects.toThrow("no answer within 0.001 minutes");
});

test("cut breaks off what is under way", async () => {
  const { post, cut } = plainPost();
  const url = await serving(() => cut());
  await expect(post(url, {}, "{}")).rejects.toThrow();
});
