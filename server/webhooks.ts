import { createHash } from "node:crypto";
import { raw, type ErrorRequestHandler, type Request, type Response, Router } from "express";
import { receiveWebhook } from "../db/desk/inbox";
import type { Writer } from "../db/connection";
import type { Clock } from "../domain/clock";
import { ForeignJsonError, parseForeignJson, wellFormed } from "../domain/foreign-json";
import { eventIdFor, webhookReceived } from "../inngest/events";
import { isSameNews, webhookEnvelope } from "../inngest/purple-flea/contract";
import { verifySignature, type HeaderValue } from "../inngest/purple-flea/webhook-signature";

interface Options {
  desk: Writer;
  clock: Clock;
  /** The machine's time: a signature's age is measured against it. */
  wall: Clock;
  secrets: string[];
  stored: () => void;
}
interface Answer {
  status: number;
  body: object;
}
const no = (status: number, error: string, message: string): Answer => ({ status, body: { error, message } });

/** Takes one webhook: verified over the raw bytes, stored and queued in one transaction. */
export function receive(
  { desk, clock, wall, secrets, stored }: Options,
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

/** Purple Flea's webhooks, under both names. */
export function webhookRoutes(options: Options): Router {
  const router = Router();
  const say = (response: Response, { status, body }: Answer) => void response.status(status).json(body);
  const take = (request: Request, response: Response) => {
    const body: unknown = request.body;
    const headers = {
      timestamp: request.headers["x-purpleflea-timestamp"],
      signature: request.headers["x-purpleflea-signature"],
    };
    say(response, receive(options, headers, Buffer.isBuffer(body) ? body : Buffer.alloc(0)));
  };
  const tooLarge: ErrorRequestHandler = (error: unknown, _request, response, next) => {
    const type: unknown =
      typeof error === "object" && error !== null && "type" in error ? error.type : undefined;
    if (type === "entity.too.large")
      return say(response, no(413, "too_large", "a webhook is at most 256 KiB"));
    return next(error);
  };
  for (const path of ["/webhooks/purple-flea", "/api/webhooks/escrow"]) {
    router.post(path, raw({ type: () => true, limit: "256kb" }), take);
    router.all(path, (_request, response) =>
      say(response, no(405, "method_not_allowed", "webhooks are POSTed")),
    );
  }
  router.use(tooLarge);
  return router;
}
