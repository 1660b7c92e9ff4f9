import type { Upstream } from "../sandbox/purple-flea/upstream";
import { between } from "./chance";
import type { Move } from "./history";
import { OperatorAtDesk } from "./operator";
import { thingOfKey, type Ledger } from "./ledger";
import type { Stops } from "./stops";
import type { Troubles } from "./troubles";
import type { World } from "./world";

const MINUTE_MS = 60_000;
/** So that a decision rests on something fresh: what was read from Purple Flea closes after 15 minutes. */
const STALE_MS = 14 * MINUTE_MS;

/** What is on its way longer than this arrives no more: only then does anybody look. */
const LOOK_MS = 2 * MINUTE_MS;

export const escrowRef = (n: number): string => `esc_${n}`;
const usdc = (micro: number): string => (micro / 1_000_000).toFixed(6);

/** Makes the moves of a history in its world. */
export class Player {
  /** Requests that came from outside, whatever became of them. */
  requests = 0;
  /** Events that the engine has taken: what was asked for and must not be lost. */
  readonly taken = new Set<string>();
  private readonly operator: OperatorAtDesk;

  constructor(
    private readonly world: World,
    private readonly random: () => number,
    private readonly ledger: Ledger,
    private readonly honoursKeys: boolean,
    private readonly troubles: Troubles,
    private readonly stops: Stops,
    private readonly tell: (who: string, what: string) => void,
  ) {
    this.operator = new OperatorAtDesk(world, random);
  }

  make(move: Move): void {
    switch (move.do) {
      case "trouble":
        if (move.kind === "webhook-late") this.world.lateness = () => this.troubles.lateness();
        return this.troubles.add(move);
      case "stop":
        return this.stops.add(move);
      default:
        this.requests++;
    }
    const { world } = this;
    const now = world.time.now();
    switch (move.do) {
      case "alert": {
        const id = `alert-${move.n}`;
        const name = move.trigger ? "purple-flea/trade.trigger" : "purple-flea/price.alert";
        const data = { asset: move.asset, price: 2_840.5, direction: move.direction };
        return this.send({ name, id, data, ts: move.old ? now - 20 * MINUTE_MS : now });
      }
      case "ask-alert":
        return this.said(
          this.operator.sendAlert({ asset: "ETH", price: "2840.5", direction: "long" }, move.twice),
        );
      case "escrow": {
        const counterparty = `0x${"ab".repeat(4)}${move.n}${move.confirms ? "2" : "1"}`;
        const form = { escrow_id: escrowRef(move.n), amount_usdc: usdc(move.micro), counterparty };
        if (move.desk) return this.said(this.operator.createEscrow(form));
        return this.send({ name: "purple-flea/escrow.created", data: form });
      }
      case "confirm":
        return this.upstream(move.n, (upstream, id) => upstream.confirm(id, now));
      case "claim-confirmed": {
        const ref = escrowRef(move.n);
        const data = {
          escrow_id: move.remoteId ? (this.remoteId(move.n) ?? "pfe_nobody") : ref,
          confirmed_by: "0xsomebody",
          confirmed_at: new Date(now).toISOString(),
        };
        return this.send({ name: "purple-flea/escrow.confirmed", data });
      }
      case "decide":
        return this.decide(escrowRef(move.n), move.decision, move.twice);
      case "end-upstream":
        return this.upstream(move.n, (upstream, id) => {
          if (upstream.getEscrow(id).status === "funded") upstream.endEscrow(id, move.to, now);
        });
      case "claim":
        if (move.desk) return this.said(this.operator.claim(move.twice));
        return this.send({ name: "purple-flea/faucet.claim.requested", data: {} });
      case "bet": {
        const stake = usdc(move.micro);
        if (move.desk) return this.said(this.operator.bet({ side: move.side, stake_usdc: stake }));
        const data = { game: "coin_flip", side: move.side, stake_usdc: stake };
        return this.send({ name: "purple-flea/bet.requested", id: `bet-${move.n}`, data });
      }
      case "settle":
        return this.settle(move.n, move.then);
      case "pause":
        return this.said(this.operator.pause(move.kind));
      case "resume":
        return this.resume();
      case "sync":
        if (move.desk) return this.said(this.operator.sync());
        return this.send({ name: "purple-flea/sync.requested", data: {} });
      case "webhook":
        return this.webhook(move.what, move.n);
      default:
        move satisfies never;
    }
  }

  /** Somebody outside sends an event; once more a little later when the engine did not answer, as a feed does. */
  private send(event: { name: string; data: unknown; id?: string; ts?: number }): void {
    this.tell("outside", `sends ${event.name} ${event.id ?? ""} ${JSON.stringify(event.data)}`);
    void this.world.send(event).then((taken) => {
      if (taken && event.id) this.taken.add(event.id);
    });
  }

  private decide(ref: string, decision: "release" | "cancel", twice: boolean): void {
    const { world } = this;
    const synced = world.app?.reader.$client
      .prepare("select synced_at from sync where source = 'escrow'")
      .pluck()
      .get();
    const stale = world.time.now() - Number(synced ?? 0) > STALE_MS;
    const act = () => this.said(this.operator.decide(ref, decision, twice));
    if (!stale) return act();
    this.said(this.operator.sync());
    world.later(20_000, act);
  }

  /** Lifts every pause. */
  resume(): void {
    this.said(this.operator.resumeAll());
  }

  /**
   * Settles an unknown call after a look at Purple Flea's own pages: the operator says what is true there. Where Purple Flea
   * knows requests by their key, now and then without that look, which must do no harm.
   */
  private settle(n: number, then: "again" | "drop" | "leave"): void {
    const now = this.world.time.now();
    const calls = this.operator.unknown().filter(({ updatedAt }) => now - updatedAt > LOOK_MS);
    const intent = calls[n % Math.max(calls.length, 1)];
    if (!intent) return;
    this.tell("operator", `settles ${intent.key}`);
    const end = intent.action === "escrow-release" || intent.action === "escrow-cancel";
    const [effect] = this.ledger.of(end ? `end:${intent.subjectRef}` : thingOfKey(intent.key));
    if (then === "leave") return this.said(this.operator.settle(intent, { choice: "left" }));
    this.ledger.settled(thingOfKey(intent.key));
    // Sent again it does nothing twice: its key is known. Refused by a gateway, or never arrived, it leaves a wrong word standing.
    const careless = this.honoursKeys && then === "again" && !end && n === 3;
    if (effect && careless) this.ledger.mistaken.set(effect.thing, effect.remoteId);
    else if (effect) {
      const needsId = intent.action !== "claim" && !end;
      return this.said(
        this.operator.settle(intent, {
          choice: "happened",
          ...(!end && { remote_id: effect.remoteId }),
          ...(needsId && { needs_id: "1" }),
        }),
      );
    }
    const choice = { choice: "not-happened", ...(then === "again" && { again: "on" }) };
    this.said(this.operator.settle(intent, choice));
  }

  /** Puts a webhook of ours on the wire: one that was sent before, or one nobody should believe. */
  private webhook(what: "again" | "forged" | "odd" | "future", n: number): void {
    const { world } = this;
    const now = world.time.now();
    const envelope = (type: string, data: object, at = now) =>
      JSON.stringify({ id: `evt_${what}_${n}`, type, timestamp: Math.floor(at / 1_000), data });
    const remote = this.remoteId(n % 3) ?? "pfe_nobody";
    this.tell("outside", `posts a webhook: ${what}`);
    switch (what) {
      case "again":
        return this.repeatWebhook(n);
      case "forged":
        return world.forge(envelope("escrow.confirmed", { escrow_id: remote }));
      case "odd":
        return world.asPurpleFlea(
          ({ upstream }) =>
            void upstream.webhooks.post(
              envelope(n % 2 ? "moon.phase" : "escrow_released", n % 2 ? {} : { nothing: true }),
            ),
        );
      case "future":
        return world.asPurpleFlea(
          ({ upstream }) =>
            void upstream.webhooks.post(
              envelope(
                "escrow.funded",
                { escrow_id: remote, status: "funded" },
                now + between(this.random, 1, 48) * 3_600_000,
              ),
            ),
        );
      default:
        what satisfies never;
    }
  }

  /** Purple Flea sends a webhook once more that it sent before; one nobody knows when it has sent none. */
  repeatWebhook(n: number): void {
    this.world.asPurpleFlea(({ upstream }) => {
      const bodies = upstream.db
        .prepare("select body from webhooks order by rowid")
        .pluck()
        .all() as string[]; // its column
      const unknown = JSON.stringify({ id: `evt_extra_${n}`, type: "moon.phase", data: {} });
      void upstream.webhooks.post(bodies[n % Math.max(bodies.length, 1)] ?? unknown);
    });
  }

  private upstream(n: number, act: (upstream: Upstream, remoteId: string) => void): void {
    const id = this.remoteId(n);
    if (!id) return;
    this.tell("outside", `acts on ${id} at Purple Flea`);
    this.world.asPurpleFlea(({ upstream }) => act(upstream, id));
    this.world.plan();
  }

  /** Purple Flea's id for one of our escrows, once the desk knows it. */
  private remoteId(n: number): string | null {
    const id: unknown = this.world.app?.reader.$client
      .prepare("select remote_id from escrows where ref = ?")
      .pluck()
      .get(escrowRef(n));
    return typeof id === "string" ? id : null;
  }

  private said(result: { kind: string; message?: string; fields?: object } | null): void {
    this.tell(
      "operator",
      result
        ? `${result.kind} ${result.message ?? JSON.stringify(result.fields ?? "")}`
        : "nothing to act on, or nobody at the desk",
    );
  }
}
