import type { LoaderFunctionArgs } from "@remix-run/node";
import { Link, useLoaderData } from "@remix-run/react";
import { getRun } from "../../db/read/runs";
import { runLook } from "../../domain/statuses";
import { requireOperator } from "../auth/session.server";
import { Id } from "../components/desk/id";
import { Time } from "../components/desk/moment";
import { PageHead } from "../components/desk/page-head";
import { StatusBadge } from "../components/desk/status-badge";
import { StepWaterfall } from "../components/desk/step-waterfall";
import { formatDuration } from "../lib/time";

export async function loader({ request, context, params }: LoaderFunctionArgs) {
  await requireOperator(request, context);
  const found = getRun(context.read, params.id ?? "");
  if (!found) throw new Response("There is no run by this id. Runs are kept 30 days.", { status: 404 });
  const asked = new URL(request.url).searchParams.get("step");
  const step =
    found.steps.find((one) => one.id === asked) ??
    found.steps.find((one) => one.status === "failed" || one.status === "retrying") ??
    found.steps.at(-1) ??
    null;
  return { ...found, step, now: context.clock.now() };
}

const shown = (value: unknown): string => JSON.stringify(value ?? null, null, 2);

export default function Run() {
  const { run, steps, attempts, step, now } = useLoaderData<typeof loader>();
  const waited = steps
    .filter((one) => one.kind === "sleep" || one.kind === "waitForEvent")
    .reduce((sum, one) => sum + ((one.endedAt ?? now) - one.startedAt), 0);
  return (
    <>
      <PageHead
        title={run.functionId}
        lead={
          <span className="flex flex-wrap gap-3">
            <StatusBadge look={runLook[run.status]} />
            {run.status === "retrying" &&
              `attempt ${run.attempt} of ${run.maxAttempts ?? "?"} failed, the next one follows`}
            <Id id={run.id} whole />
          </span>
        }
      >
        {run.subjectType === "escrow" && run.subjectRef && (
          <Link className="btn" to={`/escrows/${run.subjectRef}`}>
            Open {run.subjectRef}
          </Link>
        )}
      </PageHead>
      <dl className="flex flex-wrap gap-x-8 gap-y-2 border-y border-line py-3 m-0">
        {[
          ["Started", <Time key="started" ms={run.startedAt} />],
          ["Ended", <Time key="ended" ms={run.endedAt} />],
          ["Took", formatDuration((run.endedAt ?? now) - run.startedAt)],
          ["Waited", formatDuration(waited)],
          ["Trigger", <code key="trigger">{run.eventName}</code>],
        ].map(([name, value]) => (
          <div key={String(name)}>
            <dt className="text-meta text-text-muted">{name}</dt>
            <dd className="m-0">{value}</dd>
          </div>
        ))}
      </dl>
      {run.error && (
        <p className="bg-danger-tint p-4 mt-6" role="note">
          <b>{run.error}</b>
        </p>
      )}
      <h2 className="pt-8 pb-2">Steps</h2>
      <StepWaterfall
        steps={steps}
        attempts={attempts}
        from={run.startedAt}
        to={run.endedAt ?? now}
        selected={step?.id ?? null}
      />
      {step && (
        <>
          <h2 className="pt-8 pb-2">
            <code>{step.name}</code>, {step.attempts} {step.attempts === 1 ? "attempt" : "attempts"}
          </h2>
          {step.error && <p className="bg-caution-tint p-4 mb-3">{step.error}</p>}
          <div className="grid gap-6 lg:grid-cols-2">
            <Payload title="Input" text={shown(step.input)} />
            <Payload title="Output" text={step.endedAt === null ? "not over" : shown(step.output)} />
          </div>
        </>
      )}
      <div className="grid gap-6 lg:grid-cols-2 pt-8">
        <Payload title="Run input" text={shown(run.input)} />
        <Payload title="Run output" text={run.endedAt === null ? "not over" : shown(run.output)} />
      </div>
    </>
  );
}

function Payload({ title, text }: { title: string; text: string }) {
  return (
    <section className="min-w-0">
      <h3 className="pb-1">{title}</h3>
      {/* A region that scrolls must be reachable by keyboard. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre tabIndex={0}>{text}</pre>
    </section>
  );
}
