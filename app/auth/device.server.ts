import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { createCookie } from "@remix-run/node";
import type { DeskContext } from "../context";

/** Browsers keep no cookie for longer. seconds */
const LIFE_S = 400 * 86_400;
/** How many operators one browser is known for; the one who has not signed in for longest is forgotten. */
const OPERATORS = 5;
const DEVICE = /^[\w-]{22}$/;

const kind = { httpOnly: true, sameSite: "lax", path: "/", maxAge: LIFE_S } as const;
const cookieFor = (secure: boolean) =>
  secure ? createCookie("__Host-device", { ...kind, secure }) : createCookie("device", kind);

const signed = (secret: string, device: string, operatorId: string): string =>
  createHmac("sha256", secret).update(`device\n${device}\n${operatorId}`).digest("base64url");

/** What a browser's device cookie holds: a name by chance, and for each operator who signed in on it a signature of both. */
interface Device {
  name: string;
  signatures: string[];
}

async function deviceOf(request: Request, secure: boolean): Promise<Device | null> {
  const text: unknown = await cookieFor(secure).parse(request.headers.get("cookie"));
  if (typeof text !== "string") return null;
  const [name = "", ...signatures] = text.slice(0, 1_024).split(".");
  return DEVICE.test(name) ? { name, signatures: signatures.slice(0, OPERATORS) } : null;
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/**
 * The name of the device when this operator has signed in on it before, else null. It opens nothing: it keeps strangers who
 * guess at the account from locking its owner out.
 */
export async function knownDevice(
  request: Request,
  { config }: DeskContext,
  operatorId: string,
): Promise<string | null> {
  const device = await deviceOf(request, config.secureCookies);
  if (!device) return null;
  const ours = signed(config.session.secret, device.name, operatorId);
  return device.signatures.some((signature) => same(signature, ours)) ? device.name : null;
}

/** The header that makes this browser known for the operator, beside those it is known for. */
export async function rememberDevice(
  request: Request,
  { config }: DeskContext,
  operatorId: string,
): Promise<string> {
  const device = await deviceOf(request, config.secureCookies);
  const name = device?.name ?? randomBytes(16).toString("base64url");
  const ours = signed(config.session.secret, name, operatorId);
  const others = device?.signatures.filter((signature) => signature !== ours) ?? [];
  return cookieFor(config.secureCookies).serialize([name, ours, ...others].slice(0, OPERATORS + 1).join("."));
}
