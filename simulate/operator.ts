import { monotonicFactory } from "ulid";
import { claimFaucet, createEscrow, placeBet, syncNow } from "../app/commands/ask.server";
import { decideEscrow } from "../app/commands/decide-escrow.server";
import { sendPriceAlert } from "../app/commands/send-price-alert.server";
import { settleUnknown } from "../app/commands/settle-unknown.server";
import { pauseActions, resumeActions } from "../app/commands/steer-actions.server";
import type { CommandResult } from "../app/commands/result";
import type { DeskContext } from "../app/context";
import { operators } from "../db/schema";
import { getEscrowRow } from "../db/read/escrows";
import { pauseReason } from "../db/read/pauses";
import { listUnknown, type UnknownIntent } from "../db/read/unknown";
import { formatMicro } from "../domain/money";
import { pauseKinds, type PauseKind } from "../domain/statuses";
import { limitsOf } from "../inngest/deps";
import type { World } from "./world";

type Form = Record<string, string>;

/** The operator at the desk: fills in the forms as a page renders them and sends them through the product's own commands. */
export class OperatorAtDesk {
  private readonly nextId: () => string;

  constructor(
    private readonly world: World,
    random: () => number,
  ) {
    const next = monotonicFactory(random);
    this.nextId = () => next(world.time.now());
  }

  sendAlert(form: Form, twice: boolean): CommandResult | null {
    return this.submit(form, twice, sendPriceAlert);
  }
  createEscrow(form: Form): CommandResult | null {
    return this.submit(form, false, createEscrow);
  }
  claim(twice: boolean): CommandResult | null {
    return this.submit({}, twice, claimFaucet);
  }
  bet(form: Form): CommandResult | null {
    return this.submit(form, false, placeBet);
  }
  sync(): CommandResult | null {
    return this.submit({}, false, syncNow);
  }
  /** Opens the escrow's page and decides; null when there is nothing to decide about. */
  decide(ref: string, decision: "release" | "cancel", twice: boolean): CommandResult | null {
    const row = this.world.app && getEscrowRow(this.world.app.reader, ref);
    if (!row) return null;
    const form = {
      ref,
      version: String(row.version),
      seen_amount: formatMicro(row.amountMicro),
      seen_payee: row.counterparty,
      seen_status: row.status,
      seen_deadline: String(row.expiresAt ?? ""),
      reason: "because",
    };
    return this.submit(form, twice, (...args) => decideEscrow(...args, decision));
  }

  /** Calls whose outcome is not known, as the desk lists them. */
  unknown(): UnknownIntent[] {
    return this.world.app ? listUnknown(this.world.app.reader) : [];
  }
  settle(intent: UnknownIntent, choice: Form): CommandResult | null {
    const form = {
      intent_key: intent.key,
      seen_tries: String(intent.tries),
      reason: "looked it up",
      ...choice,
    };
    return this.submit(form, false, settleUnknown);
  }
  pause(kind: PauseKind): CommandResult | null {
    return this.submit({ kinds: kind, reason: "to be safe" }, false, pauseActions);
  }
  /** Lifts every pause there is; null when there is none. */
  resumeAll(): CommandResult | null {
    const { app } = this.world;
    const paused = app ? pauseKinds.filter((kind) => pauseReason(app.reader, kind) !== null) : [];
    if (paused.length === 0) return null;
    return this.submit({ kinds: paused.join(","), reason: "all clear" }, false, resumeActions);
  }

  /** Sends a form, once or as a double click does; null when nobody answers at the desk. */
  private submit(form: Form, twice: boolean, command: typeof sendPriceAlert): CommandResult | null {
    const { app } = this.world;
    if (!app) return null;
    const [operator] = app.reader.select().from(operators).all();
    if (!operator) throw new Error("there is no operator");
    const data = new FormData();
    for (const [name, value] of Object.entries({ command_id: this.nextId(), ...form })) data.set(name, value);
    const context: DeskContext = {
      read: app.reader,
      desk: app.writer,
      clock: this.world.time,
      config: {
        mode: "test",
        agentId: app.config.agentId,
        agentWallet: app.config.agentWallet,
        tradeSizeMicro: app.config.tradeSizeMicro,
        limits: limitsOf(app.config),
        driftApprovalLimitMicro: 10_000_000n,
        secureCookies: false,
        session: { secret: "nobody signs in here", idleMs: 3_600_000, lifeMs: 43_200_000 },
        demoAccounts: [],
        engine: "the sandbox",
        keys: [],
      },
      outboxChanged: () => void app.outbox.wake(),
      report: () => "nothing",
      nonce: "",
      address: null,
    };
    try {
      return app.within(() => {
        const result = command(context, operator, data);
        return twice ? command(context, operator, data) : result;
      });
    } catch (error) {
      if (!app.life.alive) return null;
      throw error;
    }
  }
}
