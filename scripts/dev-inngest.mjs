// The same app against the official dev server, where its program can be downloaded.
import { spawn, spawnSync } from "node:child_process";

const port = process.env.PORT ?? "3000";
const probe = spawnSync("npx", ["--yes", "inngest-cli@latest", "version"], {
  stdio: "pipe",
  timeout: 120_000,
});
if (probe.status !== 0) {
  console.error(
    "The official dev server could not be fetched (npx inngest-cli@latest).\nCheck the network, or use the sandbox engine instead: npm run dev",
  );
  process.exit(1);
}
const children = [
  spawn(
    "npx",
    ["inngest-cli@latest", "dev", "--no-discovery", "-u", `http://127.0.0.1:${port}/api/inngest`],
    { stdio: "inherit" },
  ),
  spawn(
    "npm",
    ["run", "purple-flea", "--", "--webhook-url", `http://127.0.0.1:${port}/webhooks/purple-flea`],
    { stdio: "inherit" },
  ),
  spawn(process.execPath, ["build/server.js"], {
    stdio: "inherit",
    env: {
      ...process.env,
      APP_MODE: "practice",
      SANDBOX: "off",
      INNGEST_DEV: "http://127.0.0.1:8288",
      PURPLE_FLEA_API_URL: "http://127.0.0.1:8400/api",
      PURPLE_FLEA_FAUCET_URL: "http://127.0.0.1:8400/faucet/api",
      PURPLE_FLEA_API_KEY: "pf_live_sandbox",
      PURPLE_FLEA_WEBHOOK_SECRET: "whsec_sandbox",
    },
  }),
];
for (const signal of ["SIGINT", "SIGTERM"])
  process.on(signal, () => children.forEach((child) => child.kill(signal)));
