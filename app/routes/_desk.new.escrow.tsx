import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { data, redirect } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { useRef } from "react";
import { escrowMoney } from "../../domain/escrow-sums";
import { newId } from "../../domain/ids";
import { escrowCreated } from "../../inngest/events";
import { requireOperator } from "../auth/session.server";
import { createEscrow, pausedMessage } from "../commands/ask.server";
import { complaintsOf, statusOf } from "../commands/result";
import { CommandForm } from "../components/desk/command-form";
import { EventPreview } from "../components/desk/event-preview";
import { PageHead } from "../components/desk/page-head";
import { SumTable } from "../components/desk/sum-table";
import { Field } from "../components/ui/field";
import { escrowData } from "../lib/asked-events";
import { amountForEvent, typedMicro } from "../lib/typed-amount";
import { useTyped } from "../lib/use-typed";
import { useAnswer } from "../lib/use-answer";
import { escrowPath } from "../lib/paths";

export async function loader({ request, context }: LoaderFunctionArgs) {
  const operator = await requireOperator(request, context);
  return {
    commandId: newId(context.clock.now()),
    eventName: escrowCreated.name,
    closed:
      operator.role === "viewer"
        ? "Your role may look and not act."
        : pausedMessage(context, "escrow-create"),
  };
}

export async function action({ request, context }: ActionFunctionArgs) {
  const operator = await requireOperator(request, context);
  const form = await request.formData();
  const result = createEscrow(context, operator, form);
  if (result.kind === "accepted" || result.kind === "duplicate")
    return redirect(escrowPath(String(form.get("escrow_id")).trim()));
  return data(result, { status: statusOf(result) });
}

export default function CreateEscrow() {
  const { commandId, eventName, closed } = useLoaderData<typeof loader>();
  const result = useAnswer<typeof action>();
  const id = useRef(commandId);
  const { typed, field } = useTyped(
    { escrow_id: "", amount_usdc: "", counterparty: "", description: "" },
    complaintsOf(result),
  );
  const amount = typedMicro(typed.amount_usdc);
  return (
    <>
      <PageHead
        crumbs={{ to: "/escrows", label: "Escrows", here: "New" }}
        title="New escrow"
        lead="Locks the amount at Purple Flea until somebody confirms. After 7 days without an answer it is cancelled and refunded."
      />
      <div className="grid gap-8 lg:grid-cols-2 max-w-[1080px]">
        <CommandForm
          commandId={id.current}
          problem={result}
          button="Create escrow"
          closed={closed}
          labels={{
            escrow_id: "Reference",
            amount_usdc: "Amount",
            counterparty: "Counterparty",
            description: "What for",
          }}
        >
          <Field
            label="Reference"
            hint="Yours, such as esc_001. It stands for this escrow for ever."
            spellCheck={false}
            autoComplete="off"
            {...field("escrow_id")}
          />
          <Field
            label="Amount"
            inputMode="decimal"
            suffix="USDC"
            hint="At least 0.10; at most 6 places"
            autoComplete="off"
            {...field("amount_usdc")}
          />
          <Field
            label="Counterparty"
            hint="The payee’s wallet address, 0x…"
            spellCheck={false}
            autoComplete="off"
            {...field("counterparty")}
          />
          <Field label="What for" aside="optional" autoComplete="off" {...field("description")} />
        </CommandForm>
        <section className="min-w-0 grid gap-6 content-start" aria-labelledby="preview">
          <div>
            <h2 id="preview" className="pb-2">
              What will be sent
            </h2>
            <EventPreview
              id={id.current}
              name={eventName}
              data={escrowData({
                escrow_id: typed.escrow_id.trim(),
                amount_usdc: amountForEvent(typed.amount_usdc),
                counterparty: typed.counterparty.trim(),
                description: typed.description.trim(),
              })}
              wrong={{ amount_usdc: amount === null }}
            />
          </div>
          {amount !== null && (
            <div>
              <h2>Where the money would go</h2>
              <SumTable
                money={escrowMoney({
                  amountMicro: amount,
                  feeMicro: null,
                  netMicro: null,
                  referralMicro: null,
                  feeRatePpm: null,
                })}
              />
            </div>
          )}
        </section>
      </div>
    </>
  );
}
