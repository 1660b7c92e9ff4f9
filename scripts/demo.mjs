// The demo: the production build in practice mode with both sandbox services, and a history made by running the functions.
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";

const folder = "data/demo";
const port = process.env.PORT ?? "3000";
const enginePort = process.env.SANDBOX_ENGINE_PORT ?? "8288";
const desk = `http://127.0.0.1:${port}`;
const engine = `http://127.0.0.1:${enginePort}`;
const HOUR = 3_600_000;
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

const post = (url, body) =>
  fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
async function until(check) {
  for (let i = 0; i < 400; i++) {
    if (await check().catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("the demo did not start; are ports 3000, 8288 and 8400 free?");
}
const now = async () => (await (await fetch(`${engine}/clock`)).json()).now_ms;
const advance = (ms) => post(`${engine}/clock/advance`, { ms });
const send = async (name, data, id) =>
  post(`${engine}/e/demo`, { name: `purple-flea/${name}`, data, id, ts: await now() });

console.log("Starting the desk and its sandbox …");
await until(async () => (await fetch(`${desk}/healthz`)).ok);
await until(async () => (await (await fetch(`${engine}/dev`)).json()).functions.length > 0);

console.log("Letting two days of practice pass …");
await post(`${engine}/clock/set`, { now_ms: Date.now() - 2 * DAY });
const even = (n) => `0x${String(n).padStart(38, "4")}a2`;
const odd = (n) => `0x${String(n).padStart(38, "7")}b1`;
const script = [
  ["sync.requested", {}],
  [
    "escrow.created",
    {
      escrow_id: "esc_001",
      amount_usdc: 50,
      counterparty: even(1),
      description: "Dataset cleaning, batch 14",
    },
  ],
  ["price.alert", { asset: "ETH", price: 2840.5, direction: "long", triggered_by: "rsi_oversold" }],
  [
    "escrow.created",
    { escrow_id: "esc_002", amount_usdc: 1250, counterparty: odd(2), description: "Model evaluation" },
  ],
  ["bet.requested", { game: "coin_flip", side: "heads", stake_usdc: 1 }],
  ["price.alert", { asset: "BTC", price: 64120, direction: "short", triggered_by: "breakout" }],
  [
    "escrow.created",
    { escrow_id: "esc_003", amount_usdc: "0.10", counterparty: even(3), description: "One API call" },
  ],
  ["price.alert", { asset: "SOL", price: 151.2, direction: "long" }],
  [
    "escrow.created",
    {
      escrow_id: "esc_004",
      amount_usdc: 320,
      counterparty: odd(4),
      description: "Translation of 40 product pages",
    },
  ],
  ["bet.requested", { game: "coin_flip", side: "tails", stake_usdc: 2.5 }],
  ["price.alert", { asset: "ETH", price: 2871, direction: "short" }],
  [
    "escrow.created",
    { escrow_id: "esc_005", amount_usdc: 75.5, counterparty: odd(5), description: "Image labels" },
  ],
];
for (const [name, data] of script) {
  await send(name, data);
  await advance(4 * HOUR);
}
await advance(Math.max(Date.now() - (await now()), 0));
await send("sync.requested", {});

console.log(`\nOpen ${desk}\nThe sign-in page shows the practice accounts. Ctrl-C ends it.\n`);
