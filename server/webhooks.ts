import { createHash } from "node:crypto";
import { type Request, type RequestHandler, type Response, Router } from "express";
import { receiveWebhook } from "../db/desk/inbox";
import type { DeskWriter } from "../db/connection";
import type { Clock } from "../domain/clock";
import { ForeignJsonError, parseForeignJson, wellFormed } from "../domain/foreign-json";
import { eventIdFor, webhookReceived } from "../inngest/events";
import { isSameNews, webhookEnvelope } from "../inngest/purple-flea/gateway/contract";
import { verifySignature, type HeaderValue } from "../inngest/purple-flea/webhook-signature";
import { createRoom, readBody } from "./bodies";
import { refuse } from "./refusal";
import { wrongMethod } from "./requests";

/** The largest webhook, and all that are there at once. */
const BODY_BYTES = 256 * 1_024;
const ROOM = { bytes: 2 * 1_024 * 1_024, senders: 32 };

export interface WebhookOptions {
  desk: DeskWriter;
  clock: Clock;
  /** The machine's time: a signature's age is measured against it. */
  wall: Clock;
  secrets: string[];
  stored: () => void;
}
interface Answer {
  status: number;
  body: { error: string; message: string } | { received: true; duplicate: boolean; different?: boolean };
}
const no = (status: number, error: string, message: string): Answer => ({ status, body: { error, message } });

/** Takes one webhook: verified over the raw bytes, stored and queued in one transaction. */
export function receive(
  { desk, clock, wall, secrets, stored }: WebhookOptions,
  headers: { timestamp: HeaderValue; signature: HeaderValue },
  bytes: Buffer,
): Answer {
  if (secrets.length === 0) return no(503, "not_configured", "no webhook secret is set here");
  const verdict = verifySignature(secrets, headers, bytes, wall.now());
  if (verdict.kind !== "ok")
    return no(401, `signature_${verdict.kind}`, "the webhook's signature was not accepted");
  let envelope: unknown;
  try {
    envelope = parseForeignJson(bytes.toString("utf8"));
  } catch (error) {
    if (!(error instanceof ForeignJsonError)) throw error;
    return no(400, "not_json", error.message);
  }
  // Before half characters are replaced: an id that holds one names nothing.
  const parsed = webhookEnvelope.safeParse(envelope);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return no(400, "bad_envelope", `field ${issue?.path.join(".") || "id"} is missing or wrong`);
  }
  const { id, name } = parsed.data;
  const outcome = receiveWebhook(
    desk,
    {
      id,
      type: name,
      envelope: wellFormed(envelope),
      hash: createHash("sha256").update(bytes).digest("hex"),
      signedAt: Number(headers.timestamp) * 1_000,
    },
    isSameNews,
    { id: eventIdFor(webhookReceived.name, id), name: webhookReceived.name, data: { webhook_id: id } },
    clock.now(),
  );
  if (outcome === "stored") stored();
  // Anything but 200 would bring the same again, and again: what differs is for a person to look at.
  const different = outcome === "different" && { different: true };
  return { status: 200, body: { received: true, duplicate: outcome !== "stored", ...different } };
}

const headersOf = (request: Request): { timestamp: HeaderValue; signature: HeaderValue } => ({
  timestamp: request.headers["x-purpleflea-timestamp"],
  signature: request.headers["x-purpleflea-signature"],
});

function say(request: Request, response: Response, { status, body }: Answer): void {
  if ("error" in body) return refuse(request, response, { status, error: body.error, words: body.message });
  return void response.status(status).json(body);
}

const PATHS = ["/webhooks/purple-flea", "/api/webhooks/escrow"];

/** Whether a request is for here. */
export const isWebhook = ({ url }: globalThis.Request): boolean => PATHS.includes(new URL(url).pathname);

/** Answers one as `fetch` makes and takes them, where there are no sockets. */
export async function answerWebhook(
  options: WebhookOptions,
  request: globalThis.Request,
): Promise<globalThis.Response> {
  const headers = {
    timestamp: request.headers.get("x-purpleflea-timestamp"),
    signature: request.headers.get("x-purpleflea-signature"),
  };
  const { status, body } = receive(options, headers, Buffer.from(await request.arrayBuffer()));
  return globalThis.Response.json(body, { status });
}

/** Purple Flea's webhooks, under both names. */
export function webhookRoutes(options: WebhookOptions): Router {
  const router = Router();
  const body = readBody({ what: "A webhook", limit: BODY_BYTES, room: createRoom(ROOM) });
  // What is not even signed is answered before it is read.
  const signed: RequestHandler = (request, response, next) => {
    const headers = headersOf(request);
    if (options.secrets.length > 0 && headers.timestamp && headers.signature) return next();
    return say(request, response, receive(options, headers, Buffer.alloc(0)));
  };
  const take: RequestHandler = (request, response) => {
    const body: unknown = request.body;
    say(
      request,
      response,
      receive(options, headersOf(request), Buffer.isBuffer(body) ? body : Buffer.alloc(0)),
    );
  };
  for (const path of PATHS) {
    router.post(path, signed, body, take);
    router.all(path, (request, response) => refuse(request, response, wrongMethod("POST")));
  }
  return router;
}
