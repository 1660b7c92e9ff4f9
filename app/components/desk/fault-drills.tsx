import { Form } from "@remix-run/react";
import { faultCalls, faultKinds, drills, faultText } from "../../lib/drills";
import type { PracticeFault } from "../../context";
import { Field, Select } from "../ui/field";
import { Icon } from "../ui/icon";
import { Section } from "./section";

/** What goes wrong at Purple Flea's next call: ready drills, or any call and kind. */
export function FaultDrills({ faults, problem }: { faults: PracticeFault[]; problem: string | undefined }) {
  return (
    <Section title="Faults" end="for Purple Flea’s next calls">
      <div className="grid gap-2 pb-2">
        {faults.length === 0 ? (
          <p className="text-text-muted">No fault is waiting: every call is answered.</p>
        ) : (
          <>
            <ul aria-label="Waiting faults">
              {faults.map((fault, index) => (
                <li key={index} className="status py-1">
                  <Icon name="zap" />
                  Waiting to {faultText(fault)}
                </li>
              ))}
            </ul>
            <Form method="post" preventScrollReset>
              <input type="hidden" name="do" value="clear" />
              <button className="btn btn-s" type="submit">
                Clear faults
              </button>
            </Form>
          </>
        )}
      </div>
      <ul className="need">
        {drills.map((drill) => (
          <li key={drill.id}>
            <Icon name="zap" size={16} className="text-text-faint" />
            <div className="min-w-0">
              <p className="what">{drill.label}</p>
              <p className="then">{drill.then}</p>
            </div>
            <span />
            <Form method="post" preventScrollReset>
              <input type="hidden" name="do" value="drill" />
              <input type="hidden" name="drill" value={drill.id} />
              <button className="btn btn-s" type="submit">
                Choose<span className="sr"> {drill.label}</span>
              </button>
            </Form>
          </li>
        ))}
      </ul>
      <Form method="post" className="form pt-5" preventScrollReset>
        <input type="hidden" name="do" value="fault" />
        <h3>Or any other</h3>
        <div className="two">
          <Select label="When we" name="call" options={faultCalls} />
          <Field label="Times" name="times" inputMode="numeric" defaultValue="1" hint="1 to 20" />
        </div>
        <Select
          label="Purple Flea will"
          name="kind"
          options={faultKinds}
          error={problem}
          hint="The last two are for webhooks; ignoring keys is for every call."
        />
        <button className="btn justify-self-start" type="submit">
          Set the fault
        </button>
      </Form>
    </Section>
  );
}
