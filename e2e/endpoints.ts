import { join } from "node:path";

/** A route as the build lists it, with whole address: `/escrows/:ref`. */
export interface Endpoint {
  id: string;
  path: string;
  reads: boolean;
  acts: boolean;
}

interface BuiltRoute {
  id: string;
  path?: string;
  parentId?: string;
  index?: boolean;
  module: { loader?: unknown; action?: unknown; default?: unknown };
}

/** Every address the built pages answer: what a test walks through, so that a new route cannot be forgotten. */
export async function pageEndpoints(): Promise<Endpoint[]> {
  const built = (await import(join(process.cwd(), "build/server/index.js"))) as {
    routes: Record<string, BuiltRoute>;
  }; // what Remix built
  const routes = Object.values(built.routes);
  const isLayout = (route: BuiltRoute) => !route.index && route.path === undefined;
  return routes
    .filter((route) => !isLayout(route) && route.id !== "root")
    .map(({ id, path, module }) => ({
      id,
      path: `/${path ?? ""}`,
      reads: module.loader !== undefined || module.default !== undefined,
      acts: module.action !== undefined,
    }));
}

/** What machines call, mounted beside the pages (server/). */
export const machineEndpoints = [
  "/healthz",
  "/live",
  "/api/inngest",
  "/webhooks/purple-flea",
  "/api/webhooks/escrow",
  "/control/clock",
] as const;
