/**
 * What a list costs on a long history: the built desk as a process of its own, Chromium beside it, and SQLite asked the same
 * thing without either.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import autocannon from "autocannon";
import { chromium, type BrowserContext } from "@playwright/test";
import { closeDatabase, openReader } from "../db/connection";
import { saveOperator } from "../db/desk/operators";
import { openDesk } from "../db/identity";
import { askedOf } from "../server/desk-files";
import { seedMirror } from "../db/factories";
import { listTrades } from "../db/read/trades";
import { wallClock } from "../domain/clock";
import { findBrowser } from "../scripts/browser";
import { ms, percentile, type Row } from "./table";

const HISTORY = { trades: 1_000_000, escrows: 100_000 };
const ROWS = 50;
const CONNECTIONS = 8;
const LOOKS = 7;
const account = {
  email: "bench@desk.test",
  password: "bench-password-1",
  name: "Bench",
  role: "operator",
} as const;

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });

/** Starts the built desk on a file; resolves with how long the first page took, ms. */
async function startDesk(file: string) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const nowhere = "http://127.0.0.1:9";
  const started = performance.now();
  const desk = spawn(process.execPath, ["build/server.js"], {
    stdio: ["ignore", "ignore", "inherit"],
    env: {
      PATH: process.env.PATH ?? "",
      NODE_ENV: "production",
      APP_MODE: "test",
      SANDBOX: "off",
      PORT: String(port),
      DATABASE_PATH: file,
      INNGEST_DEV: nowhere,
      PURPLE_FLEA_API_URL: nowhere,
      PURPLE_FLEA_FAUCET_URL: nowhere,
    },
  });
  for (;;) {
    const answered = await fetch(`${url}/login`).then(
      (page) => page.text(),
      () => null,
    );
    if (answered !== null) break;
    if (desk.exitCode !== null) throw new Error("the desk did not start; is it built?");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const coldMs = performance.now() - started;
  const closed = new Promise((resolve) => desk.once("close", resolve));
  return {
    url,
    coldMs,
    async stop() {
      desk.kill("SIGTERM");
      await closed;
    },
  };
}

async function signIn(url: string): Promise<string> {
  const response = await fetch(`${url}/login`, {
    method: "POST",
    redirect: "manual",
    headers: { origin: url, "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ email: account.email, password: account.password, next: "/" }),
  });
  const cookie = response.headers.get("set-cookie")?.split(";")[0];
  if (!cookie) throw new Error(`the sign-in answered ${response.status}`);
  return cookie;
}

/** Opens a page and says when its rows were on screen, ms after the click, and what came over the wire, bytes. */
async function look(context: BrowserContext, address: string): Promise<{ ms: number; bytes: number }> {
  const page = await context.newPage();
  const wire = await context.newCDPSession(page);
  let bytes = 0;
  await wire.send("Network.enable");
  wire.on("Network.loadingFinished", (event) => (bytes += event.encodedDataLength));
  // No function in here may have a name: tsx keeps names with a helper that the page does not have.
  await page.addInitScript((rows) => {
    new MutationObserver((_changes, observer) => {
      if (document.querySelectorAll("tbody tr").length < rows) return;
      observer.disconnect();
      requestAnimationFrame(() => performance.mark("rows"));
    }).observe(document, { childList: true, subtree: true });
  }, ROWS);
  await page.goto(address, { waitUntil: "load" });
  const mark = await page.waitForFunction(() => performance.getEntriesByName("rows")[0]?.startTime);
  const ms = (await mark.jsonValue()) ?? Number.NaN;
  await page.waitForLoadState("networkidle").catch(() => undefined);
  await page.close();
  return { ms, bytes };
}

const middle = (values: number[]): number => percentile(values, 0.5);
const within = (what: string, value: number, limit: number, unit: string): Row => ({
  what,
  measured: `${value.toFixed(value < 10 ? 1 : 0)} ${unit}`,
  budget: `at most ${limit} ${unit}`,
  kept: value <= limit,
});

/** The list of trades: asked for by many at once, by a browser, and by nobody but SQLite. */
export async function listRows(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const file = join(folder, "desk.sqlite");
  const { writer, reader: unused } = openDesk({
    path: file,
    migrationsFolder: join(process.cwd(), "db/migrations"),
    durability: "test",
    asked: askedOf({ APP_MODE: "test" }),
    now: wallClock.now(),
  });
  closeDatabase(unused);
  console.error(`making ${HISTORY.trades} trades and ${HISTORY.escrows} escrows …`);
  seedMirror(writer, { now: wallClock.now(), ...HISTORY, runs: 1_000, bets: 100, balanceDays: 30 });
  await saveOperator(writer, account, wallClock.now());
  closeDatabase(writer);
  const raw = sqliteAlone(file);
  const desk = await startDesk(file);
  try {
    const cookie = await signIn(desk.url);
    return [
      within("built desk, start to first page", desk.coldMs, 2_000, "ms"),
      {
        what: "50 trades from SQLite alone, deepest page",
        measured: `${ms(raw.last)}, ${(raw.last / raw.first).toFixed(2)} of the first page's ${ms(raw.first)}`,
        budget: "as the first page",
      },
      ...(await manyAtOnce(desk.url, cookie, "first page", "/trades", raw.first)),
      ...(await manyAtOnce(desk.url, cookie, "deepest page", "/trades?last=1", raw.last)),
      ...(await inBrowser(desk.url, cookie)),
      ...(await csv(desk.url, cookie)),
    ];
  } finally {
    await desk.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The same page without a desk around it, ms, the middle of many. */
function sqliteAlone(file: string): { first: number; last: number } {
  const reader = openReader(file);
  const time = (at: "first" | "last") =>
    middle(
      Array.from({ length: 101 }, () => {
        const started = performance.now();
        listTrades(reader, {}, { sort: "placed", direction: "desc" }, { at }, ROWS);
        return performance.now() - started;
      }),
    );
  const result = { first: time("first"), last: time("last") };
  closeDatabase(reader);
  return result;
}

async function manyAtOnce(
  url: string,
  cookie: string,
  what: string,
  path: string,
  rawMs: number,
): Promise<Row[]> {
  console.error(`asking for the ${what} of trades, ${CONNECTIONS} at once …`);
  const result = await autocannon({
    url: `${url}${path}`,
    connections: CONNECTIONS,
    duration: 8,
    headers: { cookie, "accept-encoding": "gzip, deflate, br" },
  });
  if (result.non2xx > 0) throw new Error(`${path} was refused ${result.non2xx} times`);
  const rate = result.requests.average;
  return [
    {
      what: `trades, ${what}, ${CONNECTIONS} at once`,
      measured: `${rate.toFixed(0)} pages/s, ${((rate * rawMs) / 10).toFixed(1)} % of SQLite alone`,
      budget: "at least 230 pages/s",
      kept: rate >= 230,
    },
    within(`trades, ${what}, p99`, result.latency.p99, 55, "ms"),
  ];
}

async function inBrowser(url: string, cookie: string): Promise<Row[]> {
  console.error(`looking at trades in a browser, ${LOOKS} times …`);
  const found = findBrowser();
  const browser = await chromium.launch({
    ...(found && !found.own && { executablePath: found.path }),
    args: [
      "--disable-gpu",
      "--disable-background-networking",
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
    ],
  });
  const [name = "", value = ""] = cookie.split(/=(.*)/s);
  const cold: { ms: number; bytes: number }[] = [];
  const warm: number[] = [];
  const filtered: number[] = [];
  for (let i = 0; i < LOOKS; i++) {
    const context = await browser.newContext();
    await context.addCookies([{ name, value, url }]);
    cold.push(await look(context, `${url}/trades`));
    warm.push((await look(context, `${url}/trades`)).ms);
    filtered.push((await look(context, `${url}/trades?status=closed&asset=ETH`)).ms);
    await context.close();
  }
  await browser.close();
  return [
    within("trades to 50 rows on screen, cold", middle(cold.map((one) => one.ms)), 120, "ms"),
    within("trades to 50 rows on screen, warm", middle(warm), 80, "ms"),
    within("trades to 50 rows on screen, another filter", middle(filtered), 60, "ms"),
    within("trades, transferred cold", middle(cold.map((one) => one.bytes)) / 1_000, 200, "kB"),
  ];
}

async function csv(url: string, cookie: string): Promise<Row[]> {
  const started = performance.now();
  const response = await fetch(`${url}/trades.csv?asset=ETH`, { headers: { cookie } });
  const reader = response.body?.getReader();
  if (!response.ok || !reader) throw new Error(`the CSV answered ${response.status}`);
  let first = 0;
  let lines = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    first ||= performance.now() - started;
    for (const byte of part.value) if (byte === 10) lines++;
  }
  const whole = performance.now() - started;
  return [
    within("CSV, first byte", first, 100, "ms"),
    within(`CSV, 120,000 of ${lines.toLocaleString("en")} lines`, (whole / lines) * 120_000, 2_000, "ms"),
  ];
}
