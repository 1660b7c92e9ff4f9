import { raw, type ErrorRequestHandler, type Request, type Response, Router } from "express";
import { receiveWebhook } from "../db/desk/inbox";
import type { Writer } from "../db/connection";
import type { Clock } from "../domain/clock";
import { eventIdFor, webhookReceived } from "../inngest/events";
import { webhookEnvelope } from "../inngest/purple-flea/contract";
import { verifySignature } from "../inngest/purple-flea/webhook-signature";

interface Options {
  desk: Writer;
  clock: Clock;
  /** The machine's time: a signature's age is measured against it. */
  wall: Clock;
  secrets: string[];
  stored: () => void;
}
const no = (response: Response, status: number, error: string, message: string) =>
  void response.status(status).json({ error, message });

/** Purple Flea's webhooks, under both names. Verified over the raw bytes, stored and queued in one transaction. */
export function webhookRoutes({ desk, clock, wall, secrets, stored }: Options): Router {
  const router = Router();
  const receive = (request: Request, response: Response) => {
    if (secrets.length === 0) return no(response, 503, "not_configured", "no webhook secret is set here");
    const body: unknown = request.body;
    const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
    const verdict = verifySignature(
      secrets,
      {
        timestamp: request.headers["x-purpleflea-timestamp"],
        signature: request.headers["x-purpleflea-signature"],
      },
      bytes,
      wall.now(),
    );
    if (verdict.kind !== "ok")
      return no(response, 401, `signature_${verdict.kind}`, "the webhook's signature was not accepted");
    let envelope: unknown;
    try {
      envelope = JSON.parse(bytes.toString("utf8"));
    } catch {
      return no(response, 400, "not_json", "the body is not JSON");
    }
    const parsed = webhookEnvelope.safeParse(envelope);
    if (!parsed.success)
      return no(
        response,
        400,
        "bad_envelope",
        `field ${parsed.error.issues[0]?.path.join(".") || "id"} is missing or wrong`,
      );
    const { id, name } = parsed.data;
    const outcome = receiveWebhook(
      desk,
      { id, type: name, envelope, signedAt: Number(request.headers["x-purpleflea-timestamp"]) * 1_000 },
      { id: eventIdFor(webhookReceived.name, id), name: webhookReceived.name, data: { webhook_id: id } },
      clock.now(),
    );
    if (outcome === "stored") stored();
    response.status(200).json({ received: true, duplicate: outcome === "duplicate" });
  };
  const tooLarge: ErrorRequestHandler = (error: unknown, _request, response, next) => {
    const type: unknown =
      typeof error === "object" && error !== null && "type" in error ? error.type : undefined;
    if (type === "entity.too.large") return no(response, 413, "too_large", "a webhook is at most 256 KiB");
    return next(error);
  };
  for (const path of ["/webhooks/purple-flea", "/api/webhooks/escrow"]) {
    router.post(path, raw({ type: () => true, limit: "256kb" }), receive);
    router.all(path, (_request, response) => no(response, 405, "method_not_allowed", "webhooks are POSTed"));
  }
  router.use(tooLarge);
  return router;
}
