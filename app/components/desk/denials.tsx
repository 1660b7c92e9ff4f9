import type { Denial, EscrowToDecide, SeenEscrow } from "../../../domain/escrow-approval";
import { whatIsClosed, type Closed, type Standing } from "../../lib/escrow-approval";
import { Note } from "../ui/note";
import { useNow } from "./moment";
import { Said } from "./said-text";

/** What is closed by now: what ages on an open page closes itself, as the command would refuse it. */
export function useClosed(
  escrow: EscrowToDecide,
  standing: Standing,
  seen: SeenEscrow | null = null,
): Closed {
  const { zone, now } = useNow();
  return whatIsClosed(escrow, standing, zone, now, seen);
}

/** Why approving is closed while rejecting is not: every reason with what it means for the money and what to do next. */
export function DenialNote({ denials }: { denials: readonly Denial[] }) {
  const isWrong = denials.some(({ code }) => code === "sums");
  return (
    <Note tone={isWrong ? "danger" : "caution"} icon={isWrong ? "triangle-alert" : "lock"}>
      <b>Approving is closed.</b>
      <ul className="grid gap-2">
        {denials.map(({ code, what, money, next }) => (
          <li key={code}>
            <Said text={what} />{" "}
            <span className="text-text-muted">
              {money} {next}
            </span>
          </li>
        ))}
      </ul>
      <p className="pt-2">Rejecting stays open and brings the amount back.</p>
    </Note>
  );
}
