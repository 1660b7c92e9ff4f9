import { Agent, request as httpRequest, type IncomingHttpHeaders } from "node:http";
import fc from "fast-check";

export interface HostileRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
}
export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
  ms: number;
}

const LIMIT_MS = 10_000;
const agent = new Agent({ keepAlive: true, maxSockets: 4 });

/** Sends it as it is, without a browser's or fetch's corrections. A stream is left when it has begun. */
export function send(base: string, { method, path, headers, body }: HostileRequest): Promise<Answer> {
  const { hostname, port } = new URL(base);
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      { agent, hostname, port, method, path, headers, timeout: LIMIT_MS },
      (response) => {
        const chunks: Buffer[] = [];
        const done = () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString("utf8"),
            ms: performance.now() - started,
          });
        if (response.headers["content-type"]?.includes("event-stream")) {
          response.destroy();
          return done();
        }
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", done);
        response.on("error", reject);
        return undefined;
      },
    );
    sent.on("timeout", () => sent.destroy(new Error(`no answer in ${LIMIT_MS} ms: ${method} ${path}`)));
    sent.on("error", reject);
    sent.end(body);
  });
}

/** Percent-encodes any text, half characters too: those as the bytes that no decoder takes. */
export const escaped = (text: string): string =>
  [...text]
    .map((character) =>
      /[\ud800-\udfff]/.test(character) && character.length === 1
        ? "%ED%A0%80"
        : encodeURIComponent(character),
    )
    .join("");

/** Texts that break what was not thought of: names of prototypes, dates and numbers that are none, half characters, markup. */
const classics = [
  "constructor",
  "__proto__",
  "toString",
  "hasOwnProperty",
  "2026-13-01",
  "2026-02-30",
  "-271821-04-20",
  "+275760-09-14",
  "9".repeat(400),
  "-1",
  "-0",
  "NaN",
  "Infinity",
  "1e309",
  "0x10",
  "9223372036854775808",
  "1~",
  "~x",
  "999999999999999999~x",
  "-999999999999999999~x",
  "1".repeat(18) + "~" + "x".repeat(200),
  "\u0000",
  "a\u0000b",
  "\ud800",
  "\udc00x",
  "\u202egnp.exe",
  "\u2028",
  "\ufeff",
  "../../../../etc/passwd",
  "..%2f..%2f",
  "<script>alert(1)</script>",
  "'\"><img src=x onerror=alert(1)>",
  "' or 1=1 --",
  "%",
  "_%_%_%",
  "*",
  "NEAR(a b)",
  '"',
  '{"$ne":1}',
  "[object Object]",
  "undefined",
  "null",
  "true",
  "create",
  "zz.data",
  ".data",
  "_.data",
  "a".repeat(3_000),
  "😀".repeat(50),
  "\r\nset-cookie: a=b",
  "\t/evil.example",
  "//evil.example",
  "https://evil.example/",
  "javascript:alert(1)",
];
export const hostileText = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...classics) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 60 }) },
  { weight: 1, arbitrary: fc.bigInt().map(String) },
  { weight: 1, arbitrary: fc.double().map(String) },
);

/** Parameters that some list, page or form reads. */
const names = [
  ...[
    "view",
    "status",
    "asset",
    "side",
    "agent",
    "placed",
    "from",
    "until",
    "sort",
    "order",
    "after",
    "before",
  ],
  ...[
    "last",
    "cols",
    "rows",
    "subject",
    "actor",
    "action",
    "result",
    "q",
    "review",
    "step",
    "seen",
    "since",
    "next",
  ],
  ...[
    "back",
    "type",
    "outcome",
    "function",
    "day",
    "zone",
    "index",
    "_data",
    "_routes",
    "page",
    "show",
    "tab",
  ],
];
const fields = [
  ...[
    "command_id",
    "ref",
    "version",
    "seen_amount",
    "seen_payee",
    "seen_status",
    "seen_deadline",
    "reason",
    "decision",
  ],
  ...[
    "asset",
    "price",
    "direction",
    "escrow_id",
    "amount_usdc",
    "counterparty",
    "description",
    "side",
    "stake_usdc",
  ],
  ...[
    "intent_key",
    "choice",
    "again",
    "remote_id",
    "seen_tries",
    "kinds",
    "shown",
    "keep",
    "verb",
    "do",
    "zone",
  ],
  ...[
    "drift_id",
    "difference_usdc",
    "email",
    "password",
    "next",
    "back",
    "theme",
    "call",
    "kind",
    "times",
    "ms",
    "about",
  ],
];
const pairs = (known: readonly string[]) =>
  fc.array(
    fc.tuple(
      fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: hostileText }),
      hostileText,
    ),
    { maxLength: 6 },
  );
const encoded = (list: [string, string][]) =>
  list.map(([name, value]) => `${escaped(name)}=${escaped(value)}`).join("&");

const tail = fc.constantFrom(
  "",
  "",
  "",
  "",
  ".data",
  "/",
  "//",
  "/..%2f",
  "%00",
  "%",
  "%zz",
  "%ff",
  ";a=b",
  "/.data",
);

/** What may stand for a route's parameters, then what no address should end in. */
const pathOf = (pattern: string) =>
  fc
    .tuple(
      hostileText,
      tail,
      pairs(names),
      fc.constantFrom("", "", "", "%", "&&&==", "index", "a[b]=c&a[b]=d"),
    )
    .map(([text, end, query, more]) => {
      const path = pattern.replace(/:\w+|\*$/, () => escaped(text).slice(0, 4_000)) + end;
      const search = [encoded(query), more].filter(Boolean).join("&");
      return search ? `${path}?${search}` : path;
    });

const contentTypes = [
  "application/x-www-form-urlencoded",
  "application/x-www-form-urlencoded; charset=utf-16",
  "multipart/form-data; boundary=x",
  "multipart/form-data",
  "application/json",
  "text/plain",
  "text/x-script",
  "application/octet-stream",
  "nonsense",
  "",
];
const bodies = fc.oneof(
  { weight: 4, arbitrary: pairs(fields).map(encoded) },
  { weight: 1, arbitrary: fc.jsonValue().map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: hostileText },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '--x\r\ncontent-disposition: form-data; name="reason"\r\n\r\nhalf',
      '--x\r\ncontent-disposition: form-data; name="reason"; filename="a.txt"\r\n\r\nfile\r\n--x--\r\n',
      "--x\r\nbroken\r\n--x--\r\n",
      '{"__proto__":{"a":1}',
      "[".repeat(2_000),
      "a=1&".repeat(2_000),
      "kinds=trade&".repeat(500),
    ),
  },
);

/** A request nobody's page would send to this address. `who`: cookies to choose from; the origin is the desk's own at times. */
export const hostileRequest = (
  pattern: string,
  own: string,
  who: readonly string[],
): fc.Arbitrary<HostileRequest> =>
  fc
    .record({
      method: fc.constantFrom(
        "GET",
        "GET",
        "GET",
        "POST",
        "POST",
        "POST",
        "PUT",
        "DELETE",
        "PATCH",
        "OPTIONS",
        "HEAD",
        "TRACE",
        "PURGE",
      ),
      path: pathOf(pattern),
      cookie: fc.constantFrom(
        ...who,
        "desk=nonsense",
        "desk=%",
        "theme=%ff; desk=;;;=",
        "desk=" + "x".repeat(3_000),
      ),
      origin: fc.constantFrom(own, own, own, "null", "https://evil.example", "nonsense", ""),
      site: fc.constantFrom("same-origin", "same-origin", "same-origin", "cross-site", "none", ""),
      type: fc.constantFrom(...contentTypes),
      host: fc.constantFrom("", "", "", "", "evil.example", "localhost:1", "[::1", "a b"),
      accept: fc.constantFrom("text/html", "*/*", "application/json", "nonsense/;q=x"),
      body: bodies,
    })
    .map(({ method, path, cookie, origin, site, type, host, accept, body }) => {
      const bare = method === "GET" || method === "HEAD" || method === "OPTIONS" || method === "TRACE";
      const headers: Record<string, string> = { accept };
      if (cookie) headers.cookie = cookie;
      if (host) headers.host = host;
      if (origin) headers.origin = origin;
      if (site) headers["sec-fetch-site"] = site;
      if (!bare) headers["content-type"] = type;
      if (!bare) headers["content-length"] = String(Buffer.byteLength(body));
      return { method, path, headers, body: bare ? "" : body };
    });
