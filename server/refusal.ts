import type { Request, Response } from "express";

export interface Refusal {
  status: number;
  /** For machines: one word that stays the same. */
  error: string;
  /** For people: what happened and what now. */
  words: string;
  headers?: Record<string, string>;
  /** The name under which the failure is on the log. */
  id?: string;
}

/** How long somebody who is still sending may take to read the answer. ms. */
const LINGER_MS = 500;

const MACHINES = /^\/(?:api|webhooks|control)\/|^\/healthz$/;
/** Without the query: that may hold what only the asker should see. */
export const pathOf = (request: Request): string => request.originalUrl.split("?", 1)[0] ?? "/";
const escaped = (text: string) =>
  text.replace(/[&<>"]/g, (one) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[one] ?? "&quot;");

const page = ({ status, words, id }: Refusal) => `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${status} · Purple Flea Operator</title>
</head>
<body>
<main>
<h1>${status < 500 ? "This was not accepted" : "This did not work"}</h1>
<p>${escaped(words)}</p>
${id ? `<p>On the log as <code>${escaped(id)}</code>.</p>\n` : ""}<p><a href="/">Overview</a></p>
</main>
</body>
</html>
`;

function formFor(request: Request, refusal: Refusal): { type: string; text: string } {
  const { error, words, id } = refusal;
  if (MACHINES.test(request.path))
    return { type: "json", text: JSON.stringify({ error, message: words, id }) };
  if (request.accepts(["text", "html"]) === "html") return { type: "html", text: page(refusal) };
  return { type: "text", text: id ? `${words} On the log as ${id}.` : words };
}

/** Whether a request says that a body follows its headers. */
export const hasBody = (request: Request): boolean =>
  request.headers["transfer-encoding"] !== undefined || Number(request.headers["content-length"] ?? 0) > 0;

/**
 * Says no, in the one form there is for machines and the one there is for people. A body that has not come yet is not waited
 * for: the connection ends once the answer had time to be read.
 */
export function refuse(request: Request, response: Response, refusal: Refusal): void {
  if (response.headersSent) return void response.destroy();
  const { type, text } = formFor(request, refusal);
  response
    .status(refusal.status)
    .set({ "cache-control": "no-store", ...refusal.headers })
    .type(type);
  if (!hasBody(request) || request.complete) return void response.send(text);
  request.pause();
  response.set({ connection: "close", "content-length": String(Buffer.byteLength(text)) });
  response.write(text);
  const end = setTimeout(() => response.end(), LINGER_MS);
  response.once("close", () => clearTimeout(end));
}
