import { Form, Link } from "@remix-run/react";
import { plainSaid } from "../../../domain/said-text";
import { usdcText } from "../../lib/money";
import { Select } from "../ui/field";
import { Note } from "../ui/note";
import { Section } from "./section";

/** Sends a webhook with Purple Flea's signature: a confirmation of a pending escrow, or a type nobody knows. */
export function WebhookDrill({
  pending,
  sent,
}: {
  pending: { ref: string; amountMicro: bigint }[];
  sent: string | null;
}) {
  return (
    <Section title="Webhook">
      <Form method="post" className="grid gap-3" preventScrollReset>
        <input type="hidden" name="do" value="webhook" />
        <Select
          label="Signed by Purple Flea"
          name="about"
          options={[
            ...pending.map((escrow) => ({
              value: escrow.ref,
              label: `${plainSaid(escrow.ref)} is confirmed (${usdcText(escrow.amountMicro)})`,
            })),
            { value: "", label: "a type nobody knows" },
          ]}
          hint="A confirmation releases the escrow; a type nobody knows is kept and shown."
        />
        <button className="btn justify-self-start" type="submit">
          Send a signed webhook
        </button>
      </Form>
      {sent && (
        <div className="pt-3">
          <Note
            tone={sent === "200" ? "positive" : "danger"}
            icon={sent === "200" ? "circle-check" : "circle-x"}
            alert
          >
            The edge answered {sent}.{" "}
            {sent === "200" ? "It was verified and is on disk." : "It was not taken."} See{" "}
            <Link to="/webhooks">webhooks</Link>.
          </Note>
        </div>
      )}
    </Section>
  );
}
