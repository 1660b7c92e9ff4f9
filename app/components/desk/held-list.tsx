import { Link } from "@remix-run/react";
import type { ReactNode } from "react";
import type { Held } from "../../../db/read/pauses";
import { Money } from "./money";
import { Age, useNow } from "./moment";
import { escrowPath } from "../../lib/paths";
import { Said } from "./said-text";

/** What waits for a pause to end, before it is lifted. What is unticked does not go on. */
export function HeldList({ held, maxAlertAgeMs }: { held: Held; maxAlertAgeMs: number }) {
  const { now } = useNow();
  const count = held.alerts.length + held.creates.length + held.releases.length;
  if (count === 0) return <p>Nothing is held.</p>;
  return (
    <div className="grid gap-4">
      {held.alerts.length > 0 && (
        <fieldset className="field">
          <legend>
            {held.alerts.length} held price {held.alerts.length === 1 ? "alert" : "alerts"}
          </legend>
          {held.alerts.map((alert) => {
            const stale = now - alert.receivedAt > maxAlertAgeMs;
            return (
              <Kept key={alert.id} id={`alert:${alert.id}`}>
                {alert.direction} {alert.asset} at {alert.price}, <Age ms={alert.receivedAt} />
                {stale ? ". Too old by now: it is skipped even if it goes on" : ""}
              </Kept>
            );
          })}
        </fieldset>
      )}
      {held.creates.length > 0 && (
        <fieldset className="field">
          <legend>
            {held.creates.length} held {held.creates.length === 1 ? "escrow" : "escrows"}
          </legend>
          {held.creates.map((escrow) => (
            <Kept key={escrow.ref} id={`escrow:${escrow.ref}`}>
              {escrow.ref}: <Money micro={escrow.amountMicro} unit /> for <Said text={escrow.counterparty} />
            </Kept>
          ))}
        </fieldset>
      )}
      {held.releases.length > 0 && (
        <div>
          <p>
            {held.releases.length} {held.releases.length === 1 ? "release is" : "releases are"} held. They
            were approved or confirmed and go on when releases are resumed:
          </p>
          <ul>
            {held.releases.map((escrow) => (
              <li key={escrow.ref}>
                <Link to={escrowPath(escrow.ref)}>{escrow.ref}</Link>:{" "}
                <Money micro={escrow.amountMicro} unit />
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}

function Kept({ id, children }: { id: string; children: ReactNode }) {
  return (
    <label className="flex items-start gap-2">
      <input type="hidden" name="shown" value={id} />
      <input className="check" type="checkbox" name="keep" value={id} defaultChecked />
      <span>{children}</span>
    </label>
  );
}
