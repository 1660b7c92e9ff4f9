/*
 * Requests and responses that have their text in hand, for the simulated processes: the platform's carry theirs in streams,
 * which are a tenth of what a history takes. As much of the platform's as the processes use.
 */
type Init = {
  method?: string;
  status?: number;
  headers?: Iterable<[string, string]> | object;
  body?: unknown;
  signal?: AbortSignal | null;
};
const NEVER_ABORTED = new AbortController().signal;

class LightHeaders {
  private readonly values = new Map<string, string>();

  constructor(from: Init["headers"] = {}) {
    const entries = Symbol.iterator in from ? from : Object.entries(from);
    for (const [name, value] of entries) this.set(name, String(value));
  }
  get(name: string): string | null {
    return this.values.get(name.toLowerCase()) ?? null;
  }
  has(name: string): boolean {
    return this.values.has(name.toLowerCase());
  }
  set(name: string, value: string): void {
    this.values.set(name.toLowerCase(), value);
  }
  [Symbol.iterator](): Iterator<[string, string]> {
    return this.values[Symbol.iterator]();
  }
}

class Message {
  readonly headers: LightHeaders;

  constructor(
    private readonly content: string,
    headers: Init["headers"],
  ) {
    this.headers = new LightHeaders(headers);
  }
  async text(): Promise<string> {
    return Promise.resolve(this.content);
  }
  async json(): Promise<unknown> {
    return Promise.resolve(JSON.parse(this.content));
  }
  async arrayBuffer(): Promise<Uint8Array> {
    return Promise.resolve(Buffer.from(this.content));
  }
  /** For who reads a body piece by piece: it comes in one. */
  get body() {
    let rest: Uint8Array | undefined = Buffer.from(this.content);
    return {
      getReader: () => ({
        read: () => {
          const value = rest;
          rest = undefined;
          return Promise.resolve({ done: value === undefined, value });
        },
        cancel: () => Promise.resolve(),
      }),
    };
  }
}

class LightRequest extends Message {
  readonly method: string;

  constructor(
    readonly url: string,
    private readonly init: Init = {},
  ) {
    super(textOf(init.body), init.headers);
    this.method = init.method ?? "GET";
  }
  get signal(): AbortSignal {
    return this.init.signal ?? NEVER_ABORTED;
  }
  clone(): LightRequest {
    return new LightRequest(this.url, { ...this.init, headers: this.headers });
  }
}

class LightResponse extends Message {
  readonly status: number;

  constructor(body?: unknown, init: Init = {}) {
    super(textOf(body), init.headers);
    this.status = init.status ?? 200;
  }
  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }
  static json(body: unknown, init: Init = {}): LightResponse {
    return new LightResponse(JSON.stringify(body), {
      ...init,
      headers: { "content-type": "application/json" },
    });
  }
}

function textOf(body: unknown): string {
  if (body === undefined || body === null) return "";
  if (typeof body === "string") return body;
  if (body instanceof Uint8Array) return Buffer.from(body).toString();
  throw new Error("a simulated process sends texts only");
}

const platform = { Request: globalThis.Request, Response: globalThis.Response, Headers: globalThis.Headers };

/** Takes the platform's place in this JavaScript process. */
export const lightenMessages = (): void =>
  void Object.assign(globalThis, { Request: LightRequest, Response: LightResponse, Headers: LightHeaders });
/** Gives it back. */
export const restoreMessages = (): void => void Object.assign(globalThis, platform);
