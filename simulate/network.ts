import { between } from "./chance";
import { scope, type Life, type Task } from "./life";
import type { VirtualTime } from "./virtual-time";

/** Something that answers requests, as long as its process lives. */
export interface Server {
  /** The process that answers; null while it is down. */
  life(): Life | null;
  answer(request: Request): Promise<Response>;
}

/** What goes wrong with one exchange. `after` means that the server did what it was asked before it went wrong. */
export type Trouble =
  /** Nobody listens, or no name is found: nothing was sent. */
  | { kind: "refuse" }
  /** The connection breaks before the server reads the request, or after it acted. */
  | { kind: "reset"; after: boolean }
  /** No answer, until the caller's patience ends. */
  | { kind: "silence"; after: boolean }
  /** The server acts this much later, ms: perhaps when the caller has given up. */
  | { kind: "late"; ms: number }
  /** The answer takes this long, ms. */
  | { kind: "slow"; ms: number }
  /** Another answer than the server's. */
  | { kind: "status"; status: number; after: boolean; retryAfterS?: number }
  /** Done, and an answer that cannot be read. */
  | { kind: "unreadable"; body: string }
  /** The request arrives twice. */
  | { kind: "twice" };

/** One request on its way. */
export interface Exchange {
  /** Which call, such as `order.create`. */
  call: string;
  request: Request;
  /** The process that asked. */
  from: Life | undefined;
  /** What that process was doing. */
  task: Task | undefined;
}

/** Who may meddle, and who is told. */
export interface Observer {
  /** A request leaves; what goes wrong with it, if anything does. */
  leaves(exchange: Exchange): Trouble | null;
  /** The server has answered and nobody knows it yet. `reply` is null when its process stopped meanwhile. */
  acted(exchange: Exchange, reply: Response | null): void;
  /** The caller has an answer, or an error. */
  ended(exchange: Exchange, outcome: Response | Error): void;
}

const failure = (code: string): Error =>
  Object.assign(new TypeError("fetch failed"), { cause: Object.assign(new Error(code), { code }) });
/** A promise of its own: one for all would keep what waits for it, and with it each history that was ever played. */
const never = () => new Promise<never>(() => undefined);

/** The wires between the simulated processes: each exchange takes some virtual milliseconds each way, and may go wrong. */
export class Network {
  constructor(
    private readonly time: VirtualTime,
    private readonly random: () => number,
    private readonly observer: Observer,
  ) {}

  /** Sends a request. As `fetch`: an answer, or an error with a code. A caller that stopped never hears of it. */
  send(call: string, server: Server, request: Request): Promise<Response> {
    const here = scope.getStore();
    const exchange: Exchange = { call, request, from: here?.life, task: here?.task };
    return new Promise((resolve, reject) => {
      // On its own, not the caller's: what was sent arrives although the sender stops.
      scope.exit(() => {
        this.carry(exchange, server).then(
          (response) => {
            if (exchange.from?.alive === false) return;
            this.observer.ended(exchange, response);
            resolve(response);
          },
          (error: unknown) => {
            if (exchange.from?.alive === false) return;
            const known = error instanceof Error ? error : new Error(String(error));
            this.observer.ended(exchange, known);
            reject(known);
          },
        );
      });
    });
  }

  private async carry(exchange: Exchange, server: Server): Promise<Response> {
    const trouble = this.observer.leaves(exchange);
    await this.hop();
    if (trouble?.kind === "refuse") throw failure("ECONNREFUSED");
    if (trouble?.kind === "reset" && !trouble.after) throw failure("ECONNRESET");
    if (trouble?.kind === "silence" && !trouble.after) return never();
    if (trouble?.kind === "status" && !trouble.after) return refusal(trouble.status, trouble.retryAfterS);
    if (trouble?.kind === "late") await this.wait(trouble.ms);
    if (trouble?.kind === "twice") {
      await this.deliver({ ...exchange, request: exchange.request.clone() }, server).catch(() => undefined);
      await this.hop();
    }
    const response = await this.deliver(exchange, server);
    if (trouble?.kind === "slow") await this.wait(trouble.ms);
    await this.hop();
    if (trouble?.kind === "reset") throw failure("ECONNRESET");
    if (trouble?.kind === "silence") return never();
    if (trouble?.kind === "status") return refusal(trouble.status, trouble.retryAfterS);
    if (trouble?.kind === "unreadable") return new Response(trouble.body, { status: response.status });
    return response;
  }

  private async deliver(exchange: Exchange, server: Server): Promise<Response> {
    const life = server.life();
    if (!life) throw failure("ECONNREFUSED");
    const response = await new Promise<Response | null>((resolve, reject) => {
      const gone = life.whenEnded(() => resolve(null));
      scope
        .run({ life }, () => server.answer(exchange.request))
        .then(resolve, reject)
        .finally(gone);
    });
    const reply = life.alive ? response : null;
    this.observer.acted(exchange, reply);
    // It may be that hearing of it is what stopped the process.
    if (!reply || !life.alive) throw failure("ECONNRESET");
    return reply;
  }

  private hop(): Promise<void> {
    return this.wait(between(this.random, 1, 40));
  }
  private wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.time.after(ms, resolve));
  }
}

const refusal = (status: number, retryAfterS?: number): Response =>
  new Response(JSON.stringify({ error: "trouble", message: `the gateway says ${status}` }), {
    status,
    headers: {
      "content-type": "application/json",
      ...(retryAfterS !== undefined && { "retry-after": String(retryAfterS) }),
    },
  });
