import { micro, same, type Evidence, type Row } from "./evidence";

/** Nothing is made and nothing is lost: both sides' books say the same, to the micro. */
export function conserved(evidence: Evidence): void {
  const { books, desk, upstream, misled, say } = evidence;
  if (books.sum() !== 0n) say("the books add up", `Purple Flea's sum to ${books.sum()}`);
  const theirs = books.all();
  const latest = new Map(
    desk(
      "select kind, amount_micro from balances b where at = (select max(at) from balances where kind = b.kind)",
    ).map((row) => [String(row.kind), row.amount_micro]),
  );
  const compare = (kind: string, amount: Row[string] | undefined) => {
    if (!same(latest.get(kind), amount))
      say(
        "the mirror's sums are Purple Flea's",
        `${kind} is ${micro(latest.get(kind))} here and ${micro(amount)} there`,
      );
  };
  compare("wallet", theirs.wallet);
  const [unknown] = desk("select count(*) n from intents where status in ('unknown', 'open')");
  if (unknown?.n !== 0n) return;
  if (misled.size > 0) return shown(evidence);
  compare("locked", theirs.locked);
  compare("positions", theirs.positions);
  // What somebody released past us earns its referral as well, and the mirror reads it.
  compare("earned", theirs.referrers);
  // The faucet may say that a claim was made without saying how much it was.
  const [untold] = desk("select count(*) n from claims where status = 'claimed' and amount_micro is null");
  if (untold?.n === 0n) compare("claimed", upstream("select coalesce(sum(amount), 0) n from claims")[0]?.n);
  compare("won", upstream("select coalesce(sum(payout - stake), 0) n from bets where outcome = 'won'")[0]?.n);
  compare("lost", upstream("select coalesce(sum(stake), 0) n from bets where outcome = 'lost'")[0]?.n);
  if (untold?.n !== 0n) return;
  for (const drift of desk("select since, difference_micro from drifts where ended_at is null"))
    say(
      "our own books agree",
      `they differ by ${micro(drift.difference_micro)} since ${String(drift.since)}`,
    );
}

/** What is not in the mirror for a wrong word's sake shows as a difference of the books, to the micro. */
function shown({ desk, upstream, misled, say }: Evidence): void {
  const [open] = desk("select opened_at from wallet_books");
  if (!open) return;
  let due = 0n;
  for (const id of misled.values()) {
    const [row] = upstream(
      "select coalesce(sum(iif(to_account = 'wallet', amount, 0) - iif(from_account = 'wallet', amount, 0)), 0) moved from entries where at >= ? and why like ?",
      open.opened_at,
      `% ${id}`,
    );
    due += BigInt(row?.moved ?? 0);
  }
  const [drift] = desk("select difference_micro from drifts where ended_at is null");
  const told = drift?.difference_micro ?? 0n;
  if (told !== due) say("a wrong word shows", `the books differ by ${micro(told)} and not by ${due}`);
}
