import { randomBytes } from "node:crypto";
import type { RequestHandler } from "express";

declare module "express-serve-static-core" {
  interface Locals {
    nonce?: string;
  }
}

/**
 * Headers for pages: scripts run only with this response's nonce, nothing is framed, nothing is guessed. In development
 * Vite puts styles into the page itself.
 */
export const pageHeaders =
  ({ secure, development }: { secure: boolean; development: boolean }): RequestHandler =>
  (_request, response, next) => {
    const nonce = randomBytes(16).toString("base64");
    response.locals.nonce = nonce;
    response.setHeader(
      "content-security-policy",
      [
        "default-src 'self'",
        `script-src 'self' 'nonce-${nonce}'`,
        // Style attributes carry the chart's and the waterfall's positions.
        `style-src 'self'${development ? " 'unsafe-inline'" : ""}`,
        "style-src-attr 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "object-src 'none'",
      ].join("; "),
    );
    response.setHeader("x-content-type-options", "nosniff");
    response.setHeader("referrer-policy", "same-origin");
    response.setHeader("cross-origin-opener-policy", "same-origin");
    if (secure) response.setHeader("strict-transport-security", "max-age=31536000");
    next();
  };

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/** Forms come from our own pages: another site's are refused, whatever cookie the browser adds. */
export const sameSiteForms: RequestHandler = (request, response, next) => {
  if (SAFE.has(request.method)) return next();
  const site = request.headers["sec-fetch-site"];
  const origin = request.headers.origin;
  const own =
    origin === undefined || origin === "null"
      ? false
      : URL.canParse(origin) && new URL(origin).host === request.headers.host;
  if (site === "same-origin" || (site === undefined && own)) return next();
  return void response
    .status(403)
    .type("text/plain")
    .send("This form did not come from a page of this desk. Nothing was sent.");
};
