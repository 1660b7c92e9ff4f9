import { Router, type RequestHandler } from "express";
import { serve } from "inngest/express";
import { z } from "zod";
import type { createFunctions } from "../inngest";
import type { InngestClient } from "../inngest/client";
import { createRoom, readBody } from "./bodies";
import { hasBody, refuse } from "./refusal";
import { wrongMethod } from "./requests";

/**
 * The event and the results of all steps come with every call: some kilobytes here. An event from outside is at most 256 KiB at
 * the engine, and comes twice in a call.
 */
const BODY_BYTES = 1_024 * 1_024;
/** Far more values than any call has. Each takes a hundred times the memory of the three bytes that can name one. */
const VALUES = 30_000;
/** Four of the largest, or hundreds as they are: what parsing makes of them comes on top. */
const ROOM = { bytes: 4 * 1_024 * 1_024, senders: 32 };

/** The least that a call of a function says. The SDK reads it again, and more of it. */
const call = z.looseObject({
  event: z.record(z.string(), z.unknown()),
  events: z.array(z.record(z.string(), z.unknown())).optional(),
  steps: z.record(z.string(), z.unknown()).nullish(),
  ctx: z.looseObject({ run_id: z.string() }).nullish(),
});

interface EngineOptions {
  client: InngestClient;
  functions: ReturnType<typeof createFunctions>;
  /** The address announced to the engine; when absent, the one it was asked under. */
  serveOrigin: string | undefined;
  /** Whether only signed calls are taken: always, but in dev mode. */
  signed: boolean;
}

/** Where the engine calls the functions. What is not even signed is not read; whether a signature is right, the SDK says. */
export function engineRoutes({ client, functions, serveOrigin, signed }: EngineOptions): Router {
  const router = Router();
  const check: RequestHandler = (request, response, next) => {
    if (request.method === "HEAD") return refuse(request, response, wrongMethod("GET, POST, PUT"));
    if (signed && hasBody(request) && request.get("x-inngest-signature") === undefined)
      return refuse(request, response, {
        status: 401,
        error: "not_signed",
        words: "The engine signs its calls. This one is not signed and was not read.",
      });
    if (request.method === "POST" && !request.is("json"))
      return refuse(request, response, {
        status: 415,
        error: "not_json",
        words: "The engine's calls are JSON. Nothing was done.",
      });
    return next();
  };
  const known = new Set(functions.map((one) => one.id(client.id)));
  const parse: RequestHandler = (request, response, next) => {
    const bytes: unknown = request.body;
    if (Buffer.isBuffer(bytes) && hasMoreValues(bytes, VALUES))
      return refuse(request, response, {
        status: 413,
        error: "too_large",
        words: `A call of the engine has at most ${VALUES} values here. Nothing was done.`,
      });
    const body = parsed(Buffer.isBuffer(bytes) ? bytes.toString("utf8") : "");
    if (body === undefined) return refuse(request, response, malformed("The body is not JSON."));
    // A text the SDK would parse once more, where nobody catches what that throws: the process would end, unsigned as it was.
    if (typeof body !== "object" || body === null || Array.isArray(body))
      return refuse(request, response, malformed("The body is not a JSON object."));
    request.body = body;
    // What is signed comes from the engine: about a call it made the SDK has the last word, and the engine reads it.
    if (signed || request.method !== "POST") return next();
    if (!call.safeParse(body).success)
      return refuse(request, response, malformed("This is not a call of a function."));
    if (!known.has(String(request.query.fnId)))
      return refuse(request, response, {
        status: 404,
        error: "no_such_function",
        words: "No function here has this name. Nothing was done.",
      });
    return next();
  };
  router.use(
    check,
    readBody({ what: "A call of the engine", limit: BODY_BYTES, room: createRoom(ROOM) }),
    parse,
    serve({
      client,
      functions,
      servePath: "/api/inngest",
      serveOrigin,
      // Only who signs may make this desk register itself anywhere.
      enableUnauthedSync: false,
    }),
  );
  return router;
}

const malformed = (words: string) => ({
  status: 400,
  error: "malformed",
  words: `${words} Nothing was done.`,
});

/** Whether a JSON text may hold more values than so many: each but the first comes after a comma or a bracket. */
function hasMoreValues(bytes: Buffer, most: number): boolean {
  let count = 0;
  for (const byte of bytes)
    if ((byte === 0x2c || byte === 0x5b || byte === 0x7b) && ++count > most) return true;
  return false;
}

function parsed(text: string): unknown {
  if (text === "") return {};
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
