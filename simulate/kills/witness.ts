import { Ledger } from "../ledger";
import type { Row } from "../evidence";

/**
 * Who asked for what, told apart at Purple Flea by what only that request has: its asset, its payee, its stake. So what was
 * carried out is known from Purple Flea's own file, whatever the product says of it, and also when it ignores keys.
 */
export class Witness {
  /** Each request's own mark, and what was asked for with it. */
  private readonly marks = new Map<string, string>();

  /** Somebody asked for something with these words, under this id. */
  asked(words: object, id = ""): void {
    for (const [name, word] of Object.entries(words)) {
      if (name === "asset") this.marks.set(String(word), id);
      if (name === "stake_usdc") this.marks.set(String(Math.round(Number(word) * 1e6)), id);
      if (name === "counterparty" && "escrow_id" in words)
        this.marks.set(String(word), String(words.escrow_id));
    }
  }

  /** What Purple Flea has carried out, by its own books. */
  ledger(upstream: (sql: string) => Row[]): Ledger {
    const ledger = new Ledger();
    const whose = (mark: Row[string] | undefined) => this.marks.get(String(mark)) ?? "nobody's";
    const done = (call: string, thing: string, at: Row[string] | undefined, id: Row[string] | undefined) =>
      ledger.effects.push({ call, thing, at: Number(at), remoteId: String(id) });
    for (const row of upstream("select id, asset, at from orders order by rowid"))
      done("order.create", `alert:${whose(row.asset)}`, row.at, row.id);
    for (const row of upstream("select * from escrows order by rowid")) {
      const ref = whose(row.counterparty);
      done("escrow.create", `escrow:${ref}`, row.created_at, row.id);
      if (row.status === "released") done("escrow.release", `end:${ref}`, row.ended_at, row.id);
      // Its own refund is dated at the deadline to the millisecond; ours comes before.
      if (row.status === "refunded" && Number(row.ended_at) < Number(row.expires_at))
        done("escrow.cancel", `end:${ref}`, row.ended_at, row.id);
    }
    for (const row of upstream("select id, stake, at from bets order by rowid"))
      done("casino.bet", `bet:${whose(row.stake)}`, row.at, row.id);
    for (const row of upstream("select day, tx, at from claims"))
      done("faucet.claim", `claim:${String(row.day)}`, row.at, row.tx);
    return ledger;
  }
}
