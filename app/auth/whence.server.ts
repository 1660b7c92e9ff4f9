import Bowser from "bowser";
import ipaddr from "ipaddr.js";
import type { Whence } from "../../db/desk/audit";
import type { DeskContext } from "../context";

/** A browser's name for itself is read no further than this; what stands behind it names nothing new. */
const LONGEST_AGENT = 512;
const LONGEST_WORDS = 60;

/** Where a request comes from, for people to recognise: its address as it is usually written, and words for its browser. */
export const whenceOf = (request: Request, context: Pick<DeskContext, "address">): Whence => ({
  address: plainAddress(context.address),
  device: deviceWords(request.headers.get("user-agent")),
});

/** `203.0.113.5` also for `::ffff:203.0.113.5`; null when it is no address. */
export const plainAddress = (address: string | null): string | null =>
  address !== null && ipaddr.isValid(address) ? ipaddr.process(address).toString() : null;

/** What is counted as one place: an IPv4 address, or the /64 of IPv6 that one line is given. */
export function placeOf(address: string | null): string {
  if (address === null || !ipaddr.isValid(address)) return "unknown";
  const parsed = ipaddr.process(address);
  return parsed.kind() === "ipv6"
    ? `${parsed
        .toByteArray()
        .slice(0, 8)
        .map((byte) => byte.toString(16).padStart(2, "0"))
        .join("")}/64`
    : parsed.toString();
}

/** "Chrome 140 on Linux", in a browser's own words; null when it says nothing that can be read. */
export function deviceWords(agent: string | null): string | null {
  if (!agent) return null;
  const { browser, os } = Bowser.parse(agent.slice(0, LONGEST_AGENT));
  const name = [browser.name, browser.version?.split(".")[0]].filter(Boolean).join(" ");
  const words = [name, os.name].filter(Boolean).join(" on ");
  // What no list knows is the agent's own text.
  return words.replace(/[^\x20-\x7e]/g, "").slice(0, LONGEST_WORDS) || null;
}
