import { BlockList, isIP } from "node:net";
import { z } from "zod";

const within = new BlockList();
for (const [net, bits] of [
  ["127.0.0.0", 8],
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["169.254.0.0", 16],
  ["100.64.0.0", 10],
] as const)
  // prettier-ignore
  within.addSubnet(net, bits, "ipv4");
for (const [net, bits] of [
  ["::1", 128],
  ["fc00::", 7],
  ["fe80::", 10],
] as const)
  within.addSubnet(net, bits, "ipv6");
const PRIVATE_NAME = /^[a-z0-9-]+$|\.(?:internal|local|localhost|lan|home\.arpa|svc|test)$/i;

/** Whether a URL leads to this machine or a network of one's own, where no stranger listens: by its name or its number. */
export function isPrivate({ hostname }: URL): boolean {
  const bare = hostname.replace(/^\[|\]$/g, "");
  const family = isIP(bare);
  return family === 0 ? PRIVATE_NAME.test(bare) : within.check(bare, family === 4 ? "ipv4" : "ipv6");
}

/** What is wrong with an address in the environment, in words that do not repeat it; null when nothing is. */
function mistakeIn(text: string): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== "http:" && url?.protocol !== "https:")
    return "is not an address that begins with https:// or http://";
  if (url.username || url.password)
    return "holds a name or a password; requests cannot be sent to such an address";
  return null;
}

const blank = z.literal("").transform(() => undefined);
const checked = z
  .string()
  .trim()
  .superRefine((text, context) => {
    const mistake = text === "" ? null : mistakeIn(text);
    if (mistake) context.addIssue({ code: "custom", message: mistake });
  });

/** An address that requests are sent to. */
export const webAddress = checked.optional().or(blank);
/** The same, with one to use when it is not set. */
export const webAddressOr = (fallback: string) =>
  checked.transform((text) => text || fallback).default(fallback);
/** An address of which the scheme, the host and the port count, whatever comes after them. */
export const webOrigin = checked
  .transform((text) => (URL.canParse(text) ? new URL(text).origin : undefined))
  .optional();
/** `1`, `true`, `0`, `false`, or the address of a dev server. */
export const devSwitch = z
  .string()
  .trim()
  .superRefine((text, context) => {
    const mistake = /^(?:|0|1|true|false)$/.test(text) ? null : mistakeIn(text);
    if (mistake) context.addIssue({ code: "custom", message: `${mistake}, nor 0 or 1` });
  })
  .optional()
  .or(blank);
