// Bundles what runs beside the pages. Packages stay where npm put them. What is product and what is sandbox are bundled apart,
// so that an image can leave the sandbox out.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const common = {
  outdir: "build",
  bundle: true,
  packages: "external",
  platform: "node",
  format: "esm",
  target: "node20",
  sourcemap: true,
  splitting: true,
  logLevel: "warning",
};

/** The one door to the sandbox, which is bundled by itself. */
const sandboxApart = {
  name: "sandbox-apart",
  setup(bundler) {
    bundler.onResolve({ filter: /^\.\.\/sandbox\/start$/ }, () => ({
      path: "./sandbox/start.js",
      external: true,
    }));
  },
};

await build({
  ...common,
  entryPoints: {
    server: "server/index.ts",
    operator: "server/operator-command.ts",
    migrate: "server/migrate-command.ts",
  },
  external: ["./build/*"],
  plugins: [sandboxApart],
  chunkNames: "chunks/[name]-[hash]",
});
await build({
  ...common,
  entryPoints: {
    engine: fileURLToPath(import.meta.resolve("inngest-sandbox/command")),
    "purple-flea": "sandbox/purple-flea/main.ts",
    "sandbox/start": "sandbox/start.ts",
  },
  chunkNames: "sandbox/[name]-[hash]",
});
