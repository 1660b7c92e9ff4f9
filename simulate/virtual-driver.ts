import { monotonicFactory } from "ulid";
import { claimFaucet, createEscrow, placeBet, syncNow } from "../app/commands/ask.server";
import { decideEscrow } from "../app/commands/decide-escrow.server";
import type { CommandResult } from "../app/commands/result";
import { sendPriceAlert } from "../app/commands/send-price-alert.server";
import { settleUnknown } from "../app/commands/settle-unknown.server";
import { pauseActions, resumeActions } from "../app/commands/steer-actions.server";
import type { DeskContext } from "../app/context";
import { getEscrowRow } from "../db/read/escrows";
import { pauseReason } from "../db/read/pauses";
import { operators } from "../db/schema";
import { formatMicro } from "../domain/money";
import { pauseKinds } from "../domain/pauses";
import type { DeskForm, Driver, OutsideEvent, Said, Webhook } from "./driver";
import type { Row } from "./evidence";
import type { Ledger } from "./ledger";
import type { StopMove, TroubleMove } from "./moves";
import type { App } from "./processes";
import type { Stops } from "./stops";
import type { Troubles } from "./troubles";
import type { World } from "./world";

type Command = typeof sendPriceAlert;

/** People and fate in a simulated world: forms go through the product's own commands, and time passes when it is told to. */
export class VirtualDriver implements Driver {
  /** As long as the wires may hold something up. */
  readonly lookMs = 120_000;
  private readonly nextId: () => string;
  private failure: { error: unknown } | null = null;

  constructor(
    private readonly world: World,
    random: () => number,
    readonly ledger: Ledger,
    private readonly troubles: Troubles,
    private readonly stops: Stops,
    readonly tell: (who: string, what: string) => void,
    /** Is called whenever time has passed. */
    private readonly passed: () => void,
  ) {
    const next = monotonicFactory(random);
    this.nextId = () => next(world.time.now());
  }

  now(): number {
    return this.world.time.now();
  }
  send(event: OutsideEvent): Promise<boolean> {
    return this.world.send(event);
  }
  read(whose: "desk" | "purple-flea", sql: string, ...params: unknown[]): Row[] {
    const { app, purpleFlea } = this.world;
    const file = whose === "desk" ? app?.reader.$client : purpleFlea?.upstream.db;
    return (file?.prepare(sql).all(...params) ?? []) as Row[]; // the columns that were asked for
  }

  confirm(remoteId: string): Promise<void> {
    this.world.asPurpleFlea(({ upstream }) => upstream.confirm(remoteId, this.now()));
    return Promise.resolve(this.world.plan());
  }
  end(remoteId: string, to: "released" | "refunded"): Promise<void> {
    this.world.asPurpleFlea(({ upstream }) => {
      if (upstream.getEscrow(remoteId).status === "funded") upstream.endEscrow(remoteId, to, this.now());
    });
    return Promise.resolve(this.world.plan());
  }
  post(webhook: Webhook): Promise<void> {
    const body = JSON.stringify(webhook);
    return Promise.resolve(this.world.asPurpleFlea(({ upstream }) => void upstream.webhooks.post(body)));
  }
  forge(webhook: Webhook): Promise<void> {
    return Promise.resolve(this.world.forge(JSON.stringify(webhook)));
  }

  trouble(move: TroubleMove): void {
    if (move.kind === "webhook-late") this.world.lateness = () => this.troubles.lateness();
    this.troubles.add(move);
  }
  stop(move: StopMove): void {
    this.stops.add(move);
  }

  async pass(ms: number): Promise<void> {
    await this.world.pass(ms);
    if (this.failure) throw this.failure.error;
    this.passed();
  }
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.world.later(ms, resolve));
  }
  /** It goes on while time passes. */
  takeOn(work: Promise<unknown>): Promise<void> {
    work.catch((error: unknown) => (this.failure ??= { error }));
    return Promise.resolve();
  }

  /** Sends a form, once or as a double click does; there is none when nobody answers at the desk. */
  submit(form: DeskForm, twice: boolean): Promise<Said> {
    const { app } = this.world;
    const filled = app && this.page(app, form);
    if (!app || !filled) return Promise.resolve({ kind: "no-form" });
    const [command, hidden] = filled;
    const [operator] = app.reader.select().from(operators).all();
    if (!operator) throw new Error("there is no operator");
    const fields = { command_id: this.nextId(), ...hidden, ...form.typed };
    const data = new FormData();
    for (const [name, value] of Object.entries(fields)) data.set(name, String(value));
    const context: DeskContext = { ...app.loadContext(), nonce: "", address: null };
    try {
      const result = app.within(() => {
        const first = command(context, operator, data);
        return twice ? command(context, operator, data) : first;
      });
      return Promise.resolve(said(result));
    } catch (error) {
      if (app.life.alive) throw error;
      return Promise.resolve({ kind: "no-form" });
    }
  }

  /** The command behind a form, and what the page puts into it; null when the page has no such form. */
  private page(app: App, form: DeskForm): [Command, object] | null {
    switch (form.form) {
      case "alert":
        return [sendPriceAlert, {}];
      case "escrow":
        return [createEscrow, {}];
      case "bet":
        return [placeBet, {}];
      case "claim":
        return [claimFaucet, {}];
      case "sync":
        return [syncNow, {}];
      case "decide": {
        const row = getEscrowRow(app.reader, form.ref);
        if (!row) return null;
        const seen = {
          ref: form.ref,
          version: row.version,
          seen_amount: formatMicro(row.amountMicro),
          seen_payee: row.counterparty,
          seen_status: row.status,
          seen_deadline: row.expiresAt ?? "",
        };
        return [(...args) => decideEscrow(...args, form.decision), seen];
      }
      case "settle": {
        const needed = "remote_id" in form.typed && { needs_id: "1" };
        return [settleUnknown, { intent_key: form.key, seen_tries: form.tries, ...needed }];
      }
      case "pause":
        return [pauseActions, {}];
      case "resume": {
        const paused = pauseKinds.filter((kind) => pauseReason(app.reader, kind) !== null);
        return paused.length === 0 ? null : [resumeActions, { kinds: paused.join(",") }];
      }
      default:
        return form satisfies never;
    }
  }
}

function said(result: CommandResult): Said {
  if ("commandId" in result) return { kind: "accepted", id: result.commandId };
  return { kind: "refused", why: "message" in result ? result.message : JSON.stringify(result.fields) };
}
