import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { data, redirect } from "@remix-run/node";
import { Form, useLoaderData } from "@remix-run/react";
import { getEscrowRow, listEscrows } from "../../db/read/escrows";
import { listActivity } from "../../db/read/overview";
import { requireOperator, requireRole } from "../auth/session.server";
import { FaultDrills } from "../components/desk/fault-drills";
import { PageHead } from "../components/desk/page-head";
import { PracticeClock } from "../components/desk/practice-clock";
import { Section } from "../components/desk/section";
import { WebhookDrill } from "../components/desk/webhook-drill";
import { Icon } from "../components/ui/icon";
import { drills, faultFor } from "../lib/drills";
import { useAnswer } from "../lib/use-answer";
import { sandboxPath } from "../lib/paths";

const HOUR_MS = 3_600_000;
const moves = [
  { label: "+1 hour", ms: HOUR_MS },
  { label: "+1 day", ms: 24 * HOUR_MS },
  { label: "+7 days", ms: 168 * HOUR_MS },
] as const;

export async function loader({ request, context }: LoaderFunctionArgs) {
  await requireOperator(request, context);
  const { practice, read } = context;
  if (!practice) throw new Response("There is no sandbox here: this desk moves real money.", { status: 404 });
  const { searchParams } = new URL(request.url);
  const asked = /^(\d{1,15})-(\d{1,15})$/.exec(searchParams.get("passed") ?? "");
  const [from, to] = [Number(asked?.[1]), Number(asked?.[2])];
  return {
    on: await practice.engineIsOn(),
    faults: await practice.faults(),
    sent: searchParams.get("sent")?.slice(0, 3) ?? null,
    passed: asked ? { from, to, activity: listActivity(read, 12, from) } : null,
    pending: listEscrows(read, "pending", { at: "first" }, 20).rows.flatMap(
      ({ ref, amountMicro, remoteId }) => (remoteId ? [{ ref, amountMicro }] : []),
    ),
  };
}

export async function action({ request, context }: ActionFunctionArgs) {
  const operator = await requireOperator(request, context);
  requireRole(operator, "operator", context, "practice");
  const { practice, read, clock } = context;
  if (!practice) throw new Response("There is no sandbox here.", { status: 404 });
  const form = await request.formData();
  switch (form.get("do")) {
    case "advance": {
      const move = moves.find((one) => String(one.ms) === form.get("ms"));
      if (!move) break;
      const from = clock.now();
      await practice.advance(move.ms);
      return redirect(sandboxPath({ passed: `${from}-${from + move.ms}` }));
    }
    case "drill": {
      const drill = drills.find((one) => one.id === form.get("drill"));
      if (drill) await practice.setFault(drill.fault);
      break;
    }
    case "fault": {
      const fault = faultFor(form.get("call"), form.get("kind"), form.get("times"));
      if (!fault)
        return data(
          { problem: "This kind does not fit that call, or the number is not 1 to 20. No fault was set." },
          { status: 422 },
        );
      await practice.setFault(fault);
      break;
    }
    case "clear":
      await practice.clearFaults();
      break;
    case "stop":
      await practice.stopEngine();
      break;
    case "start":
      await practice.startEngine();
      break;
    case null:
      break;
    case "webhook": {
      const about = form.get("about");
      const escrow = typeof about === "string" && about ? getEscrowRow(read, about) : null;
      const status = escrow?.remoteId
        ? await practice.sendWebhook("escrow.confirmed", {
            escrow_id: escrow.remoteId,
            confirmed_by: escrow.counterparty,
            confirmed_at: new Date(clock.now()).toISOString(),
          })
        : await practice.sendWebhook("sandbox.greeting", { hello: "from the sandbox" });
      return redirect(sandboxPath({ sent: String(status) }));
    }
  }
  return redirect("/sandbox");
}

export default function Sandbox() {
  const { on, faults, sent, passed, pending } = useLoaderData<typeof loader>();
  const result = useAnswer<typeof action>();
  return (
    <>
      <PageHead
        title="Sandbox"
        lead="Move the clock, break the next call, stop the engine, and see what the desk does then. Nothing here is real money."
      />
      <div className="split">
        <div className="min-w-0">
          <PracticeClock on={on} moves={moves} passed={passed} />
          <FaultDrills faults={faults} problem={result?.problem} />
        </div>
        <div className="rail">
          <Section title="Event engine">
            <p className="status pb-2" data-tone={on ? "positive" : "caution"}>
              <Icon name={on ? "circle-check" : "power"} />
              {on ? "Running" : "Stopped"}
            </p>
            <p className="text-text-muted pb-3">
              {on
                ? "It takes events and runs the functions."
                : "What you ask for waits in the outbox and is sent once when it is back."}
            </p>
            <Form method="post" preventScrollReset>
              <input type="hidden" name="do" value={on ? "stop" : "start"} />
              <button className="btn" type="submit">
                <Icon name="power" />
                {on ? "Stop the engine" : "Start the engine"}
              </button>
            </Form>
          </Section>
          <WebhookDrill pending={pending} sent={sent} />
        </div>
      </div>
    </>
  );
}
