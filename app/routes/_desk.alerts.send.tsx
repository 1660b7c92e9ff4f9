import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { data, redirect } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { useRef } from "react";
import { newId } from "../../domain/ids";
import { priceAlert } from "../../inngest/events";
import { requireOperator } from "../auth/session.server";
import { pausedMessage } from "../commands/ask.server";
import { complaintsOf, statusOf } from "../commands/result";
import { sendPriceAlert } from "../commands/send-price-alert.server";
import { CommandForm } from "../components/desk/command-form";
import { EventPreview } from "../components/desk/event-preview";
import { PageHead } from "../components/desk/page-head";
import { Field, Select } from "../components/ui/field";
import { alertData } from "../lib/asked-events";
import { usdcText } from "../lib/money";
import { useTyped } from "../lib/use-typed";
import { useAnswer } from "../lib/use-answer";
import { sentPath } from "../lib/paths";

export async function loader({ request, context }: LoaderFunctionArgs) {
  const operator = await requireOperator(request, context);
  return {
    commandId: newId(context.clock.now()),
    size: context.config.tradeSizeMicro,
    eventName: priceAlert.name,
    closed: operator.role === "viewer" ? "Your role may look and not act." : pausedMessage(context, "trade"),
  };
}

export async function action({ request, context }: ActionFunctionArgs) {
  const operator = await requireOperator(request, context);
  const result = sendPriceAlert(context, operator, await request.formData());
  if (result.kind === "accepted" || result.kind === "duplicate") return redirect(sentPath(result.commandId));
  return data(result, { status: statusOf(result) });
}

export default function SendAlert() {
  const { commandId, size, eventName, closed } = useLoaderData<typeof loader>();
  const result = useAnswer<typeof action>();
  const id = useRef(commandId);
  const { typed, field } = useTyped({ asset: "", price: "", direction: "long" }, complaintsOf(result));
  return (
    <>
      <PageHead
        crumbs={{ to: "/alerts", label: "Price alerts", here: "New" }}
        title="New price alert"
        lead={`Places one order of ${usdcText(size)} at market, if the balance and the limits allow it.`}
      />
      <div className="grid gap-8 lg:grid-cols-2 max-w-[1080px]">
        <CommandForm
          commandId={id.current}
          problem={result}
          button="Send price alert"
          closed={closed}
          labels={{ asset: "Asset", price: "Price", direction: "Then open" }}
        >
          <Field
            label="Asset"
            hint="The market, such as ETH"
            autoCapitalize="characters"
            autoComplete="off"
            spellCheck={false}
            {...field("asset")}
          />
          <div className="two">
            <Field label="Price" inputMode="decimal" autoComplete="off" suffix="USD" {...field("price")} />
            <Select
              label="Then open"
              options={[
                { value: "long", label: "long" },
                { value: "short", label: "short" },
              ]}
              {...field("direction")}
            />
          </div>
        </CommandForm>
        <section className="min-w-0" aria-labelledby="preview">
          <h2 id="preview" className="pb-2">
            What will be sent
          </h2>
          <EventPreview
            id={id.current}
            name={eventName}
            data={alertData(typed)}
            wrong={{ price: !(Number(typed.price) > 0), asset: typed.asset.trim() === "" }}
          />
          <p className="hint pt-2">
            Sending starts <code>trade-on-price-alert</code>: read the balance, place one order, log it. The
            same alert never trades twice.
          </p>
        </section>
      </div>
    </>
  );
}
