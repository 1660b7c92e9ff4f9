// The demo: the production build in practice mode with both sandbox services, and a history made by running the functions.
import { rmSync } from "node:fs";
import { practiceDesk, sandboxControls } from "../sandbox/processes";

const folder = "data/demo";
const { env } = process;
const ports = {
  appPort: Number(env.PORT ?? "3000"),
  enginePort: Number(env.SANDBOX_ENGINE_PORT ?? "8288"),
  purpleFleaPort: Number(env.SANDBOX_PURPLE_FLEA_PORT ?? "8400"),
};
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

rmSync(folder, { recursive: true, force: true });
const retryInterval = env.SANDBOX_RETRY_INTERVAL ?? "5";
const desk = practiceDesk({
  ...ports,
  folder,
  databasePath: `${folder}/operator.sqlite`,
  retryInterval,
  env: { ...env, NODE_ENV: "production" },
  died: () => process.exit(1),
});
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.on(signal, () => void desk.end("SIGTERM").then((code) => process.exit(code ?? 0)));

const sandbox = sandboxControls(ports);
const { now, setTime, setFault, control } = sandbox;
const advance = (ms: number) => sandbox.advance(Math.max(0, ms));
const send = async (name: string, data: object, id?: string) =>
  sandbox.send({ name: `purple-flea/${name}`, data, id, ts: await now() });

console.log("Starting the desk and its sandbox …");
await desk.start();
await sandbox.introduced();

// A counterparty whose address ends in an even digit confirms by itself; the others leave it to a person.
const address = (n: number, last: number) =>
  `0x${(0x41bd9c7e05d28f3cn ** 3n * BigInt(7103 * n)).toString(16).slice(0, 39).padEnd(39, "7")}${last}`;
const prompt = (n: number) => address(n, (2 * n) % 10);
const silent = (n: number) => address(n, (2 * n + 1) % 10);
const escrow = (id: string, amount: number | string, counterparty: string, description: string) => () =>
  send("escrow.created", { escrow_id: id, amount_usdc: amount, counterparty, description });
const alert = (asset: string, price: number, direction: "long" | "short", by: string) => () =>
  send("price.alert", { asset, price, direction, triggered_by: by });
const bet = (side: "heads" | "tails", stake: number) => () =>
  send("bet.requested", { game: "coin_flip", side, stake_usdc: stake });
const claim = () => send("faucet.claim.requested", {});
const look = () => send("sync.requested", {});
/** Purple Flea's own books know an escrow by the amount alone here; each amount below is used once. */
async function confirmAtPurpleFlea(amount: number): Promise<void> {
  const { escrows } = await sandbox.books();
  const found = escrows.find((one) => one.amount_micro === String(amount * 1_000_000));
  await control("confirm", { escrow_id: found?.id });
}

// How long before now, and what happens then. The functions do the rest, each at its own time.
const history: [before: number, happens: () => Promise<void>][] = [
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
async function passTo(moment: number): Promise<void> {
  for (let at = (await now()) + 30 * MINUTE; at < moment; at += 30 * MINUTE) {
    await setTime(at);
    await look();
    await advance(0);
  }
  await setTime(moment);
}

console.log("Letting a week of practice pass …");
const end = Date.now();
await setTime(end - (history[0]?.[0] ?? 0));
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
await setFault({ call: "escrow.release", kind: "status", status: 503, times: 20 });
await confirmAtPurpleFlea(320);
await advance(40 * MINUTE);
await sandbox.clearFaults();
// An agent that writes its amount in words: the run fails, nothing is locked.
await escrow("esc_012", "ten dollars", silent(12), "Amount in words")();
await bet("tails", 1)();
await advance(40 * MINUTE);
await alert("SOL", 149.8, "short", "breakout")();
await advance(40 * MINUTE);
// An order whose answer is lost: it may exist, it is never sent again by itself, and it holds its market until somebody decides.
// That market is one which no example names, so that the first alert of whoever tries the demo trades.
await setFault({ call: "order.create", kind: "drop-after", times: 1 });
await alert("AVAX", 28.4, "long", "rsi_oversold")();
await advance(Math.max(Date.now() - (await now()), 0));
await look();

console.log(
  `\nOpen http://localhost:${ports.appPort}\nThe sign-in page shows the practice accounts. Ctrl-C ends it.\n`,
);
