import { defineConfig } from "@playwright/test";
import { findBrowser } from "./scripts/browser";

const browser = findBrowser();

export default defineConfig({
  testDir: "e2e",
  globalSetup: "./e2e/require-build.ts",
  // What takes minutes is run by npm run test:long.
  testIgnore: process.env.LONG ? [] : "**/long/**",
  // A stack (app, engine, Purple Flea) has one clock, so tests of one file follow each other; two files run side by side.
  fullyParallel: false,
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  retries: 0,
  forbidOnly: true,
  reporter: [["list"]],
  use: {
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    launchOptions: {
      ...(browser && !browser.own && { executablePath: browser.path }),
      args: [
        ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
