import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{domain,app,inngest,db,server,sandbox,scripts,simulate,packages}/**/*.test.{ts,tsx}"],
    environment: "node",
    // On two processors Vitest would leave one to itself.
    maxWorkers: "100%",
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
