import { checkSums, type EscrowMoney, type SumVerdict } from "../../../domain/escrow-sums";
import { escrowSums, referralOf, type MicroUsdc } from "../../../domain/money";
import { moneyText } from "../../lib/money";
import { Icon } from "../ui/icon";
import { Money } from "./money";

/** Where the money goes, line by line. */
export function SumTable({ money }: { money: EscrowMoney }) {
  const lines: [name: string, micro: MicroUsdc, kind: string][] = [
    ["Escrow amount", money.amount, ""],
    [isAtRate(money) ? `Fee, ${percent(money.feePpm)}` : "Fee", -money.fee, ""],
    ["Net to payee", money.net, "total"],
    [
      money.referral === referralOf(money.fee) ? "Referral, 15 % of the fee" : "Referral",
      money.referral,
      "sub",
    ],
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

const isAtRate = ({ amount, fee, feePpm }: EscrowMoney) => fee === escrowSums(amount, feePpm).fee;

/** A rate in millionths for people: 10,000 is "1 %". */
const percent = (ppm: number) => `${ppm / 10_000} %`;

/** "Adds up" only when it was checked; otherwise what does not, and what that means for the money. */
export function SumCheck({ money, short = false }: { money: EscrowMoney; short?: boolean }) {
  const check = checkSums(money);
  const { title, tone } = sumLook[check];
  return (
    <span className="status whitespace-normal font-regular" data-tone={tone}>
      <Icon name={check === "good" ? "check" : "triangle-alert"} />
      <span>
        {title}
        {!short && `: ${sumWords(money)}`}
      </span>
    </span>
  );
}

export const sumLook = {
  good: { title: "Adds up", tone: "positive" },
  rate: { title: "Fee differs", tone: "caution" },
  wrong: { title: "Does not add up", tone: "danger" },
} as const satisfies Record<SumVerdict, { title: string; tone: string }>;

function sumWords(money: EscrowMoney): string {
  const { amount, fee, net, referral, feePpm } = money;
  const parts = `${moneyText(net)} + ${moneyText(fee)}`;
  switch (checkSums(money)) {
    case "good":
      return `${parts} = ${moneyText(amount)}. Referral is paid from the fee.`;
    case "rate":
      return isAtRate(money)
        ? `${percent(feePpm)} of the amount is right; of it the referral is ${moneyText(referral)} where 15 % is ${moneyText(referralOf(fee))}. Net and fee make the amount.`
        : `${percent(feePpm)} would be ${moneyText(escrowSums(amount, feePpm).fee)}. Net and fee make the amount.`;
    case "wrong":
      return `net and fee are ${moneyText(net)} and ${moneyText(fee)}, which is ${moneyText(net + fee)} and not ${moneyText(amount)}.`;
  }
}
