/** Stands for this desk's own origin, whatever its address is: what does not stay on it leads elsewhere. */
const DESK = "http://desk.invalid";
const LONGEST = 2_048;
/** A browser drops or rewrites these before it reads an address: C0 and C1 controls, DEL, the backslash. */
// eslint-disable-next-line no-control-regex -- they are what is looked for
const REWRITTEN = /[\u0000-\u001f\u007f-\u009f\\]/;
/** First parts of addresses that do something, or speak to machines: nobody is led back to one. */
const NO_PAGES = new Set(["login", "logout", "theme", "sync", "live", "healthz", "api", "control", "assets"]);
/** Beside pages: what a page's own scripts ask, and where webhooks are posted. */
const ANSWERS = new Set(["/sandbox/clock", "/webhooks/purple-flea"]);

/**
 * The address on this desk that somebody may be led back to, normalised: path, query and fragment. Whatever names another
 * host to any browser, read as it stands or decoded once, and whatever is no page, becomes the overview.
 */
export function safePath(given: unknown): string {
  if (typeof given !== "string" || given.length > LONGEST || !given.startsWith("/") || REWRITTEN.test(given))
    return "/";
  // Two slashes name a host here: what parses so is thrown out with the origin.
  if (!URL.canParse(given, DESK)) return "/";
  const { origin, pathname, search, hash } = new URL(given, DESK);
  const read = decoded(pathname);
  if (origin !== DESK || read === null || REWRITTEN.test(read) || `${pathname} ${read}`.includes("//"))
    return "/";
  // The router takes capitals and a slash at the end for the same address.
  const plain = read.toLowerCase().replace(/\/$/, "");
  const [, first = ""] = plain.split("/");
  if (NO_PAGES.has(first) || ANSWERS.has(plain) || plain.endsWith(".data")) return "/";
  return `${pathname}${search}${hash}`;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
