import { existsSync, readdirSync } from "node:fs";
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

/** The pages for people: their files, what keeps foreign forms out, and Remix behind both; and where their stylesheet is. */
export async function pageRoutes(options: PagesOptions): Promise<{ pages: Router; stylesheet?: string }> {
  const router = Router();
  router.use(compression({ level: GZIP_LEVEL, brotli: { params: brotliParams } }));
  const { files, build, stylesheet } = options.development
    ? await fromSource(options.server)
    : fromBuild(process.cwd());
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
  return { pages: router, stylesheet };
}

interface Pages {
  files: RequestHandler;
  build: () => Promise<ServerBuild>;
  stylesheet?: string;
}

/** No browser and nothing on the way keeps a page or its data: what was signed in for is gone after signing out. */
const notKept: RequestHandler = (_request, response, next) => {
  response.setHeader("cache-control", "no-store");
  next();
};

function fromBuild(root: string): Pages {
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
    stylesheet: stylesheetIn(join(root, "build/client/assets")),
  };
}

async function fromSource(server: Server): Promise<Pages> {
  const { createServer } = await import("vite");
  const vite = await createServer({
    appType: "custom",
    server: { middlewareMode: true, hmr: { server } },
  });
  return {
    files: vite.middlewares,
    build: () => vite.ssrLoadModule("virtual:remix/server-build") as Promise<ServerBuild>, // what Remix builds
    stylesheet: "/app/tailwind.css",
  };
}

/** The address of the desk's stylesheet (app/tailwind.css) under the name the build gave it. */
function stylesheetIn(assets: string): string | undefined {
  const name = readdirSync(assets).find((file) => /^tailwind-.+\.css$/.test(file));
  return name && `/assets/${name}`;
}
