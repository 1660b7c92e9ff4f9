import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { redirect } from "@remix-run/node";
import { Form, useLoaderData, useNavigation } from "@remix-run/react";
import { requireOperator, requireRole } from "../auth/session.server";
import { Time } from "../components/desk/moment";
import { PageHead } from "../components/desk/page-head";
import type { PracticeFault } from "../context";

const HOUR_MS = 3_600_000;
const moves = [
  { label: "+1 hour", ms: HOUR_MS },
  { label: "+1 day", ms: 24 * HOUR_MS },
  { label: "+7 days", ms: 168 * HOUR_MS },
];
const drills: { id: string; label: string; fault: PracticeFault }[] = [
  {
    id: "release-lost",
    label: "The next release happens, but its answer is lost. It is shown as unknown until it is looked up.",
    fault: { call: "escrow.release", kind: "drop-after", times: 1 },
  },
  {
    id: "order-lost",
    label: "The next order is placed, but its answer is lost. It stays unknown and is never sent again.",
    fault: { call: "order.create", kind: "drop-after", times: 1 },
  },
  {
    id: "unavailable",
    label: "The next call is answered 503: nothing happens, it is tried again.",
    fault: { call: "*", kind: "status", status: 503, times: 1 },
  },
  {
    id: "broken",
    label: "The next order is answered 500: it may or may not have happened.",
    fault: { call: "order.create", kind: "status", status: 500, times: 1 },
  },
  {
    id: "twice",
    label: "The next webhook is delivered twice.",
    fault: { call: "webhook", kind: "duplicate", times: 1 },
  },
];

export async function loader({ request, context }: LoaderFunctionArgs) {
  await requireOperator(request, context);
  const { practice } = context;
  if (!practice) throw new Response("There is no sandbox here: this desk moves real money.", { status: 404 });
  const on = await practice.engineIsOn();
  return {
    on,
    now: context.clock.now(),
    faults: await practice.faults(),
    sent: new URL(request.url).searchParams.get("sent"),
  };
}

export async function action({ request, context }: ActionFunctionArgs) {
  const operator = await requireOperator(request, context);
  requireRole(operator, "operator", context, "practice");
  const { practice } = context;
  if (!practice) throw new Response("There is no sandbox here.", { status: 404 });
  const form = await request.formData();
  const what = form.get("do");
  const move = moves.find((one) => String(one.ms) === form.get("ms"));
  const drill = drills.find((one) => one.id === form.get("drill"));
  if (what === "advance" && move) await practice.advance(move.ms);
  if (what === "fault" && drill) await practice.setFault(drill.fault);
  if (what === "clear") await practice.clearFaults();
  if (what === "stop") await practice.stopEngine();
  if (what === "start") await practice.startEngine();
  if (what === "webhook") {
    const status = await practice.sendWebhook("sandbox.greeting", { hello: "from the sandbox" });
    return redirect(`/sandbox?sent=${status}`);
  }
  return redirect("/sandbox");
}

export default function Sandbox() {
  const { on, now, faults, sent } = useLoaderData<typeof loader>();
  const busy = useNavigation().state !== "idle";
  return (
    <>
      <PageHead
        title="Sandbox"
        lead="Move the clock, break the next call, stop the engine: see what the desk does then."
      />
      <div className="grid gap-8" style={{ maxWidth: 720 }}>
        <section className="grid gap-2">
          <h2>Clock</h2>
          <p>
            It is <Time ms={now} /> here. {busy && <span role="status">Time is passing…</span>}
          </p>
          <div className="flex flex-wrap gap-2">
            {moves.map((move) => (
              <Form key={move.ms} method="post">
                <input type="hidden" name="do" value="advance" />
                <input type="hidden" name="ms" value={move.ms} />
                <button className="btn" type="submit" disabled={!on}>
                  {move.label}
                </button>
              </Form>
            ))}
          </div>
          {!on && <p className="text-text-muted">The clock is the engine’s: start it first.</p>}
        </section>
        <section className="grid gap-2">
          <h2>Engine</h2>
          <p>
            {on
              ? "The engine runs."
              : "The engine is stopped. What you ask for waits in the outbox and is sent once when it is back."}
          </p>
          <Form method="post">
            <input type="hidden" name="do" value={on ? "stop" : "start"} />
            <button className="btn" type="submit">
              {on ? "Stop the engine" : "Start the engine"}
            </button>
          </Form>
        </section>
        <section className="grid gap-2">
          <h2>Fault drills</h2>
          {drills.map((drill) => (
            <Form
              key={drill.id}
              method="post"
              className="flex flex-wrap items-center gap-3 py-2 border-b border-line"
            >
              <input type="hidden" name="do" value="fault" />
              <input type="hidden" name="drill" value={drill.id} />
              <span className="grow basis-72">{drill.label}</span>
              <button className="btn" type="submit">
                Choose<span className="sr">: {drill.label}</span>
              </button>
            </Form>
          ))}
          <p>
            {faults.length === 0
              ? "No fault is waiting."
              : `Waiting: ${faults.map((fault) => `${fault.kind} on ${fault.call}`).join(", ")}.`}
          </p>
          {faults.length > 0 && (
            <Form method="post">
              <input type="hidden" name="do" value="clear" />
              <button className="btn" type="submit">
                Clear faults
              </button>
            </Form>
          )}
        </section>
        <section className="grid gap-2">
          <h2>Webhook</h2>
          <p>Sends one signed webhook of a type nobody knows. It is verified, kept and shown.</p>
          <Form method="post">
            <input type="hidden" name="do" value="webhook" />
            <button className="btn" type="submit">
              Send a signed webhook
            </button>
          </Form>
          {sent && <p role="status">The edge answered {sent.slice(0, 3)}.</p>}
        </section>
      </div>
    </>
  );
}
