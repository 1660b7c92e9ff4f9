/**
 * The same app against the official dev server: `npm run dev:inngest`. Its program comes from, in this order: INNGEST_CLI (a
 * path), `inngest` on the PATH, or the npm package inngest-cli, which fetches it from DOWNLOADS when it is installed.
 */
import { spawn, spawnSync } from "node:child_process";

const PACKAGE = "inngest-cli@1.45.1";
const DOWNLOADS = process.env.INNGEST_CLI_DOWNLOADS?.split(",") ?? [
  "https://cli.inngest.com",
  "https://github.com/inngest/inngest/releases",
];
const ANSWER_MS = 5_000;
const FETCH_MS = 180_000;
const port = process.env.PORT ?? "3000";
const ENGINE = "http://127.0.0.1:8288";

function stop(why) {
  console.error(`${why}

The sandbox engine does the same without it: npm run dev
To use the official dev server, do one of these and try again:
  - install it where the network allows, and name it: INNGEST_CLI=/path/to/inngest npm run dev:inngest
  - put it on the PATH: npm install --global ${PACKAGE}`);
  process.exit(1);
}

const runs = (command, args, timeout) => spawnSync(command, args, { stdio: "pipe", timeout }).status === 0;
const answers = (url) =>
  fetch(url, { method: "HEAD", redirect: "manual", signal: AbortSignal.timeout(ANSWER_MS) }).then(
    () => true,
    () => false,
  );

/** The command that runs the program, found without waiting for a network that is not there. */
async function program() {
  const named = process.env.INNGEST_CLI;
  if (named)
    return runs(named, ["version"], ANSWER_MS) ? [named] : stop(`INNGEST_CLI=${named} does not run.`);
  if (runs("inngest", ["version"], ANSWER_MS)) return ["inngest"];
  const reached = await Promise.all(DOWNLOADS.map(answers));
  if (!reached.includes(true))
    stop(
      `The official dev server is not installed, and ${DOWNLOADS.join(" and ")} cannot be reached from here.`,
    );
  console.log(`Fetching the official dev server (npx ${PACKAGE}) …`);
  if (!runs("npx", ["--yes", PACKAGE, "version"], FETCH_MS))
    stop(`The official dev server was fetched (npx ${PACKAGE}), but does not run.`);
  return ["npx", "--yes", PACKAGE];
}

const [command, ...first] = await program();
if (await answers(`${ENGINE}/health`)) stop(`Something already answers at ${ENGINE}: stop it first.`);
if (spawnSync("npm", ["run", "build"], { stdio: "inherit" }).status !== 0) process.exit(1);

const app = `http://127.0.0.1:${port}`;
const children = [
  spawn(command, [...first, "dev", "--no-discovery", "-u", `${app}/api/inngest`], { stdio: "inherit" }),
  spawn("npm", ["run", "purple-flea", "--", "--webhook-url", `${app}/webhooks/purple-flea`], {
    stdio: "inherit",
  }),
  spawn(process.execPath, ["build/server.js"], {
    stdio: "inherit",
    env: {
      ...process.env,
      APP_MODE: "practice",
      SANDBOX: "off",
      INNGEST_DEV: ENGINE,
      PURPLE_FLEA_API_URL: "http://127.0.0.1:8400/api",
      PURPLE_FLEA_FAUCET_URL: "http://127.0.0.1:8400/faucet/api",
      PURPLE_FLEA_API_KEY: "pf_live_sandbox",
      PURPLE_FLEA_WEBHOOK_SECRET: "whsec_sandbox",
    },
  }),
];
const stopAll = () => children.forEach((child) => child.kill("SIGTERM"));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, stopAll);
// One of them alone is of no use.
for (const child of children) child.on("exit", stopAll);
