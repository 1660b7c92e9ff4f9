import { Link } from "@remix-run/react";
import type { Drift, DriftRow } from "../../../db/read/drift";
import type { CommandResult } from "../../commands/result";
import { complaintsOf } from "../../commands/result";
import { formatMicro } from "../../../domain/money";
import { Field } from "../ui/field";
import { CommandForm } from "./command-form";
import { Money } from "./money";
import { Time } from "./moment";
import { Section } from "./section";
import { pathTo, placeOf } from "../../lib/paths";
import { Said } from "./said-text";

/** Purple Flea's balance held against our own books: the present difference with what may explain it, and those before. */
export function DriftLedger({
  books,
  open,
  ended,
  commandId,
  problem,
  closed,
}: {
  books: { expectedMicro: bigint; openedAt: number; openingMicro: bigint; agreedAt: number } | null;
  open: Drift | null;
  ended: Drift[];
  commandId: string;
  problem?: CommandResult;
  closed: string | null;
}) {
  const { fields, values } = complaintsOf(problem);
  return (
    <Section title="Purple Flea's balance against our books" id="drift">
      {books === null ? (
        <p className="text-text-muted">
          The books open with the first balance that is read; every trade, escrow, bet, claim and transfer is
          booked from then on.
        </p>
      ) : (
        <dl className="kv">
          <dt>Opened</dt>
          <dd>
            <Time ms={books.openedAt} /> with <Money micro={books.openingMicro} unit six />
          </dd>
          <dt>Expected now</dt>
          <dd>
            <Money micro={books.expectedMicro} unit six />
          </dd>
          <dt>Last agreed</dt>
          <dd>
            <Time ms={books.agreedAt} />
          </dd>
        </dl>
      )}
      {open ? (
        <div className="pt-4 grid gap-4">
          <p>
            <b>
              <Money micro={open.differenceMicro} unit six /> {open.explained ? "not settled" : "unexplained"}{" "}
              since <Time ms={open.since} />
            </b>
          </p>
          <p>
            Last compared <Time ms={open.seenAt} />: Purple Flea said{" "}
            <Money micro={open.observedMicro} unit six />, our books expected{" "}
            <Money micro={open.expectedMicro} unit six />.
          </p>
          <DriftRows rows={open.rows} explained={open.explained} />
          <CommandForm
            commandId={commandId}
            problem={problem}
            button="Take it into the books as it is"
            closed={closed}
          >
            <input type="hidden" name="drift_id" value={open.id} />
            <input type="hidden" name="difference_usdc" value={formatMicro(open.differenceMicro)} />
            <Field
              label="What was it?"
              name="reason"
              hint="Such as a withdrawal made by hand. It stays on record; the books then expect Purple Flea's balance."
              defaultValue={values.reason}
              error={fields.reason}
            />
          </CommandForm>
        </div>
      ) : (
        books && <p className="pt-4">The balance is what our books expect.</p>
      )}
      {ended.length > 0 && (
        <details className="pt-4">
          <summary>Differences that have ended</summary>
          <ul>
            {ended.map((drift) => (
              <li key={drift.id}>
                <Money micro={drift.differenceMicro} unit six />, <Time ms={drift.since} /> to{" "}
                <Time ms={drift.endedAt} />: <Said text={drift.ending ?? ""} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </Section>
  );
}

function DriftRows({ rows, explained }: { rows: DriftRow[]; explained: boolean }) {
  if (rows.length === 0) return <p>No row that is known here can explain it.</p>;
  return (
    <div>
      <p>{explained ? "These can make it up:" : "Rows that may have to do with it:"}</p>
      <ul>
        {rows.map((row) => {
          const place = placeOf(row.type, row.ref);
          return (
            <li key={`${row.type} ${row.ref} ${row.words}`}>
              {place ? <Link to={pathTo(place)}>{row.ref}</Link> : row.ref}: <Said text={row.words} />
            </li>
          );
        })}
      </ul>
    </div>
  );
}
