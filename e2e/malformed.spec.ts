import fc from "fast-check";
import { machineEndpoints, pageEndpoints } from "./endpoints";
import { hostileRequest, send, type Answer, type HostileRequest } from "./hostile-requests";
import { expect, test } from "./journey";
import { cookieOf } from "./sign-in";
import { operatorAccount, viewerAccount, type Stack } from "./stack";

test.use({ stackName: "malformed" });

/** How many requests an endpoint is tried with; `npm run test:long` says more. */
const RUNS = Number(process.env.MALFORMED_RUNS ?? "100");
/** The same requests each time, so that a failure is the change's own; another number tries others. */
const SEED = Number(process.env.MALFORMED_SEED ?? "1");
const SLOW_MS = 500;

/** What an answer never holds: code, files, drivers, secrets. */
const LEAKS =
  /\bat [^\n]{1,200}\([^\n]{1,200}:\d+:\d+\)|node_modules|\/build\/server|SqliteError|SQLITE_|better-sqlite3|a-secret-of-this-stack|pf_live_|whsec_|\$argon2/;

/** Tables that only a deed changes. */
const tables = [
  "commands",
  "decisions",
  "outbox",
  "inbox",
  "pauses",
  "operators",
  "escrows",
  "trades",
  "bets",
  "claims",
  "intents",
  "alerts",
];
const rows = (stack: Stack) =>
  tables.map((table) => [table, stack.query<{ n: number }>(`select count(*) n from ${table}`)[0]?.n]);

function complaint(request: HostileRequest, answer: Answer): string | null {
  if (answer.status >= 500 || answer.status < 200)
    return `answered ${answer.status}: ${answer.body.slice(0, 300)}`;
  const leak = LEAKS.exec(answer.body);
  if (leak) return `says ${JSON.stringify(leak[0])}`;
  if (request.method === "TRACE" && answer.status < 400) return `answered ${answer.status}`;
  return null;
}

/** Slow by nature, and not for what else the machine was doing: each time it is asked. */
async function isSlow(stack: Stack, request: HostileRequest): Promise<boolean> {
  for (let again = 0; again < 3; again++) if ((await send(stack.url, request)).ms < SLOW_MS) return false;
  return true;
}

/** The least request that breaks the rule here, with how; null when none does. */
async function broken(stack: Stack, pattern: string, who: readonly string[]): Promise<string | null> {
  const found = await fc.check(
    fc.asyncProperty(hostileRequest(pattern, stack.url, who), async (request) => {
      const answer = await send(stack.url, request);
      const wrong = complaint(request, answer);
      if (wrong) throw new Error(wrong);
      if (answer.ms >= SLOW_MS && (await isSlow(stack, request))) throw new Error("is slow each time");
    }),
    { numRuns: RUNS, seed: SEED },
  );
  if (!found.failed) return null;
  const why = found.errorInstance instanceof Error ? found.errorInstance.message : "";
  return `${pattern}: ${why}\n${JSON.stringify(found.counterexample)}`;
}

test("whatever is sent to any address: no failure of ours, no effect, no leak, no wait", async ({
  stack,
}) => {
  const pages = await pageEndpoints();
  test.setTimeout(60_000 + RUNS * (pages.length + machineEndpoints.length) * 100);
  const signedIn = ["", await cookieOf(stack, viewerAccount), await cookieOf(stack, operatorAccount)];
  const before = rows(stack);
  const wrong: (string | null)[] = [];
  for (const path of [...pages.map((page) => page.path), ...machineEndpoints])
    await test.step(`${path}, ${RUNS} requests`, async () => {
      // Whoever is signed in may sign out: that is what this address is for.
      wrong.push(await broken(stack, path, path === "/logout" ? [""] : signedIn));
    });
  const found = wrong.filter(Boolean).join("\n\n");
  expect(found && `${found}\n\n${stack.output().slice(-3_000)}`).toBe("");
  expect(rows(stack)).toEqual(before);
});
