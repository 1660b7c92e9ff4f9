import type { DeskForm, Driver, OutsideEvent } from "./driver";
import type { Row } from "./evidence";
import { thingOfKey } from "./ledger";
import type { Move, Request } from "./moves";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** So that a decision rests on something fresh: what was read from Purple Flea closes after 15 minutes. */
const STALE_MS = 14 * MINUTE_MS;
const READ_MS = 20_000;

const escrowRef = (n: number): string => `esc_${n}`;
const usdc = (micro: number): string => (micro / 1_000_000).toFixed(6);
/** Like nobody else's; an even last digit confirms by itself. */
const payeeOf = (n: number, confirms: boolean): string => `0x${"ab".repeat(18)}${n}${confirms ? "2" : "1"}`;

/** Those outside: price feeds, counterparties, an operator at the desk. The same for every driver. */
export class People {
  /** Requests that came from outside, whatever became of them. */
  requests = 0;
  /** Unknown outcomes that the operator settled. */
  settled = 0;
  /** What the engine has taken or the desk recorded: what was asked for and must not be lost. */
  readonly taken = new Set<string>();
  readonly commands = new Set<string>();

  /** @param mayErr whether the operator may call something not done without having looked */
  constructor(
    private readonly driver: Driver,
    private readonly mayErr = false,
  ) {}

  /** Makes the moves of a history, each at its moment. */
  async makeAll(moves: readonly Move[]): Promise<void> {
    const { driver } = this;
    for (const move of moves) {
      await driver.pass(move.after);
      if (move.do === "trouble") driver.trouble(move);
      else if (move.do === "stop") driver.stop(move);
      else await driver.takeOn(this.make(move));
    }
  }

  private async make(move: Request): Promise<unknown> {
    this.requests++;
    const { driver } = this;
    switch (move.do) {
      case "alert": {
        const id = `alert-${move.n}`;
        const name = move.trigger ? "purple-flea/trade.trigger" : "purple-flea/price.alert";
        const data = { asset: move.asset, price: 2_840.5, direction: move.direction };
        const ts = move.old ? driver.now() - 20 * MINUTE_MS : driver.now();
        return this.send({ name, id, data, ts });
      }
      case "ask-alert": {
        const typed = { asset: move.asset, price: "2840.5", direction: "long" };
        return this.submit({ form: "alert", typed }, move.twice);
      }
      case "escrow": {
        const typed = {
          escrow_id: escrowRef(move.n),
          amount_usdc: usdc(move.micro),
          counterparty: payeeOf(move.n, move.confirms),
        };
        const taken = move.desk
          ? await this.submit({ form: "escrow", typed })
          : await this.send({ name: "purple-flea/escrow.created", data: typed });
        if (taken) this.taken.add(typed.escrow_id);
        return;
      }
      case "confirm":
        return this.atPurpleFlea(move.n, (id) => driver.confirm(id));
      case "claim-confirmed": {
        const data = {
          escrow_id: move.remoteId ? (this.remoteId(move.n) ?? "pfe_nobody") : escrowRef(move.n),
          confirmed_by: "0xsomebody",
          confirmed_at: new Date(driver.now()).toISOString(),
        };
        return this.send({ name: "purple-flea/escrow.confirmed", data });
      }
      case "decide":
        return this.decide(escrowRef(move.n), move.decision, move.twice);
      case "end-upstream":
        return this.atPurpleFlea(move.n, (id) => driver.end(id, move.to));
      case "claim":
        if (move.desk) return this.submit({ form: "claim", typed: {} }, move.twice);
        return this.send({ name: "purple-flea/faucet.claim.requested", data: {} });
      case "bet": {
        const typed = { side: move.side, stake_usdc: usdc(move.micro) };
        if (move.desk) return this.submit({ form: "bet", typed });
        const data = { game: "coin_flip", ...typed };
        return this.send({ name: "purple-flea/bet.requested", id: `bet-${move.n}`, data });
      }
      case "settle":
        return this.settle(move.n, move.then);
      case "pause":
        return this.submit({ form: "pause", typed: { kinds: move.kind, reason: "to be safe" } });
      case "resume":
        return this.resume();
      case "sync":
        if (move.desk) return this.submit({ form: "sync", typed: {} });
        return this.sync();
      case "webhook":
        return this.webhook(move.what, move.n);
      default:
        move satisfies never;
    }
  }

  /** Somebody asks for a look at Purple Flea. */
  sync(): Promise<unknown> {
    return this.send({ name: "purple-flea/sync.requested", data: {} });
  }
  /** Lifts every pause. */
  resume(): Promise<unknown> {
    return this.submit({ form: "resume", typed: { reason: "all clear" } });
  }
  /** Calls whose outcome was not known at a moment, ms, as the desk lists them. By now nothing of them is on its way. */
  unknown(at = this.driver.now() - this.driver.lookMs): Row[] {
    return this.driver.read(
      "desk",
      `select key, action, subject_ref ref, tries from intents where status = 'unknown' and updated_at < ?
       order by decision = 'left', created_at`,
      at,
    );
  }
  /** Settles an unknown call as it truly is, and sends nothing again. */
  settleTruly(call: Row): Promise<unknown> {
    return this.settleCall(call, "drop", false);
  }
  /** Purple Flea sends a webhook once more that it sent before; one nobody knows when it has sent none. */
  async repeatWebhook(n: number): Promise<void> {
    const sent = this.driver.read("purple-flea", "select body from webhooks order by rowid");
    const body = sent[n % Math.max(sent.length, 1)]?.body;
    const unknown = { id: `evt_extra_${n}`, type: "moon.phase", timestamp: this.seconds(), data: {} };
    // Its own words of before.
    await this.driver.post(body ? (JSON.parse(String(body)) as typeof unknown) : unknown);
  }

  private async send(event: OutsideEvent): Promise<boolean> {
    this.driver.tell("outside", `sends ${event.name} ${event.id ?? ""} ${JSON.stringify(event.data)}`);
    const taken = await this.driver.send(event);
    if (taken && event.id) this.taken.add(event.id);
    return taken;
  }

  /** @returns whether the desk recorded it */
  private async submit(form: DeskForm, twice = false): Promise<boolean> {
    const said = await this.driver.submit(form, twice);
    this.driver.tell("operator", `sends ${form.form}: ${JSON.stringify(said)}`);
    if (said.kind !== "accepted") return false;
    this.commands.add(said.id);
    if (form.form === "settle") this.settled++;
    return true;
  }

  private async decide(ref: string, decision: "release" | "cancel", twice: boolean): Promise<boolean> {
    const [read] = this.driver.read("desk", "select synced_at at from sync where source = 'escrow'");
    if (this.driver.now() - Number(read?.at ?? 0) > STALE_MS) {
      await this.submit({ form: "sync", typed: {} });
      await this.driver.wait(READ_MS);
    }
    return this.submit({ form: "decide", ref, decision, typed: { reason: "because" } }, twice);
  }

  private async settle(n: number, then: "again" | "drop" | "leave"): Promise<void> {
    const calls = this.unknown();
    const call = calls[n % Math.max(calls.length, 1)];
    if (call) await this.settleCall(call, then, this.mayErr && n === 3);
  }

  /**
   * Settles an unknown call after a look at Purple Flea's own pages: the operator says what is true there. Carelessly without
   * that look, which must do no harm where Purple Flea knows requests by their key.
   */
  private async settleCall(call: Row, then: "again" | "drop" | "leave", careless: boolean): Promise<boolean> {
    const { driver } = this;
    const key = String(call.key);
    const end = call.action === "escrow-release" || call.action === "escrow-cancel";
    const settle = (choice: object) =>
      this.submit({
        form: "settle",
        key,
        tries: Number(call.tries),
        typed: { choice: "left", reason: "looked it up", ...choice },
      });
    if (then === "leave") return settle({});
    const thing = end ? `end:${String(call.ref)}` : thingOfKey(key);
    const [effect] = driver.ledger.of(thing);
    driver.ledger.settled(thing);
    // Sent again it does nothing twice: its key is known. Refused by a gateway, or never arrived, it leaves a wrong word standing.
    const errs = careless && then === "again" && !end;
    if (effect && errs) driver.ledger.mistaken.set(effect.thing, effect.remoteId);
    else if (effect) {
      const needsId = !end && call.action !== "claim";
      return settle({ choice: "happened", ...(needsId && { remote_id: effect.remoteId }) });
    }
    return settle({ choice: "not-happened", ...(then === "again" && { again: "on" }) });
  }

  /** Puts a webhook on the wire: one that was sent before, or one nobody should believe. */
  private async webhook(what: "again" | "forged" | "odd" | "future", n: number): Promise<void> {
    const { driver } = this;
    const remote = this.remoteId(n % 3) ?? "pfe_nobody";
    const made = (type: string, data: object, later = 0) => ({
      id: `evt_${what}_${n}`,
      type,
      timestamp: this.seconds(later),
      data,
    });
    driver.tell("outside", `posts a webhook: ${what}`);
    switch (what) {
      case "again":
        return this.repeatWebhook(n);
      case "forged":
        return driver.forge(made("escrow.confirmed", { escrow_id: remote }));
      case "odd":
        return driver.post(n % 2 ? made("moon.phase", {}) : made("escrow_released", { nothing: true }));
      case "future":
        return driver.post(
          made("escrow.funded", { escrow_id: remote, status: "funded" }, (1 + 5 * n) * HOUR_MS),
        );
      default:
        what satisfies never;
    }
  }

  private seconds(later = 0): number {
    return Math.floor((this.driver.now() + later) / 1_000);
  }
  private async atPurpleFlea(n: number, act: (remoteId: string) => Promise<void>): Promise<void> {
    const id = this.remoteId(n);
    if (!id) return;
    this.driver.tell("outside", `acts on ${id} at Purple Flea`);
    await act(id);
  }
  /** Purple Flea's id for one of our escrows, once the desk knows it. */
  private remoteId(n: number): string | null {
    const [row] = this.driver.read("desk", "select remote_id id from escrows where ref = ?", escrowRef(n));
    return row?.id == null ? null : String(row.id);
  }
}
