import { thingOfKey, type Ledger } from "../ledger";
import type { Deed } from "./plan";
import { waitFor, type Row, type Stack } from "./stack";
import { Visitor, type Said } from "./visitor";
import { alertOf, assetOf, betOf, escrowOf, payeeOf, stakeOf, usdc, type Witness } from "./witness";

/** What is on its way longer than this arrives no more: nobody is stopped for that long. */
const LOOK_MS = 3_000;
const FEED_MS = 300;

/** Those outside: a price feed, counterparties, and an operator at the desk. */
export class People {
  /** What was asked for, whatever became of it. */
  requests = 0;
  /** Unknown outcomes that the operator settled. */
  settled = 0;
  private readonly operator: Visitor;
  private readonly unknownSince = new Map<string, number>();

  constructor(
    private readonly stack: Stack,
    private readonly witness: Witness,
    private readonly tell: (what: string) => void,
  ) {
    this.operator = new Visitor(stack.urls.app);
  }

  /** @throws when a process is away for good */
  async act(deed: Exclude<Deed, { do: "pass" }>): Promise<void> {
    switch (deed.do) {
      case "alert": {
        const { n } = deed;
        const price = "2840.5";
        if (!deed.desk) {
          this.witness.alert(n, alertOf(n));
          const data = { asset: assetOf(n), price: Number(price), direction: "long" };
          await this.send({ name: "purple-flea/price.alert", id: alertOf(n), data });
          // The same alert once more, as a feed that is not sure.
          if (deed.twice) await this.send({ name: "purple-flea/price.alert", id: alertOf(n), data });
          return;
        }
        const typed = { asset: assetOf(n), price, direction: "short" };
        const said = await this.submit("/alerts/send", 'name="asset"', typed, deed.twice);
        if (said.kind === "accepted") this.witness.alert(n, said.id);
        return;
      }
      case "escrow": {
        const { n, confirms } = deed;
        this.witness.escrow(n, confirms);
        const typed = {
          escrow_id: escrowOf(n),
          amount_usdc: usdc(deed.micro),
          counterparty: payeeOf(n, confirms),
        };
        if (!deed.desk)
          return this.send({ name: "purple-flea/escrow.created", id: escrowOf(n), data: typed });
        const said = await this.submit("/new/escrow", 'name="escrow_id"', typed);
        if (said.kind === "accepted") this.witness.taken.add(escrowOf(n));
        return;
      }
      case "confirm":
        return this.confirm(deed.n);
      case "decide":
        return this.decide(deed.n, deed.decision, deed.twice);
      case "claim":
        if (deed.desk) await this.submit("/faucet", 'action="/faucet"', {});
        else await this.send({ name: "purple-flea/faucet.claim.requested", data: {} });
        return;
      case "bet": {
        const { n } = deed;
        const typed = { side: n % 2 ? "heads" : "tails", stake_usdc: usdc(stakeOf(n)) };
        if (!deed.desk) {
          this.witness.bet(n, betOf(n));
          const data = { game: "coin_flip", ...typed };
          return this.send({ name: "purple-flea/bet.requested", id: betOf(n), data });
        }
        const said = await this.submit("/bets", 'name="stake_usdc"', typed);
        if (said.kind === "accepted") this.witness.bet(n, said.id);
        return;
      }
      case "settle":
        return this.settle(deed.n, deed.again);
      case "sync":
        return this.sync();
      default:
        deed satisfies never;
    }
  }

  async sync(): Promise<void> {
    await this.send({ name: "purple-flea/sync.requested", data: {} });
  }

  /** What the desk calls unknown, as its page shows it. */
  async listedAsUnknown(): Promise<string> {
    return this.operator.page("/unknown");
  }

  /** Settles every unknown outcome truthfully, and sends nothing again. */
  async settleAll(): Promise<void> {
    for (const { key } of this.unknown()) {
      await this.settle(0, false, 0);
      const open = () => this.unknown().some((call) => call.key === key);
      await waitFor(`${String(key)} is settled`, () => !open());
    }
  }

  private unknown(): Row[] {
    return this.stack.read(
      "app",
      "select key, action, subject_ref ref, tries from intents where status = 'unknown' order by created_at",
    );
  }

  /** A feed sends until it is told that its event was taken. */
  private async send(event: { name: string; data: unknown; id?: string }): Promise<void> {
    this.requests++;
    this.tell(`somebody sends ${event.name} ${event.id ?? ""}`);
    await waitFor(`the engine takes ${event.name}`, async () => {
      try {
        await this.stack.controls.send(event);
        return true;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, FEED_MS));
        return false;
      }
    });
    if (event.id) this.witness.taken.add(event.id);
  }

  private async submit(
    path: string,
    mark: string,
    typed: Record<string, string>,
    twice = false,
  ): Promise<Said> {
    const said = await this.operator.submit(path, mark, typed, twice);
    if (said.kind !== "no-form") this.requests++;
    if (said.kind === "accepted") this.witness.commands.add(said.id);
    this.tell(`the operator sends ${path} ${JSON.stringify(typed)}: ${JSON.stringify(said)}`);
    return said;
  }

  /** The counterparty confirms at Purple Flea, if there is such an escrow by now. */
  private async confirm(n: number): Promise<void> {
    const found = this.stack.read(
      "purple-flea",
      "select id from escrows where counterparty in (?, ?)",
      payeeOf(n, true),
      payeeOf(n, false),
    );
    for (const { id } of found) {
      this.requests++;
      this.tell(`the counterparty confirms ${String(id)}`);
      // Purple Flea may be down, or go down meanwhile: then nobody comes back to it.
      await this.stack.controls.control("confirm", { escrow_id: id }).catch(() => undefined);
    }
  }

  private async decide(n: number, decision: "release" | "cancel", twice: boolean): Promise<void> {
    const waiting = this.stack.read(
      "app",
      "select ref from escrows where status = 'pending' and ref not in (select escrow_ref from approvals) order by ref",
    );
    const ref = waiting[n % Math.max(waiting.length, 1)]?.ref;
    if (!ref) return;
    const typed = { decision, reason: "looked at it" };
    await this.submit(`/escrows/${String(ref)}?review=1`, 'name="seen_payee"', typed, twice);
  }

  /** Settles one unknown outcome after a look at Purple Flea's own books: the operator says what is true there. */
  private async settle(n: number, again: boolean, patience = LOOK_MS): Promise<void> {
    const now = performance.now();
    const calls = this.unknown().filter(({ key, tries }) => {
      const id = `${String(key)} ${String(tries)}`;
      const since = this.unknownSince.get(id) ?? now;
      this.unknownSince.set(id, since);
      return now - since >= patience;
    });
    const call = calls[n % Math.max(calls.length, 1)];
    if (!call) return;
    const effect = this.effectOf(call, this.witness.ledgerOf(this.stack));
    const typed: Record<string, string> = { reason: "looked at Purple Flea's books" };
    const isEnd = call.action === "escrow-release" || call.action === "escrow-cancel";
    if (effect) {
      typed.choice = "happened";
      if (!isEnd && call.action !== "claim") typed.remote_id = effect.remoteId;
    } else {
      typed.choice = "not-happened";
      if (again) typed.again = "on";
    }
    const said = await this.submit(
      `/unknown/${encodeURIComponent(String(call.key))}`,
      'name="choice"',
      typed,
    );
    if (said.kind === "accepted") this.settled++;
  }

  private effectOf({ key, action, ref }: Row, ledger: Ledger) {
    const isEnd = action === "escrow-release" || action === "escrow-cancel";
    return ledger.of(isEnd ? `end:${String(ref)}` : thingOfKey(String(key)))[0];
  }
}
