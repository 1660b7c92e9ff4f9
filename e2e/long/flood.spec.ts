import { readFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { expect, test } from "../journey";
import { cookieOf } from "../sign-in";
import { operatorAccount, type Stack } from "../stack";

test.use({ stackName: "flood" });

const MB = 1024 * 1024;
const LIMIT_MB = 300;

/** The resident memory of a process, MB: what the operating system would kill it for. */
const residentMb = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "0") / 1024;

/** The most memory the app held while `work` went on, MB. */
async function mostDuring(stack: Stack, work: () => Promise<void>): Promise<number> {
  let most = 0;
  const look = () => (most = Math.max(most, residentMb(stack.pid())));
  const timer = setInterval(look, 20);
  await work().finally(() => clearInterval(timer));
  return Math.round(Math.max(most, look()));
}

/** Sends a body piece by piece until the other side has had enough; its status, or 0 where it only hung up. */
function pour(
  stack: Stack,
  path: string,
  headers: Record<string, string>,
  head: string,
  megabytes: number,
  announced: boolean,
): Promise<number> {
  const piece = "a".repeat(64 * 1024);
  const pieces = (megabytes * MB) / piece.length;
  const { hostname, port } = new URL(stack.url);
  return new Promise((resolve) => {
    const sent = httpRequest(
      {
        hostname,
        port,
        path,
        method: "POST",
        headers: {
          origin: stack.url,
          "sec-fetch-site": "same-origin",
          ...headers,
          ...(announced && { "content-length": String(head.length + pieces * piece.length) }),
        },
      },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
        sent.destroy();
      },
    );
    sent.on("error", () => resolve(0));
    sent.write(head);
    let left = pieces;
    const more = (): void => {
      while (left-- > 0 && !sent.destroyed) if (!sent.write(piece)) return void sent.once("drain", more);
      sent.end();
    };
    more();
  });
}

/** So many at a time until all are done. */
async function inTurns(many: number, atOnce: number, one: () => Promise<number>): Promise<Set<number>> {
  const answers = new Set<number>();
  let left = many;
  const turn = async () => {
    while (left-- > 0) answers.add(await one());
  };
  await Promise.all(Array.from({ length: atOnce }, turn));
  return answers;
}

const urlencoded = { "content-type": "application/x-www-form-urlencoded" };

test("floods of sign-ins, bodies and streams: the process stays small and goes on answering", async ({
  stack,
}) => {
  test.setTimeout(300_000);
  const cookie = await cookieOf(stack, operatorAccount);
  const told: Record<string, number> = {};
  const flood = async (what: string, work: () => Promise<void>) => {
    told[what] = await mostDuring(stack, work).catch((error: unknown) => {
      throw new Error(`${what}: the app is gone\n${stack.output().slice(-2_000)}`, { cause: error });
    });
    expect((await fetch(`${stack.url}/healthz`)).status, `after ${what}`).toBe(200);
  };
  const refused = (answers: Set<number>) =>
    expect([...answers].filter((status) => ![0, 400, 401, 413, 429, 503].includes(status))).toEqual([]);

  for (const announced of [true, false]) {
    const how = announced ? "announced" : "in pieces";
    await flood(`sign-ins with an e-mail of 10 MB, ${how}`, async () =>
      refused(
        await inTurns(60, 20, () => pour(stack, "/login", urlencoded, "password=x&email=", 10, announced)),
      ),
    );
    await flood(`forms of 100 MB from nobody, ${how}`, async () =>
      refused(await inTurns(20, 10, () => pour(stack, "/theme", urlencoded, "theme=", 100, announced))),
    );
    await flood(`webhooks of 50 MB, ${how}`, async () =>
      refused(await inTurns(40, 20, () => pour(stack, "/webhooks/purple-flea", {}, "{", 50, announced))),
    );
    await flood(
      `calls of 50 MB at the functions, ${how}`,
      async () =>
        void (await inTurns(20, 10, () =>
          pour(stack, "/api/inngest", { "content-type": "application/json" }, '{"a":"', 50, announced),
        )),
    );
  }
  await flood("2,000 sign-ins with other names", async () => {
    let n = 0;
    await inTurns(2_000, 20, async () => {
      const body = new URLSearchParams({ email: `${n++}@example.com`, password: "x".repeat(1_000) });
      const headers = { origin: stack.url, "sec-fetch-site": "same-origin" };
      return (await fetch(`${stack.url}/login`, { method: "POST", redirect: "manual", headers, body }))
        .status;
    });
  });
  await flood("500 streams of one session", async () => {
    const leave = new AbortController();
    await Promise.all(
      Array.from({ length: 500 }, () =>
        fetch(`${stack.url}/live`, { headers: { cookie }, signal: leave.signal }).then(
          (response) => response.status,
          () => 0,
        ),
      ),
    );
    leave.abort();
  });
  console.log(
    Object.entries(told)
      .map(([what, mb]) => `${String(mb).padStart(5)} MB  ${what}`)
      .join("\n"),
  );
  for (const [what, mb] of Object.entries(told)) expect(mb, what).toBeLessThan(LIMIT_MB);
});
