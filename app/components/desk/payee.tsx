import type { LookAlike, Payee } from "../../../db/read/payees";
import { differences } from "../../../domain/addresses";
import { Icon } from "../ui/icon";
import { Note } from "../ui/note";
import { WholeAddress } from "./address";

/** Beside an address that no released escrow has paid so far. */
export function FirstTime() {
  return (
    <span className="tag" data-tone="caution" title="No escrow to this address was released before.">
      <Icon name="user-plus" />
      First time
    </span>
  );
}

/** Whom it pays, whole, and what must be known before: never paid until now, or easily taken for another. */
export function PayeeReview({ address, payee }: { address: string; payee: Payee }) {
  return (
    <div className="grid gap-2">
      <h3 className="flex items-center gap-2">Payee {payee.paid === 0 && <FirstTime />}</h3>
      <WholeAddress address={address} unlike={payee.lookAlikes[0]?.address} />
      {payee.lookAlikes.map((other) => (
        <TakenFor key={other.address} address={address} paid={payee.paid} other={other} />
      ))}
    </div>
  );
}

const times = (n: number) => (n === 0 ? "never" : n === 1 ? "once" : `${n} times`);

function TakenFor({ address, paid, other }: { address: string; paid: number; other: LookAlike }) {
  const apart = differences(address, other.address).length;
  return (
    <Note tone="caution" icon="git-compare-arrows">
      <p>
        <b>
          {apart === 1 ? "One character away from another address." : "Begins and ends like another address."}
        </b>{" "}
        The other was{" "}
        {other.paid === 0 ? "never paid either" : `paid ${times(other.paid)}, this one ${times(paid)}`}.
        Compare before you approve.
      </p>
      <WholeAddress address={other.address} unlike={address} />
    </Note>
  );
}
