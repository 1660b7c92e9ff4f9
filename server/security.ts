import { randomBytes } from "node:crypto";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import type { RequestHandler } from "express";
import helmet from "helmet";

declare module "express-serve-static-core" {
  interface Locals {
    nonce?: string;
  }
}

/** A year, in seconds. Other services of the same domain are theirs to answer for. */
const STRICT_TRANSPORT = { maxAge: 31_536_000, includeSubDomains: false };
/** Nothing of the browser's is used. What is not named here asks people first. */
const PERMISSIONS = [
  ...[
    "accelerometer",
    "autoplay",
    "camera",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "geolocation",
  ],
  ...["gyroscope", "hid", "magnetometer", "microphone", "midi", "payment", "picture-in-picture", "serial"],
  ...["usb", "web-share", "xr-spatial-tracking"],
]
  .map((feature) => `${feature}=()`)
  .join(", ");

/**
 * The headers of every answer, whatever it is: scripts and styles are used only with this response's nonce or from this desk's
 * files, nothing is framed, nothing is guessed. In development Vite puts styles into the page itself.
 */
export function securityHeaders({ live, development }: { live: boolean; development: boolean }): {
  onAll: RequestHandler;
  /** The same as lines, for an answer that is written by hand because there is no request that Express could be given. */
  asText: () => string;
} {
  const nonces = new WeakMap<object, string>();
  const nonce = (_request: unknown, response: object) => `'nonce-${nonces.get(response) ?? ""}'`;
  const headers = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'", nonce],
        // Beside a nonce "inline" would mean nothing; without one it is what style attributes and elements both need.
        styleSrc: ["'self'", development ? "'unsafe-inline'" : nonce],
        imgSrc: ["'self'", "data:"],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
        objectSrc: ["'none'"],
      },
    },
    crossOriginOpenerPolicy: { policy: "same-origin" },
    crossOriginResourcePolicy: { policy: "same-origin" },
    crossOriginEmbedderPolicy: false,
    // Stricter, and a form would no longer say where it came from.
    referrerPolicy: { policy: "same-origin" },
    strictTransportSecurity: live ? STRICT_TRANSPORT : false,
    xFrameOptions: { action: "deny" },
  });
  const begin = (response: ServerResponse): string => {
    const mine = randomBytes(16).toString("base64");
    nonces.set(response, mine);
    response.setHeader("permissions-policy", PERMISSIONS);
    return mine;
  };
  return {
    onAll: (request, response, next) => {
      response.locals.nonce = begin(response);
      headers(request, response, next);
    },
    asText() {
      const request = new IncomingMessage(new Socket());
      const response = new ServerResponse(request);
      begin(response);
      headers(request, response, () => undefined);
      return Object.entries(response.getHeaders())
        .map(([name, value]) => `${name}: ${String(value)}\r\n`)
        .join("");
    },
  };
}
