import { randomBytes } from "node:crypto";
import type { RequestHandler, Response } from "express";
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
 * The headers of every answer, whatever it is: scripts run only with this response's nonce or from
 * this desk's files, styles only from those, nothing is framed, nothing is guessed. In development Vite puts styles into the page itself.
 */
export function securityHeaders({
  live,
  development,
}: {
  live: boolean;
  development: boolean;
}): RequestHandler {
  // Express and helmet type the same response, one with what the other leaves out.
  const nonce = (_request: unknown, response: unknown) =>
    `'nonce-${(response as Response).locals.nonce ?? ""}'`;
  const headers = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'", nonce],
        styleSrc: ["'self'", ...(development ? ["'unsafe-inline'"] : [])],
        // Style attributes carry the waterfall's positions.
        styleSrcAttr: ["'unsafe-inline'"],
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
  return (request, response, next) => {
    response.locals.nonce = randomBytes(16).toString("base64");
    response.setHeader("permissions-policy", PERMISSIONS);
    headers(request, response, next);
  };
}
