import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{domain,app,inngest,db,server,sandbox,scripts,simulate,packages}/**/*.test.{ts,tsx}"],
    environment: "node",
    // On two processors Vitest would leave one to itself.
    maxWorkers: "100%",
    // Tests change nothing that outlives them: files are read once a worker and not once a test file.
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
