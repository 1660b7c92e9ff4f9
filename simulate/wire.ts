import { functionIdOf } from "../inngest/journal";
import type { Task } from "./life";

/** Calls after which Purple Flea may have something to do later. */
export const MOVES_MONEY = /^(?:order\.create|escrow\.(?:create|release|cancel)|casino\.bet|faucet\.claim)$/;
const PATHS: [method: string, pattern: RegExp, call: string][] = [
  ["GET", /^\/api\/wallet\/balance$/, "wallet.balance"],
  ["POST", /^\/api\/trading\/order$/, "order.create"],
  ["GET", /^\/api\/trading\/order\//, "order.get"],
  ["POST", /^\/api\/escrow\/create$/, "escrow.create"],
  ["POST", /^\/api\/escrow\/[^/]+\/release$/, "escrow.release"],
  ["POST", /^\/api\/escrow\/[^/]+\/cancel$/, "escrow.cancel"],
  ["GET", /^\/api\/escrow\//, "escrow.get"],
  ["GET", /^\/api\/casino\/commitment$/, "casino.commitment"],
  ["POST", /^\/api\/casino\/bet$/, "casino.bet"],
  ["GET", /^\/api\/casino\/bet\//, "casino.get"],
  ["GET", /^\/api\/domains$/, "domains"],
  ["GET", /^\/faucet\/api\/status$/, "faucet.status"],
  ["POST", /^\/faucet\/api\/claim$/, "faucet.claim"],
];

/** What is asked of whom, such as `order.create`. */
export function callOf(method: string, { host, pathname }: URL): string {
  if (host === "engine.test") return "engine.event";
  if (host === "slack.test") return "slack";
  if (host === "app.test")
    return pathname.startsWith("/webhooks/") ? "webhook" : method === "PUT" ? "app.sync" : "app.call";
  return PATHS.find(([verb, pattern]) => verb === method && pattern.test(pathname))?.[2] ?? "unknown";
}

/** Which function the engine calls, and for what. Few ask for what: its text is read when one does. */
export function taskOf({ searchParams }: URL, text: string): Task {
  return {
    functionId: functionIdOf(searchParams.get("fnId") ?? ""),
    event() {
      const { event } = JSON.parse(text) as {
        event: { id: string; data: Record<string, unknown> | null };
      }; // the sandbox engine's own call
      return { id: event.id, data: event.data ?? {} };
    },
  };
}

/** The id in Purple Flea's answer to a money call, of what it made or ended. */
export function madeIn({ url }: Request, answer: string): string {
  const body = JSON.parse(answer) as { id?: string; tx_hash?: string }; // the sandbox's own answer
  const ended = /escrow\/([^/]+)\/(?:release|cancel)$/.exec(url)?.[1];
  return ended ?? body.id ?? body.tx_hash ?? "";
}
