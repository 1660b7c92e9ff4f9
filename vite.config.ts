import { vitePlugin as remix } from "@remix-run/dev";
import tailwindcss from "@tailwindcss/vite";
import { defineConfig } from "vite";

/** What only the server runs: never bundled, never looked at for the browser. */
const serverOnly = ["better-sqlite3", "@node-rs/argon2", "inngest"];

export default defineConfig({
  plugins: [
    tailwindcss(),
    remix({
      future: {
        v3_fetcherPersist: true,
        v3_lazyRouteDiscovery: false,
        v3_relativeSplatPath: true,
        v3_singleFetch: true,
        v3_throwAbortReason: true,
      },
    }),
  ],
  // Nothing is written into the stylesheet as data: the content policy loads fonts from this desk only.
  build: { assetsInlineLimit: 0, rollupOptions: { output: { experimentalMinChunkSize: 1_500 } } },
  ssr: { external: serverOnly },
  optimizeDeps: { exclude: serverOnly },
});
