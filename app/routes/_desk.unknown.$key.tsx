import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { data, redirect } from "@remix-run/node";
import { Link, useLoaderData } from "@remix-run/react";
import { getReceipt, latestCommandOf } from "../../db/read/escrows";
import { getUnknown } from "../../db/read/unknown";
import { ordersHeldBy } from "../../domain/after-unknown";
import { newId, utcDay } from "../../domain/ids";
import { actionWords, intentLook } from "../../domain/intents";
import { requireOperator } from "../auth/session.server";
import { settleUnknown } from "../commands/settle-unknown.server";
import { complaintsOf, statusOf } from "../commands/result";
import { CommandForm } from "../components/desk/command-form";
import { Money } from "../components/desk/money";
import { Age, Time } from "../components/desk/moment";
import { PageHead } from "../components/desk/page-head";
import { Receipt } from "../components/desk/receipt";
import { Section } from "../components/desk/section";
import { StatusBadge } from "../components/desk/status-badge";
import { OutcomeChoices } from "../components/desk/outcome-choices";
import { Field } from "../components/ui/field";
import { Note } from "../components/ui/note";
import { useAnswer } from "../lib/use-answer";
import { pathTo, refIn, runPath, unknownPath } from "../lib/paths";
import { Said } from "../components/desk/said-text";

export async function loader({ request, context, params }: LoaderFunctionArgs) {
  const operator = await requireOperator(request, context);
  const found = getUnknown(context.read, refIn(params.key));
  if (!found) throw new Response("There is no call by this key.", { status: 404 });
  const now = context.clock.now();
  const command = latestCommandOf(context.read, "intent", found.intent.key);
  return {
    ...found,
    ordersHeld:
      found.intent.action === "order"
        ? ordersHeldBy(found.intent.asset, context.config.limits.tradeAfterUnknown)
        : null,
    commandId: newId(now),
    receipt: command ? getReceipt(context.read, command) : null,
    dayIsOver: found.intent.action === "claim" && !found.intent.subjectRef.endsWith(utcDay(now)),
    mayAct: operator.role !== "viewer",
  };
}

export async function action({ request, context, params }: ActionFunctionArgs) {
  const operator = await requireOperator(request, context);
  const form = await request.formData();
  form.set("intent_key", refIn(params.key));
  const result = settleUnknown(context, operator, form);
  if (result.kind === "accepted" || result.kind === "duplicate")
    return redirect(unknownPath(refIn(params.key)));
  return data(result, { status: statusOf(result) });
}

export default function UnknownOutcome() {
  const { intent, facts, candidates, place, ordersHeld, commandId, receipt, dayIsOver, mayAct } =
    useLoaderData<typeof loader>();
  const result = useAnswer<typeof action>();
  const { fields, values } = complaintsOf(result);
  const open = intent.status === "unknown";
  const answered = receipt === null || receipt.answer !== null;
  return (
    <>
      <PageHead
        title={`${actionWords[intent.action]} ${intent.subjectRef}`}
        state={<StatusBadge look={intentLook[intent.status]} />}
        lead={
          open ? (
            <>
              Sent <Age ms={intent.createdAt} />, and no answer came:{" "}
              <Said text={intent.detail ?? "no reason recorded"} />.
            </>
          ) : (
            "Its outcome is known."
          )
        }
        crumbs={{ to: "/unknown", label: "Unknown outcomes", here: intent.subjectRef }}
      />
      {receipt && <Receipt receipt={receipt} />}
      {open && intent.decision === "left" && (
        <Note tone="unknown" icon="circle-question-mark">
          <b>
            Left as it is by <Said text={intent.decidedBy ?? "somebody"} />, <Time ms={intent.decidedAt} />
          </b>
          <p>
            <Said text={intent.decisionReason ?? ""} />. It can still be decided.
          </p>
        </Note>
      )}
      <div className="grid gap-8 xl:grid-cols-[minmax(0,1fr)_348px]">
        {open && mayAct && answered ? (
          <Section title="What happened?">
            <CommandForm
              // The page stays when it was sent: the next decision is another command.
              key={receipt?.commandId}
              commandId={commandId}
              problem={result}
              button="Record the decision"
            >
              <input type="hidden" name="seen_tries" value={intent.tries} />
              <OutcomeChoices
                intent={intent}
                ordersHeld={ordersHeld}
                candidates={candidates}
                dayIsOver={dayIsOver}
                values={values}
                fields={fields}
              />
              <Field
                label="How do you know?"
                name="reason"
                hint="It stays on record with your name."
                defaultValue={values.reason}
                error={fields.reason}
              />
            </CommandForm>
          </Section>
        ) : (
          <Section title="What happened?">
            <p>
              {!open ? (
                <>
                  {intentLook[intent.status].meaning}
                  {intent.detail && (
                    <>
                      : <Said text={intent.detail} />
                    </>
                  )}
                  .
                </>
              ) : !answered ? (
                "A decision was recorded and is being carried out."
              ) : (
                "Your role may look and not act."
              )}
            </p>
          </Section>
        )}
        <Section title="Facts">
          <dl className="kv">
            <dt>Amount</dt>
            <dd>
              <Money micro={intent.amountMicro} unit six />
            </dd>
            {facts.map((fact) => (
              <FactRow key={fact.name} {...fact} />
            ))}
            <dt>Tried</dt>
            <dd>
              {intent.tries === 1 ? "once," : `${intent.tries} times, first`} <Time ms={intent.createdAt} />
            </dd>
            <dt>Holds</dt>
            <dd>
              {!open
                ? "nothing"
                : ordersHeld
                  ? `its amount, which stays reserved, and ${ordersHeld}: none is sent until this is settled`
                  : "its amount, which stays reserved until this is settled"}
            </dd>
            <dt>Row</dt>
            <dd>
              <Link to={pathTo(place)}>{intent.subjectRef}</Link>
            </dd>
            <dt>Run</dt>
            <dd>{intent.runId ? <Link to={runPath(intent.runId)}>the run that sent it</Link> : "none"}</dd>
          </dl>
        </Section>
      </div>
    </>
  );
}

function FactRow({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd className="min-w-0 wrap-anywhere">
        <Said text={value} />
      </dd>
    </>
  );
}
