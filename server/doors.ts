import type { Server } from "node:http";
import { sessionOperator } from "../db/desk/sessions";
import { countParked, countUnsent } from "../db/read/outbox";
import type { Clock } from "../domain/clock";
import type { AddressOptions } from "./address";
import type { App } from "./compose";
import { createEdge, type EdgeOptions } from "./edge";
import { exportTurns } from "./exports";
import { createHttpServer } from "./listen";
import { liveNudge, type LiveSession } from "./live";
import { pageRoutes } from "./pages";
import { clockRoutes, type FollowedClock } from "./practice-clock";

interface DoorsOptions {
  app: App;
  /** This process as programs of this machine ask it. */
  appUrl: string;
  development: boolean;
  address: AddressOptions;
  trustProxy: EdgeOptions["trustProxy"];
  wall: Clock;
  /** Led by the sandbox engine; absent in live mode. */
  practiceClock: FollowedClock | undefined;
}

/** A server with every door of the desk, for machines and for people; nothing listens yet. */
export async function openDoors(options: DoorsOptions): Promise<{ server: Server; stop(): void }> {
  const { app, address, development, practiceClock } = options;
  const { read, config, report } = app.loadContext();
  const sessionOf = async (cookie: string | undefined): Promise<LiveSession | null> => {
    const { tokenOf } = await import("../app/auth/session.server");
    const request = new Request(options.appUrl, { headers: cookie ? { cookie } : {} });
    const token = await tokenOf(request, config.secureCookies);
    const goesOn = () => sessionOperator(read, config.session, token, options.wall.now()) !== null;
    return token !== undefined && goesOn() ? { token, goesOn } : null;
  };
  const live = liveNudge(read, sessionOf);
  const edge = createEdge({
    development,
    address,
    trustProxy: options.trustProxy,
    health: () => {
      const [waiting, parked] = [countUnsent(read).n, countParked(read).n];
      return { ok: true, mode: config.mode, outbox_waiting: waiting, outbox_parked: parked };
    },
    ...app.machineRoutes(),
    practice: practiceClock && clockRoutes(practiceClock, () => app.outbox.wake()),
    live: live.handler,
    exports: exportTurns(async (cookie) => (await sessionOf(cookie))?.token),
    report,
  });
  const server = createHttpServer(edge);
  const { pages, stylesheet } = await pageRoutes({ development, address, server, context: app.loadContext });
  edge.serve(pages, stylesheet);
  return { server, stop: live.stop };
}
