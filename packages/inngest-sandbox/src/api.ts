import { z } from "zod";
import { about } from "./about";
import { controlRoutes } from "./control";
import { CONTEXT, type Engine } from "./engine";
import { namedUuid } from "./ids";
import { takeIn } from "./intake";
import { RegistrationError } from "./registration";
import { bodyOf, json, plain, type Route } from "./respond";
import { restRoutes } from "./rest";
import { bearerAccepted } from "./signature";

export interface ApiOptions {
  engine: Engine;
  /** Keys whose bearers and signatures are accepted; none unless given, which makes it a dev server. */
  signingKeys?: string[];
  /** Event keys that are accepted; any unless given. */
  eventKeys?: string[];
  /** Where apps are, for `GET /dev` to tell. */
  sdkUrls?: string[];
  /** Where `/` leads to. */
  dashboardUrl?: string;
  onError?: (message: string) => void;
}

const KIND = "x-inngest-server-kind";
const LOOPBACK = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/;
const FOR_SDK = /^\/(?:v1|v0|dev|fn)(?:\/|$)/;
const WHILE_OFF = /^\/(?:clock|control|health)(?:\/|$)/;
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
const registrationSchema = z.object({ appName: z.string(), functions: z.unknown().optional() });

/** Everything the engine answers over HTTP, as a function from request to response. */
export function createApi(options: ApiOptions): (request: Request) => Promise<Response> {
  const { engine, signingKeys = [], eventKeys = [], sdkUrls = [] } = options;
  const kind = signingKeys.length > 0 ? "cloud" : "dev";

  const routes: Route[] = [
    [
      "POST",
      /^\/e\/([^/]+)$/,
      async ([key = ""], request) => {
        if (eventKeys.length > 0 && !eventKeys.includes(key))
          return plain({ status: 401, error: "Event key not found" }, 401);
        const accepted = takeIn(engine, await request.text(), request.headers.get("x-inngest-event-id-seed"));
        return plain(accepted, accepted.status);
      },
    ],
    // Without a key in the path the real server answers nothing at all, and takes nothing in.
    ["POST", /^\/e\/?$/, () => new Response("")],
    ["POST", /^\/fn\/register$/, async (_args, request) => register(request)],
    ...restRoutes(engine),
    ...controlRoutes(engine),
    [
      "GET",
      /^\/$/,
      () =>
        options.dashboardUrl ? Response.redirect(options.dashboardUrl, 302) : json({ engine: "sandbox" }),
    ],
    ["GET", /^\/health$/, () => json({ status: 200, message: "OK" })],
    ["GET", /^\/dev$/, () => json(dev(), 200, "application/json; charset=utf-8")],
  ];

  const dev = () =>
    about({
      functions: engine.functions(),
      sdkUrls,
      retryIntervalS: (engine[CONTEXT].retryIntervalMs ?? 0) / 1_000,
      needsKeys: kind === "cloud",
    });

  async function register(request: Request): Promise<Response> {
    const expected = request.headers.get("x-inngest-expected-server-kind");
    if (expected && expected !== kind)
      return json({ error: `Expected server kind ${expected}, got ${kind}`, status: 400 }, 400);
    const parsed = registrationSchema.safeParse(await bodyOf(request));
    if (!parsed.success) return json({ error: "not a registration", status: 400 }, 400);
    const { appName, functions } = parsed.data;
    try {
      const { modified } = engine.register(appName, functions);
      return json({ ok: true, modified, sync_id: namedUuid(`sync ${appName}`), app_id: namedUuid(appName) });
    } catch (error) {
      if (!(error instanceof RegistrationError)) throw error;
      options.onError?.(error.message);
      return json({ error: error.message, status: 400 }, 400);
    }
  }

  /** Why a request is turned away, if it is. */
  function refusal(request: Request, url: URL): Response | null {
    const host = request.headers.get("host") ?? url.host;
    const origin = request.headers.get("origin");
    const site = request.headers.get("sec-fetch-site");
    // A name that was pointed at this machine, or a page of another origin: a browser is at work, and not for us.
    const isForeign =
      !LOOPBACK.test(host) ||
      (origin !== null && origin !== `http://${host}`) ||
      (site !== null && site !== "same-origin" && site !== "none" && url.pathname !== "/");
    if (isForeign)
      return json({ error: "only programs on this machine may talk to the sandbox engine" }, 403);
    if (engine.isPaused() && !WHILE_OFF.test(url.pathname))
      return json({ error: "the engine is switched off" }, 503);
    const needsBearer = signingKeys.length > 0 && FOR_SDK.test(url.pathname);
    if (needsBearer && !bearerAccepted(request.headers.get("authorization"), signingKeys))
      return json({ error: "unauthorized", status: 401 }, 401);
    return null;
  }

  async function answer(request: Request, url: URL): Promise<Response> {
    let known = false;
    for (const [method, pattern, handle] of routes) {
      const match = pattern.exec(url.pathname);
      if (!match) continue;
      known = true;
      if (request.method === method) return handle(match.slice(1).map(decoded), request, url);
    }
    const text = known ? "" : "404 page not found\n";
    return new Response(text, {
      status: known ? 405 : 404,
      headers: { "content-type": "text/plain; charset=utf-8" },
    });
  }

  return async function handle(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const response = refusal(request, url) ?? (await answer(request, url));
    if (response.status !== 302) response.headers.set(KIND, kind);
    return response;
  };
}
