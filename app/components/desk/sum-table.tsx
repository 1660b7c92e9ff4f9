import { escrowSums, type MicroUsdc } from "../../../domain/money";
import { moneyText } from "../../lib/money";
import { Icon } from "../ui/icon";
import { Money } from "./money";

/** An escrow's money as it is known: what Purple Flea said where it said something, our own sums where it has not yet. */
export interface EscrowMoney {
  amount: MicroUsdc;
  fee: MicroUsdc;
  net: MicroUsdc;
  referral: MicroUsdc;
}

export function escrowMoney(row: {
  amountMicro: MicroUsdc;
  feeMicro: MicroUsdc | null;
  netMicro: MicroUsdc | null;
  referralMicro: MicroUsdc | null;
}): EscrowMoney {
  const ours = escrowSums(row.amountMicro);
  const fee = row.feeMicro ?? ours.fee;
  return {
    amount: row.amountMicro,
    fee,
    net: row.netMicro ?? row.amountMicro - fee,
    referral: row.referralMicro ?? ours.referral,
  };
}

/** Net and fee make the amount, the fee is 1 % and the referral 15 % of it, to the micro. */
export function addsUp(money: EscrowMoney): boolean {
  const ours = escrowSums(money.amount);
  return money.net + money.fee === money.amount && money.fee === ours.fee && money.referral === ours.referral;
}

/** Where the money goes, line by line. */
export function SumTable({ money }: { money: EscrowMoney }) {
  const lines: [name: string, micro: MicroUsdc, kind: string][] = [
    ["Escrow amount", money.amount, ""],
    ["Fee, 1 %", -money.fee, ""],
    ["Net to payee", money.net, "total"],
    ["Referral, 15 % of the fee", money.referral, "sub"],
    ["Purple Flea, rest of the fee", money.fee - money.referral, "sub"],
  ];
  return (
    <table className="sum">
      <caption className="sr">Where the money goes</caption>
      <tbody>
        {lines.map(([name, micro, kind]) => (
          <tr key={name} className={kind}>
            <th scope="row">{name}</th>
            <td>
              <Money micro={micro} />
            </td>
            <td>USDC</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** "Adds up" only when it was checked; otherwise what does not. */
export function SumCheck({ money, short = false }: { money: EscrowMoney; short?: boolean }) {
  const good = addsUp(money);
  const ours = escrowSums(money.amount);
  return (
    <span className="status whitespace-normal font-regular" data-tone={good ? "positive" : "danger"}>
      <Icon name={good ? "check" : "triangle-alert"} />
      <span>
        {good ? "Adds up" : "Does not add up"}
        {!short &&
          (good
            ? `: ${moneyText(money.net)} + ${moneyText(money.fee)} = ${moneyText(money.amount)}. Referral is paid from the fee.`
            : `: the fee should be ${moneyText(ours.fee)}, the referral ${moneyText(ours.referral)}, the net ${moneyText(ours.net)}.`)}
      </span>
    </span>
  );
}
