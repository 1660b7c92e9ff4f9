// The demo: the production build in practice mode with both sandbox services, and a history made by running the functions.
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";

const folder = "data/demo";
const port = process.env.PORT ?? "3000";
const enginePort = process.env.SANDBOX_ENGINE_PORT ?? "8288";
const purpleFleaPort = process.env.SANDBOX_PURPLE_FLEA_PORT ?? "8400";
const desk = `http://127.0.0.1:${port}`;
const engine = `http://127.0.0.1:${enginePort}`;
const purpleFlea = `http://127.0.0.1:${purpleFleaPort}`;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

rmSync(folder, { recursive: true, force: true });
const child = spawn(process.execPath, ["build/server.js"], {
  stdio: ["ignore", "ignore", "inherit"],
  env: {
    ...process.env,
    NODE_ENV: "production",
    APP_MODE: "practice",
    PORT: port,
    SANDBOX_ENGINE_PORT: enginePort,
    DATABASE_PATH: `${folder}/operator.sqlite`,
    SANDBOX_FOLDER: folder,
    SANDBOX_RETRY_INTERVAL: process.env.SANDBOX_RETRY_INTERVAL ?? "5",
  },
});
child.on("close", (code) => process.exit(code ?? 0));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));

async function post(url, body) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
}
async function until(check) {
  for (let i = 0; i < 400; i++) {
    if (await check().catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the demo did not start; are ports ${port}, ${enginePort} and ${purpleFleaPort} free?`);
}
const now = async () => (await (await fetch(`${engine}/clock`)).json()).now_ms;
const advance = (ms) => post(`${engine}/clock/advance`, { ms: Math.max(0, Math.round(ms)) });
const setTime = (ms) => post(`${engine}/clock/set`, { now_ms: Math.round(ms) });
const send = async (name, data, id) =>
  post(`${engine}/e/demo`, { name: `purple-flea/${name}`, data, id, ts: await now() });
const fault = (what) => post(`${purpleFlea}/control/faults`, what);

console.log("Starting the desk and its sandbox …");
await until(async () => (await fetch(`${desk}/healthz`)).ok);
await until(async () => (await (await fetch(`${engine}/dev`)).json()).functions.length > 0);
await until(async () => (await fetch(`${purpleFlea}/control/books`)).ok);

// A counterparty whose address ends in an even digit confirms by itself; the others leave it to a person.
const address = (n, last) =>
  `0x${(0x41bd9c7e05d28f3cn ** 3n * BigInt(7103 * n)).toString(16).slice(0, 39).padEnd(39, "7")}${last}`;
const prompt = (n) => address(n, (2 * n) % 10);
const silent = (n) => address(n, (2 * n + 1) % 10);
const escrow = (id, amount, counterparty, description) => () =>
  send("escrow.created", { escrow_id: id, amount_usdc: amount, counterparty, description });
const alert = (asset, price, direction, by) => () =>
  send("price.alert", { asset, price, direction, triggered_by: by });
const bet = (side, stake) => () => send("bet.requested", { game: "coin_flip", side, stake_usdc: stake });
const claim = () => send("faucet.claim.requested", {});
const look = () => send("sync.requested", {});
/** Purple Flea's own books know an escrow by the amount alone here; each amount below is used once. */
async function confirmAtPurpleFlea(amount) {
  const { escrows } = await (await fetch(`${purpleFlea}/control/books`)).json();
  const found = escrows.find((one) => one.amount_micro === String(amount * 1_000_000));
  await post(`${purpleFlea}/control/confirm`, { escrow_id: found.id });
}

// How long before now, and what happens then. The functions do the rest, each at its own time.
const history = [
  [7 * DAY + 3 * HOUR, escrow("esc_001", 30, silent(1), "Scraped price table")],
  [7 * DAY - 42 * MINUTE, escrow("esc_002", 50, silent(2), "Dataset cleaning, batch 14")],
  [7 * DAY - 192 * MINUTE, escrow("esc_003", 1250, silent(3), "Model evaluation, 3 models")],
  [6.6 * DAY, alert("ETH", 2840.5, "long", "rsi_oversold")],
  [6.4 * DAY, claim],
  [6.2 * DAY, bet("heads", 1)],
  [6 * DAY, escrow("esc_004", 180, prompt(4), "Translation of 40 product pages")],
  [5.7 * DAY, alert("BTC", 64120, "short", "breakout")],
  [5.5 * DAY, escrow("esc_005", 75.5, silent(5), "Image labels")],
  [5.2 * DAY, claim],
  [4.8 * DAY, escrow("esc_006", "0.10", prompt(6), "One API call")],
  [4.4 * DAY, alert("SOL", 151.2, "long", "rsi_oversold")],
  [4.1 * DAY, bet("tails", 2.5)],
  [3.6 * DAY, claim],
  [3.3 * DAY, escrow("esc_007", 640, prompt(7), "Two weeks of market notes")],
  [2.9 * DAY, alert("ETH", 2871, "short", "breakout")],
  [2.5 * DAY, bet("heads", 5)],
  [2.2 * DAY, escrow("esc_008", 210, silent(8), "Audio transcripts")],
  [1.5 * DAY, alert("BTC", 65310, "long", "rsi_oversold")],
  [1.2 * DAY, escrow("esc_009", 12.5, prompt(9), "Address check")],
];

/** Goes on to a moment with a read every half hour: a week of reads every five minutes would take too long to wait for. */
async function passTo(moment) {
  for (let at = (await now()) + 30 * MINUTE; at < moment; at += 30 * MINUTE) {
    await setTime(at);
    await look();
    await advance(0);
  }
  await setTime(moment);
}

console.log("Letting a week of practice pass …");
const end = Date.now();
await setTime(end - history[0][0]);
for (const [before, happens] of history) {
  // The last day passes with every read.
  if (before > 1.1 * DAY) await passTo(end - before);
  await look();
  await happens();
  await advance(5 * MINUTE);
}
// The last day passes as it would: every read, the faucet at 09:00 UTC, the deadline that nobody met.
await advance(end - 3 * HOUR - (await now()));
await escrow("esc_010", 320, silent(10), "Weekly news digest")();
await escrow("esc_011", 95, silent(11), "Said to be confirmed, without proof")();
await advance(20 * MINUTE);
await send("escrow.confirmed", {
  escrow_id: "esc_011",
  confirmed_by: silent(11),
  confirmed_at: new Date(await now()).toISOString(),
});
// Purple Flea refuses this release again and again: the run fails, the money stays locked until a sync starts another.
await fault({ call: "escrow.release", kind: "status", status: 503, times: 20 });
await confirmAtPurpleFlea(320);
await advance(40 * MINUTE);
await fetch(`${purpleFlea}/control/faults`, { method: "DELETE" });
// An agent that writes its amount in words: the run fails, nothing is locked.
await escrow("esc_012", "ten dollars", silent(12), "Amount in words")();
await bet("tails", 1)();
await advance(40 * MINUTE);
await alert("SOL", 149.8, "short", "breakout")();
await advance(40 * MINUTE);
// An order whose answer is lost: it may exist, it is never sent again by itself, and it holds its market until somebody decides.
// That market is one which no example names, so that the first alert of whoever tries the demo trades.
await fault({ call: "order.create", kind: "drop-after", times: 1 });
await alert("AVAX", 28.4, "long", "rsi_oversold")();
await advance(Math.max(Date.now() - (await now()), 0));
await look();

console.log(
  `\nOpen http://localhost:${port}\nThe sign-in page shows the practice accounts. Ctrl-C ends it.\n`,
);
