// Bundles what runs beside the pages: the server, the commands for its file, and the two sandbox services. Packages stay where npm put them.
import { build } from "esbuild";

await build({
  entryPoints: {
    server: "server/index.ts",
    operator: "server/operator-command.ts",
    migrate: "server/migrate-command.ts",
    engine: "sandbox/inngest/main.ts",
    "purple-flea": "sandbox/purple-flea/main.ts",
  },
  outdir: "build",
  bundle: true,
  packages: "external",
  external: ["./build/*"],
  platform: "node",
  format: "esm",
  target: "node20",
  sourcemap: true,
  splitting: true,
  chunkNames: "chunks/[name]-[hash]",
  logLevel: "warning",
});
