import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { data, redirect } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { newId } from "../../domain/ids";
import { requireOperator } from "../auth/session.server";
import { createEscrow, pausedMessage } from "../commands/ask.server";
import { complaintsOf, statusOf } from "../commands/result";
import { CommandForm } from "../components/desk/command-form";
import { PageHead } from "../components/desk/page-head";
import { Field } from "../components/ui/field";

export async function loader({ request, context }: LoaderFunctionArgs) {
  await requireOperator(request, context);
  return { commandId: newId(context.clock.now()), paused: pausedMessage(context, "escrow-create") };
}

export async function action({ request, context }: ActionFunctionArgs) {
  const operator = await requireOperator(request, context);
  const form = await request.formData();
  const result = createEscrow(context, operator, form);
  if (result.kind === "accepted" || result.kind === "duplicate")
    return redirect(`/escrows/${encodeURIComponent(String(form.get("escrow_id")).trim())}`);
  return data(result, { status: statusOf(result) });
}

export default function CreateEscrow() {
  const { commandId, paused } = useLoaderData<typeof loader>();
  const result = useActionData<typeof action>();
  const { fields, values } = complaintsOf(result);
  return (
    <>
      <PageHead
        title="Create escrow"
        lead="Locks the amount at Purple Flea until somebody confirms. After 7 days without an answer it is cancelled and refunded."
      />
      <CommandForm commandId={commandId} problem={result} button="Create escrow" closed={paused}>
        <Field
          label="Reference"
          name="escrow_id"
          hint="Yours, such as esc_001. It stands for this escrow for ever."
          defaultValue={values.escrow_id}
          error={fields.escrow_id}
        />
        <Field
          label="Amount"
          name="amount_usdc"
          inputMode="decimal"
          hint="USDC, at least 0.10"
          defaultValue={values.amount_usdc}
          error={fields.amount_usdc}
        />
        <Field
          label="Counterparty"
          name="counterparty"
          hint="The payee's wallet address, 0x…"
          defaultValue={values.counterparty}
          error={fields.counterparty}
        />
        <Field
          label="What for"
          name="description"
          hint="Optional"
          defaultValue={values.description}
          error={fields.description}
        />
      </CommandForm>
    </>
  );
}
