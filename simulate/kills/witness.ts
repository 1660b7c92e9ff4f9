import { Ledger } from "../ledger";
import type { Row, Stack } from "./stack";

export const usdc = (micro: number): string => (micro / 1_000_000).toFixed(6);
export const assetOf = (n: number): string => `KA${n}`;
export const alertOf = (n: number): string => `alert-${n}`;
export const escrowOf = (n: number): string => `esc_${n}`;
export const betOf = (n: number): string => `bet-${n}`;
/** Like nobody else's; an even last digit confirms by itself. */
export const payeeOf = (n: number, confirms: boolean): string =>
  `0x${"ab".repeat(18)}${n}${confirms ? 2 : 1}`;
/** Like no other's, micro-USDC. */
export const stakeOf = (n: number): number => 1_000_001 + n;

/**
 * Who asked for what, told apart at Purple Flea by what only that request has: its asset, its payee, its stake. So what was
 * carried out is known from Purple Flea's own file, whatever the product says of it, and also when it ignores keys.
 */
export class Witness {
  /** What was asked for and taken: events by the engine, forms by the desk. */
  readonly taken = new Set<string>();
  /** Forms that were answered as recorded. */
  readonly commands = new Set<string>();
  private readonly alerts = new Map<string, string>();
  private readonly payees = new Map<string, string>();
  private readonly stakes = new Map<string, string>();

  alert(n: number, id: string): void {
    this.alerts.set(assetOf(n), id);
  }
  escrow(n: number, confirms: boolean): void {
    this.payees.set(payeeOf(n, confirms), escrowOf(n));
  }
  bet(n: number, id: string): void {
    this.stakes.set(String(stakeOf(n)), id);
  }

  /** What Purple Flea has carried out, by its own books. */
  ledger(upstream: (sql: string) => Row[]): Ledger {
    const ledger = new Ledger();
    const done = (call: string, thing: string, at: Row[string] | undefined, id: Row[string] | undefined) =>
      ledger.effects.push({ call, thing, at: Number(at), remoteId: String(id) });
    for (const order of upstream("select id, asset, at from orders order by rowid"))
      done("order.create", `alert:${this.alerts.get(String(order.asset)) ?? "nobody's"}`, order.at, order.id);
    for (const row of upstream("select * from escrows order by rowid")) {
      const ref = this.payees.get(String(row.counterparty)) ?? "nobody's";
      done("escrow.create", `escrow:${ref}`, row.created_at, row.id);
      if (row.status === "released") done("escrow.release", `end:${ref}`, row.ended_at, row.id);
      // Its own refund is dated at the deadline to the millisecond; ours comes before.
      if (row.status === "refunded" && Number(row.ended_at) < Number(row.expires_at))
        done("escrow.cancel", `end:${ref}`, row.ended_at, row.id);
    }
    for (const bet of upstream("select id, stake, at from bets order by rowid"))
      done("casino.bet", `bet:${this.stakes.get(String(bet.stake)) ?? "nobody's"}`, bet.at, bet.id);
    for (const claim of upstream("select day, tx, at from claims"))
      done("faucet.claim", `claim:${String(claim.day)}`, claim.at, claim.tx);
    return ledger;
  }

  /** The same while Purple Flea may be running. */
  ledgerOf(stack: Stack): Ledger {
    return this.ledger((sql) => stack.read("purple-flea", sql));
  }
}
