import { existsSync } from "node:fs";
import type { Server } from "node:http";
import { join } from "node:path";
import { constants } from "node:zlib";
import type { ServerBuild } from "@remix-run/node";
import compression from "compression";
import { Router, type RequestHandler } from "express";
import expressStaticGzip from "express-static-gzip";
import type { DeskContext } from "../app/context";
import type { AddressOptions } from "./address";
import { formGuard } from "./forms";
import { remixHandler } from "./remix";

/** A page is compressed while somebody waits: at these levels it is as small as at twice the work. */
const GZIP_LEVEL = 4;
const brotliParams = { [constants.BROTLI_PARAM_QUALITY]: 2 };

interface PagesOptions {
  /** From source, reloading by themselves, in place of the built ones. */
  development: boolean;
  address: AddressOptions;
  /** Carries the socket over which changed pages are told, in development. */
  server: Server;
  /** What every loader and action is handed, less what is the request's own. */
  context: () => Omit<DeskContext, "nonce" | "address">;
}

/** The pages for people: their files, what keeps foreign forms out, and Remix behind both. */
export async function pageRoutes(options: PagesOptions): Promise<Router> {
  const router = Router();
  router.use(compression({ level: GZIP_LEVEL, brotli: { params: brotliParams } }));
  const { files, build } = options.development ? await fromSource(options.server) : fromBuild(process.cwd());
  router.use(files);
  router.use(notKept);
  router.use(formGuard(options.address));
  router.use(
    remixHandler({
      build,
      mode: options.development ? "development" : "production",
      context: (request, response) => ({
        ...options.context(),
        address: request.ip ?? null,
        nonce: response.locals.nonce ?? "",
      }),
    }),
  );
  return router;
}

/** No browser and nothing on the way keeps a page or its data: what was signed in for is gone after signing out. */
const notKept: RequestHandler = (_request, response, next) => {
  response.setHeader("cache-control", "no-store");
  next();
};

function fromBuild(root: string): { files: RequestHandler; build: () => Promise<ServerBuild> } {
  const built = join(root, "build/server/index.js");
  if (!existsSync(built)) throw new Error("the pages are not built: npm run build");
  // Finding a module that is there already costs a look at the disk each time.
  let loaded: Promise<ServerBuild> | undefined;
  const files = expressStaticGzip("build/client", {
    enableBrotli: true,
    orderPreference: ["br"],
    index: false,
    serveStatic: {
      setHeaders: (response, path) =>
        // A name with its content's hash never changes its content.
        response.setHeader(
          "cache-control",
          path.includes("/assets/") ? "public, max-age=31536000, immutable" : "public, max-age=3600",
        ),
    },
  });
  return {
    // A page's address names no file: nobody looks for it on the disk.
    files: Router().get(/\.\w+$/, files),
    build: () => (loaded ??= import(built) as Promise<ServerBuild>), // what Remix built
  };
}

async function fromSource(
  server: Server,
): Promise<{ files: RequestHandler; build: () => Promise<ServerBuild> }> {
  const { createServer } = await import("vite");
  const vite = await createServer({
    appType: "custom",
    server: { middlewareMode: true, hmr: { server } },
  });
  return {
    files: vite.middlewares,
    build: () => vite.ssrLoadModule("virtual:remix/server-build") as Promise<ServerBuild>, // what Remix builds
  };
}
