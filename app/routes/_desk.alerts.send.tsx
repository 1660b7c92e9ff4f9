import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { data, redirect } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { useState } from "react";
import { newId } from "../../domain/ids";
import { formatMicro } from "../../domain/money";
import { requireOperator } from "../auth/session.server";
import { pausedMessage, sendPriceAlert } from "../commands/ask.server";
import { complaintsOf, statusOf } from "../commands/result";
import { CommandForm } from "../components/desk/command-form";
import { PageHead } from "../components/desk/page-head";
import { Field, Select } from "../components/ui/field";

export async function loader({ request, context }: LoaderFunctionArgs) {
  await requireOperator(request, context);
  return {
    commandId: newId(context.clock.now()),
    paused: pausedMessage(context, "trade"),
    size: formatMicro(context.config.tradeSizeMicro),
  };
}

export async function action({ request, context }: ActionFunctionArgs) {
  const operator = await requireOperator(request, context);
  const result = sendPriceAlert(context, operator, await request.formData());
  if (result.kind === "accepted" || result.kind === "duplicate") return redirect(`/sent/${result.commandId}`);
  return data(result, { status: statusOf(result) });
}

export default function SendAlert() {
  const { commandId, paused, size } = useLoaderData<typeof loader>();
  const result = useActionData<typeof action>();
  const { fields, values } = complaintsOf(result);
  const [asset, setAsset] = useState(values.asset ?? "");
  const [price, setPrice] = useState(values.price ?? "");
  const event = {
    name: "purple-flea/price.alert",
    id: commandId,
    data: {
      asset: asset.trim().toUpperCase(),
      price: Number(price) || price,
      direction: "long or short",
      triggered_by: "operator",
    },
  };
  return (
    <>
      <PageHead
        title="Send price alert"
        lead={`Trades ${size} USDC at market, once, if the balance and the limits allow it.`}
      />
      <div className="grid gap-8 lg:grid-cols-2">
        <CommandForm commandId={commandId} problem={result} button="Send price alert" closed={paused}>
          <Field
            label="Asset"
            name="asset"
            hint="Such as ETH"
            defaultValue={values.asset}
            error={fields.asset}
            onChange={(e) => setAsset(e.target.value)}
          />
          <Field
            label="Price"
            name="price"
            inputMode="decimal"
            defaultValue={values.price}
            error={fields.price}
            onChange={(e) => setPrice(e.target.value)}
          />
          <Select
            label="Then open"
            name="direction"
            defaultValue={values.direction}
            error={fields.direction}
            options={[
              { value: "long", label: "a long" },
              { value: "short", label: "a short" },
            ]}
          />
        </CommandForm>
        <section className="min-w-0">
          <h2 className="pb-2">The event</h2>
          {/* A region that scrolls must be reachable by keyboard. */}
          {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
          <pre tabIndex={0}>{JSON.stringify(event, null, 2)}</pre>
        </section>
      </div>
    </>
  );
}
