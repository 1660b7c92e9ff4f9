export type Handler = (args: string[], request: Request, url: URL) => Response | Promise<Response>;
export type Route = [method: string, pattern: RegExp, handle: Handler];

export const json = (body: unknown, status = 200, type = "application/json"): Response =>
  new Response(body === undefined ? "" : JSON.stringify(body), { status, headers: { "content-type": type } });
export const plain = (body: unknown, status: number): Response =>
  json(body, status, "text/plain; charset=utf-8");
/** An error as the read API tells it: with HTTP's 200, and the status in the body. */
export const problem = (error: string, status: number, http = 200): Response =>
  json({ error, data: null, status }, http);
/** What a request says as JSON; null when it is none. */
export const bodyOf = (request: Request): Promise<unknown> => request.json().catch(() => null);
