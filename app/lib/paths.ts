import type { Place } from "../../db/read/place";

/*
 * The only place that spells the address of one thing. A reference may be any text. It stands in the address as it is, but for
 * what a router, a proxy or a browser would take for something else: other characters than those below, the `.data` at the end
 * with which Remix asks for a page's data, and a segment of nothing but dots. Those are written `~` and two hexadecimal digits a
 * byte, because percent signs are undone on the way by whoever likes to.
 */
const OTHER = /[^A-Za-z0-9._:-]/gu;
const bytes = new TextEncoder();

const escaped = (text: string): string =>
  [...bytes.encode(text)].map((byte) => `~${byte.toString(16).padStart(2, "0")}`).join("");

function segment(ref: string): string {
  const plain = ref.replace(OTHER, escaped);
  if (/^\.*$/.test(plain)) return plain === "" ? "~" : escaped(plain);
  return plain.replace(/\.data$/, "~2edata");
}

/** What a segment of an address names: undoes what the builders below do. What they do not write is taken as it is. */
export function refIn(param: string | undefined): string {
  const text = param === "~" ? "" : (param ?? "");
  return text.replace(/(?:~[0-9a-f]{2})+/g, (run) => {
    try {
      return decodeURIComponent(run.replaceAll("~", "%"));
    } catch {
      return run;
    }
  });
}

/** The address of a page about one thing, or of the list it stands in. */
export function pathTo(place: Place): string {
  switch (place.page) {
    case "escrow":
      return escrowPath(place.ref);
    case "review":
      return reviewPath(place.ref);
    case "trade":
      return tradePath(place.ref);
    case "alert":
      return alertPath(place.ref);
    case "bet":
      return betPath(place.ref);
    case "run":
      return runPath(place.ref);
    case "command":
      return sentPath(place.ref);
    case "unknown":
      return unknownPath(place.ref);
    case "webhook":
      return webhookPath(place.ref);
    case "transfers":
      return "/webhooks?type=wallet.transfer";
    case "escrows":
    case "alerts":
    case "bets":
    case "faucet":
    case "outbox":
      return `/${place.page}`;
    default:
      return place satisfies never;
  }
}

/** Where the thing that a row is about is shown, by its type; null when it has no page. */
export function placeOf(type: string | null, ref: string | null): Place | null {
  if (ref === null) return null;
  switch (type) {
    case "escrow":
    case "trade":
    case "bet":
    case "run":
      return { page: type, ref };
    case "intent":
      return { page: "unknown", ref };
    case "claim":
      return { page: "faucet" };
    case "event":
      return { page: "outbox" };
    case "transfer":
      return { page: "transfers" };
    default:
      return null;
  }
}

/** The same as an address, for the things that all have a page. */
export const subjectPath = (type: "escrow" | "trade" | "bet" | "claim", ref: string): string =>
  type === "claim" ? "/faucet" : pathTo({ page: type, ref });

export const escrowPath = (ref: string): string => `/escrows/${segment(ref)}`;
/** The escrow's page with its review open. */
export const reviewPath = (ref: string): string => `${escrowPath(ref)}?review=1`;
export const tradePath = (ref: string): string => `/trades/${segment(ref)}`;
export const betPath = (ref: string): string => `/bets/${segment(ref)}`;
export const runPath = (id: string): string => `/runs/${segment(id)}`;
/** What became of a command. */
export const sentPath = (commandId: string): string => `/sent/${segment(commandId)}`;
/** Where a call whose outcome is not known is decided about. */
export const unknownPath = (intentKey: string): string => `/unknown/${segment(intentKey)}`;
/** Purple Flea posts to one address among these: a webhook of that name is shown beside it. */
export const webhookPath = (id: string): string =>
  `/webhooks/${id === "purple-flea" ? "~70urple-flea" : segment(id)}`;
/** The audit log of one thing. */
export const auditPath = (ref: string): string => `/audit?subject=${encodeURIComponent(ref)}`;
/** Its form stands beside the lists and not under /escrows, where every name may be an escrow's. */
export const newEscrowPath = "/new/escrow";
/** Where an open page hears that something changed after the state of the database it shows. */
export const livePath = (seen: string): string => `/live?seen=${encodeURIComponent(seen)}`;
/** Where an open list asks for the news of its rows; `search` is the list's own query and theirs. */
export const newsPath = (list: "trades" | "runs", search: string): string => `/live/${list}${search}`;
export const tradesCsvPath = (search: string): string => `/trades.csv${search}`;
/** The sandbox after something was done there. */
export const sandboxPath = (done: { passed: string } | { sent: string }): string =>
  `/sandbox?${new URLSearchParams(done).toString()}`;
/** A price alert: what it said, and what it led to. Not beside the form at /alerts/send: any name may be an alert's. */
export const alertPath = (id: string): string => `/alerts/received/${segment(id)}`;
