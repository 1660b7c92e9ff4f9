import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "./journey";
import { cookieOf } from "./sign-in";
import { startStack, viewerAccount } from "./stack";

/** Sends bytes as they are and leaves the line open. */
async function halfSent(url: string, bytes: string) {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.on("error", () => undefined);
  await once(socket, "connect");
  socket.write(bytes);
  return socket;
}

/** Waits until nobody new is let in: the signal was heard. */
async function untilClosed(url: string): Promise<void> {
  const isOpen = () =>
    fetch(`${url}/healthz`).then(
      () => true,
      () => false,
    );
  while (await isOpen());
}

test("SIGTERM ends the desk within ten seconds, whatever is half sent, and what is under way is answered", async () => {
  const stack = await startStack();
  try {
    const cookie = await cookieOf(stack, viewerAccount);
    const form = [
      ...["POST /theme HTTP/1.1", `host: ${new URL(stack.url).host}`, `origin: ${stack.url}`],
      ...["sec-fetch-site: same-origin", "content-type: application/x-www-form-urlencoded"],
      ...["content-length: 10", "", "theme=dar"],
    ].join("\r\n");
    const header = await halfSent(stack.url, "GET / HTTP/1.1\r\nhost: ");
    const body = await halfSent(stack.url, form);
    const goesOn = await halfSent(stack.url, form);
    const stream = await fetch(`${stack.url}/live`, { headers: { cookie } });
    expect(stream.status).toBe(200);
    const started = performance.now();
    const gone = stack.terminate();
    await untilClosed(stack.url);
    goesOn.write("k");
    const [answer] = (await once(goesOn, "data")) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 302 /);
    expect(await gone).toBe(0);
    expect(performance.now() - started).toBeLessThan(10_000);
    for (const line of [header, body, goesOn]) line.destroy();
  } finally {
    await stack.close();
  }
});

test("a second signal ends it at once", async () => {
  const stack = await startStack();
  try {
    const line = await halfSent(stack.url, "GET / HTTP/1.1\r\nhost: ");
    const gone = stack.terminate();
    const started = performance.now();
    await untilClosed(stack.url);
    process.kill(stack.pid(), "SIGTERM");
    expect(await gone).not.toBe(0);
    expect(performance.now() - started).toBeLessThan(2_000);
    line.destroy();
  } finally {
    await stack.close();
  }
});
