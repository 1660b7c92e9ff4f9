import { sleep } from "../../sandbox/processes";
import { between } from "../chance";
import type { DeskForm, Driver, OutsideEvent, Said, Webhook } from "../driver";
import type { Row } from "../evidence";
import type { Ledger } from "../ledger";
import type { Victim } from "../life";
import { moneyCalls, type StopMove, type TroubleMove } from "../moves";
import type { Trio } from "../../sandbox/trio";
import { waitFor } from "../../sandbox/processes";
import { Visitor } from "./visitor";
import { Witness } from "./witness";

/** A history's second is so much shorter here: what is far apart there is only some time apart. */
const PACE = 6;
const LONGEST_PAUSE_MS = 500;
/** From here on a pause is one in which the practice clock is moved instead. */
const MOVE_MS = 5 * 60_000;
/** How long after the last kill nothing it left behind is on its way any more, ms. */
const CALM_MS = 1_500;
/** How long Purple Flea takes between having done something and saying so, ms. */
const ANSWER_MS = { from: 20, to: 400 };
const ANSWERS = 1_000;
/** How long a stop waits for its place, ms, and how often it looks. */
const AIM_MS = 2_000;
const LOOK_MS = 5;
const FEED_MS = 300;

/** People and fate around real processes: forms go through the desk's pages, and stops are SIGKILL. */
export class RealDriver implements Driver {
  readonly lookMs = 3_000;
  readonly visitor: Visitor;
  readonly witness = new Witness();
  readonly kills: Record<Victim, number> = { app: 0, engine: 0, "purple-flea": 0 };
  /** When each kill was, ms of the practice clock. */
  readonly moments: number[] = [];
  /** Kills that fell while a money call had begun and had no outcome. */
  underWay = 0;
  private offset = 0;
  private readonly coming = new Map<Victim, Promise<void>>();
  private last = 0;
  /** Stops, troubles and moves of the clock happen one after the other, beside what people do. */
  private turn: Promise<void> = Promise.resolve();
  private failure: { error: unknown } | null = null;
  private over = false;

  constructor(
    private readonly trio: Trio,
    private readonly random: () => number,
    readonly tell: (who: string, what: string) => void,
  ) {
    this.visitor = new Visitor(trio.urls.app);
  }

  get ledger(): Ledger {
    return this.witness.ledger((sql) => this.read("purple-flea", sql));
  }
  now(): number {
    return Date.now() + this.offset;
  }
  read(whose: "desk" | "purple-flea", sql: string, ...params: unknown[]): Row[] {
    return this.trio.read(whose === "desk" ? "app" : whose, sql, ...params);
  }

  /** A feed sends until it is told that its event was taken. */
  async send(event: OutsideEvent): Promise<boolean> {
    this.witness.asked(event.data, event.id);
    await waitFor(`the engine takes ${event.name}`, async () => {
      const taken = await this.trio.controls.send(event).then(
        () => true,
        () => false,
      );
      if (!taken) await sleep(FEED_MS);
      return taken;
    });
    return true;
  }
  async submit(form: DeskForm, twice: boolean): Promise<Said> {
    if (form.form === "escrow") this.witness.asked(form.typed);
    const said = await this.visitor.fillIn(form, twice);
    if (said.kind === "accepted") this.witness.asked(form.typed, said.id);
    return said;
  }

  // Purple Flea may be down, or go down meanwhile: then nobody comes back to it.
  async confirm(remoteId: string): Promise<void> {
    await this.trio.controls.control("confirm", { escrow_id: remoteId }).catch(() => undefined);
  }
  end(): Promise<void> {
    throw new Error("nobody can end an escrow past the desk here");
  }
  async post(webhook: Webhook): Promise<void> {
    await this.trio.controls.control("webhooks", webhook).catch(() => undefined);
  }
  async forge(webhook: Webhook): Promise<void> {
    await fetch(`${this.trio.urls.app}/webhooks/purple-flea`, {
      method: "POST",
      headers: {
        "x-purpleflea-timestamp": String(webhook.timestamp),
        "x-purpleflea-signature": `sha256=${"0".repeat(64)}`,
      },
      body: JSON.stringify(webhook),
    }).catch(() => undefined);
  }

  /** Somebody is frozen while a money call is under way: what was sent to them waits, and may arrive when its sender is gone. */
  trouble({ kind }: TroubleMove): void {
    if (kind !== "late" && kind !== "call-slow") throw new Error(`${kind} cannot be made here`);
    const name = kind === "late" ? "purple-flea" : "app";
    const machine = this.trio.machines[name];
    this.queue(async () => {
      await this.until(() => this.openCalls().length > 0);
      const ms = between(this.random, 50, 400);
      machine.freeze();
      this.tell("fate", `${name} frozen for ${ms} ms`);
      setTimeout(() => machine.thaw(), ms);
    });
  }

  /**
   * Kills at its place: while a money call is under way and a while into it, right behind a commit of the desk, or anywhere.
   * Starts again what was killed.
   */
  stop({ who, place, skip, downMs }: StopMove): void {
    if (who === "both") throw new Error("one process is killed at a time here");
    this.queue(async () => {
      // One that is starting may be killed as well; one that is away has to come first.
      if (!this.trio.machines[who].isUp) await this.coming.get(who);
      if (place === "before-call" || place === "after-call") {
        await this.until(() => this.openCalls().length > 0);
        await sleep(skip * 50 + (place === "after-call" ? between(this.random, 0, 100) : 0));
      } else if (place === "desk-commit") {
        const before = this.trio.version();
        await this.until(() => this.trio.version() !== before);
      }
      await this.kill(who);
      const back = this.bringBack(who, downMs);
      // Whoever waits for it hears of a failure; until somebody does it is not unhandled.
      back.catch(() => undefined);
      this.coming.set(who, back);
    });
  }

  async pass(ms: number): Promise<void> {
    if (this.failure) throw this.failure.error;
    if (ms < MOVE_MS) return sleep(Math.min(ms / PACE, LONGEST_PAUSE_MS));
    await this.inPeace(async () => {
      await this.trio.controls.advance(ms);
      this.offset = (await this.trio.controls.now()) - Date.now();
      this.tell("world", `the clock was moved by ${ms / 1_000} s`);
    });
  }
  wait(ms: number): Promise<void> {
    return sleep(ms / PACE);
  }
  async takeOn(work: Promise<unknown>): Promise<void> {
    await work;
  }

  /** Purple Flea's answers come a while after what they tell of: a kill may fall in between. Its faults die with it. */
  async slowDown(): Promise<void> {
    for (const call of moneyCalls) {
      const fault = { call, kind: "delay", delay_ms: between(this.random, ANSWER_MS.from, ANSWER_MS.to) };
      await this.trio.controls.setFault({ ...fault, times: ANSWERS }).catch(() => undefined);
    }
  }
  /** Waits until every stop was made and everybody is back; one more kill, which is as good a cause as any, ends the slowness. */
  async calm(): Promise<void> {
    await this.inPeace(() => Promise.resolve());
    await this.kill("purple-flea", false);
    await this.trio.machines["purple-flea"].start();
  }
  /** Kills nobody any more, and starts nobody. */
  giveUp(): void {
    this.over = true;
  }

  private queue(work: () => Promise<void>): void {
    this.turn = this.turn
      .then(() => (this.over ? undefined : work()))
      .catch((error: unknown) => void (this.failure ??= { error }));
  }
  /** Does something while every process is up, nothing of an earlier kill is on its way, and nobody is killed. */
  private async inPeace(work: () => Promise<void>): Promise<void> {
    this.queue(async () => {
      await Promise.all(this.coming.values());
      await sleep(CALM_MS - (performance.now() - this.last));
      await work();
    });
    await this.turn;
    if (this.failure) throw this.failure.error;
  }

  private async kill(who: Victim, counted = true): Promise<void> {
    const open = this.openCalls();
    this.last = performance.now();
    this.moments.push(this.now());
    await this.trio.machines[who].end("SIGKILL");
    if (!counted) return;
    this.kills[who]++;
    if (open.length > 0) this.underWay++;
    this.tell("fate", `${who} killed${open.length > 0 ? `, with ${open.join(" and ")} under way` : ""}`);
  }
  private async bringBack(who: Victim, after: number): Promise<void> {
    await sleep(after);
    if (this.over) return;
    await this.trio.machines[who].start();
    if (who === "purple-flea") await this.slowDown();
  }

  /** Waits for it, not for ever. */
  private async until(place: () => boolean): Promise<void> {
    for (const end = performance.now() + AIM_MS; performance.now() < end && !place();) await sleep(LOOK_MS);
  }
  /** Money calls that have begun and have no outcome yet. */
  private openCalls(): string[] {
    try {
      return this.read("desk", "select key from intents where status = 'open'").map(({ key }) => String(key));
    } catch {
      return [];
    }
  }
}
