import { Agent, request as httpRequest, type ClientRequest } from "node:http";

/** What an address answered. */
export interface Answer {
  status: number;
  header(name: string): string | null;
  text: string;
}

/** Posts a text and reads the answer, following no redirect. Throws when nobody answers or the connection is cut. */
export type Post = (url: URL, headers: Record<string, string>, body: string) => Promise<Answer>;

/** Idle connections are given up before a server of Node's own (five seconds) closes them under a call. */
const IDLE_MS = 4_000;
/** A call may take as long as on the real server. */
const MAX_CALL_MS = 7_200_000;

/** Through a `fetch` that was handed in. */
export function postThrough(via: () => typeof fetch): Post {
  return async (url, headers, body) => {
    const response = await via()(url, { method: "POST", redirect: "manual", headers, body });
    const text = await response.text();
    return { status: response.status, header: (name) => response.headers.get(name), text };
  };
}

/**
 * Through Node's plain client, on connections that are kept: a third of what a call costs with the platform's `fetch`.
 * A call that is not answered in time, unless otherwise said two hours, is given up. `cut` breaks off everything that is
 * under way.
 */
export function plainPost(maxCallMs = MAX_CALL_MS): { post: Post; cut(): void } {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 128, timeout: IDLE_MS, scheduling: "lifo" });
  const underWay = new Set<ClientRequest>();
  const post: Post = (url, headers, body) =>
    new Promise((resolve, reject) => {
      const length = String(Buffer.byteLength(body));
      const outgoing = httpRequest(
        url,
        { agent, method: "POST", headers: { ...headers, "content-length": length } },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
          incoming.once("error", reject);
          incoming.once("end", () => {
            const header = (name: string) => {
              const value = incoming.headers[name];
              return Array.isArray(value) ? value.join(", ") : (value ?? null);
            };
            resolve({ status: incoming.statusCode ?? 0, header, text: Buffer.concat(chunks).toString() });
          });
        },
      );
      underWay.add(outgoing);
      outgoing.once("error", reject);
      const late = () => outgoing.destroy(new Error(`no answer within ${maxCallMs / 60_000} minutes`));
      const alarm = setTimeout(late, maxCallMs).unref();
      outgoing.once("close", () => {
        clearTimeout(alarm);
        underWay.delete(outgoing);
      });
      outgoing.end(body);
    });
  return {
    post,
    cut() {
      for (const outgoing of underWay) outgoing.destroy();
      agent.destroy();
    },
  };
}
