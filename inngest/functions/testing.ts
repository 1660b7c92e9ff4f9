import { decideEscrow } from "../../app/commands/decide-escrow.server";
import type { CommandResult } from "../../app/commands/result";
import { formatMicro } from "../../domain/money";
import type { World } from "../testing";

/** Spans of time, ms. */
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** A payee that confirms nothing by itself, and one that does a while after an escrow is created. */
export const SILENT = "0x00000000000000000000000000000000000000a1";
export const PROMPT = "0x00000000000000000000000000000000000000a2";

/** What asking Purple Flea for an order is, and for an escrow, where calls are counted. */
export const ORDER = "POST /api/trading/order";
export const CREATE = "POST /api/escrow/create";

/** What tests of price alerts do and look at. */
export function alertsIn(world: () => World) {
  return {
    /** Sends an alert on ETH, or what `more` says instead; its id is its event's. */
    alert: (id: string, more: Record<string, unknown> = {}) =>
      world().send("purple-flea/price.alert", { asset: "ETH", price: 2840, direction: "long", ...more }, id),
    outcome: (id: string) =>
      world().row<{ outcome: string; reason: string | null }>(
        "select outcome, reason from alerts where id = ?",
        id,
      ),
  };
}

interface Row {
  status: string;
  remote: string;
  settled_by: string | null;
  fee: bigint | null;
  referral: bigint | null;
  run: string;
}

/** What tests of escrows do and look at; `esc_1` where nothing else is named. */
export function escrowsIn(world: () => World) {
  const row = (ref = "esc_1"): Row => {
    const found = world().row<Row>(
      "select status, remote_id remote, settled_by, fee_micro fee, referral_micro referral, run_id run from escrows where ref = ?",
      ref,
    );
    if (!found) throw new Error(`no escrow ${ref}`);
    return found;
  };
  return {
    row,
    /** Asks for one of 50 USDC for a payee that confirms nothing, or what `more` says instead. */
    create: (ref: string, more: { amount_usdc?: number | string; counterparty?: string } = {}) =>
      world().send(
        "purple-flea/escrow.created",
        { escrow_id: ref, amount_usdc: 50, counterparty: SILENT, ...more },
        ref,
      ),
    /** The titles of its timeline, oldest first. */
    story: (ref = "esc_1") =>
      world()
        .rows<{ title: string }>(
          "select title from timeline where subject_type = 'escrow' and subject_ref = ? order by at, id",
          ref,
        )
        .map((entry) => entry.title),
    upstream: (ref = "esc_1") => world().purpleFlea.getEscrow(row(ref).remote).status,
    /** Decides as the operator who sees the row as it is now. */
    decide(decision: "release" | "cancel", ref = "esc_1"): CommandResult {
      const shown = world().row<{
        amount: bigint;
        payee: string;
        status: string;
        deadline: bigint;
        version: bigint;
      }>(
        "select amount_micro amount, counterparty payee, status, expires_at deadline, version from escrows where ref = ?",
        ref,
      );
      if (!shown) throw new Error(`no escrow ${ref}`);
      return decideEscrow(
        world().desk,
        world().operator,
        world().form({
          ref,
          version: String(shown.version),
          seen_amount: formatMicro(shown.amount),
          seen_payee: shown.payee,
          seen_status: shown.status,
          seen_deadline: String(shown.deadline),
          reason: "seen",
        }),
        decision,
      );
    },
    /** How often Purple Flea was asked to end it. */
    moves: (ref = "esc_1") => ({
      releases: world().calls(`POST /api/escrow/${row(ref).remote}/release`),
      cancels: world().calls(`POST /api/escrow/${row(ref).remote}/cancel`),
    }),
    runs: (status: string) =>
      world().rows("select id from runs where function_id = 'escrow-lifecycle' and status = ?", status)
        .length,
  };
}
