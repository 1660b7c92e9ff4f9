import type { LoaderFunctionArgs } from "@remix-run/node";
import { Link, useLoaderData } from "@remix-run/react";
import { getRunSubject } from "../../db/read/run-subject";
import { getRun, type Run as RunOf, type Step, type StepAttempt } from "../../db/read/runs";
import { runLook, stepLook } from "../../domain/statuses";
import { requireOperator } from "../auth/session.server";
import { Id } from "../components/desk/id";
import { Time, useNow } from "../components/desk/moment";
import { PageHead } from "../components/desk/page-head";
import { Payload } from "../components/desk/payload";
import { Section } from "../components/desk/section";
import { StatusBadge } from "../components/desk/status-badge";
import { StepWaterfall, WaterfallLegend } from "../components/desk/step-waterfall";
import { Icon } from "../components/ui/icon";
import { Note } from "../components/ui/note";
import { attemptText, consequenceOf, endingOf, type Consequence } from "../lib/run-words";
import { formatTime, zoneName } from "../lib/time";
import { formatTook } from "../lib/took";
import { isWait, lanesOf, spentOf } from "../lib/waterfall";
import { refIn, subjectPath } from "../lib/paths";
import { Said } from "../components/desk/said-text";

export async function loader({ request, context, params }: LoaderFunctionArgs) {
  const operator = await requireOperator(request, context);
  const found = getRun(context.read, refIn(params.id));
  if (!found) throw new Response("There is no run by this id. Runs are kept 30 days.", { status: 404 });
  const asked = new URL(request.url).searchParams.get("step");
  const step =
    found.steps.find((one) => one.id === asked) ??
    found.steps.find((one) => one.status === "retrying") ??
    found.steps.find((one) => one.status === "failed") ??
    found.steps.at(-1) ??
    null;
  const now = context.clock.now();
  const subject = getRunSubject(context.read, found.run);
  return {
    ...found,
    subject,
    step,
    now,
    consequence: step && consequenceOf(found.run, step, subject, { zone: operator.timeZone, now }),
  };
}

export default function Run() {
  const { run, steps, attempts, subject, step, now, consequence } = useLoaderData<typeof loader>();
  const { zone } = useNow();
  const lanes = lanesOf(run, steps, attempts, now);
  const spent = spentOf(lanes);
  const trying = attemptText(run, { zone, now });
  const ending = endingOf(run, subject);
  const lane = lanes.find((one) => one.step.id === step?.id);
  const facts: [string, React.ReactNode][] = [
    ["Started", <Time key="t" ms={run.startedAt} focusable />],
    [run.endedAt === null ? "Worked so far" : "Worked", formatTook(spent.worked)],
    ["Waited", formatTook(spent.waited)],
    ...(spent.backedOff > 0 ? [["Backed off", formatTook(spent.backedOff)] as [string, string]] : []),
    ["Queued", formatTook(spent.queued)],
    ["Ended", run.endedAt === null ? "not over" : <Time key="e" ms={run.endedAt} focusable />],
    [
      "Trigger",
      <code key="c">
        <Said text={run.eventName} />
      </code>,
    ],
  ];
  return (
    <>
      <PageHead
        crumbs={{ to: "/runs", label: "Runs", here: run.functionId }}
        title={run.functionId}
        state={
          <span className="flex flex-wrap items-center gap-x-2">
            <StatusBadge look={runLook[run.status]} />
            {trying && <span className="font-medium">{trying}</span>}
          </span>
        }
        lead={<Id id={run.id} whole />}
      >
        {subject && (
          <Link className="btn" to={subjectPath(subject.type, subject.ref)}>
            <Icon name="corner-down-right" size={16} />
            Open {subject.ref}
          </Link>
        )}
      </PageHead>
      <dl className="strip">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {ending && (
        <div className="pt-6">
          <Note tone={ending.tone} icon={runLook[run.status].icon}>
            <p>
              <b>
                <Said text={ending.title} />
              </b>
            </p>
            <p>{ending.text}</p>
          </Note>
        </div>
      )}
      <Section title="Steps" end={<WaterfallLegend />}>
        <StepWaterfall lanes={lanes} run={run} now={now} selected={step?.id ?? null} />
      </Section>
      {step && (
        <SelectedStep
          run={run}
          step={step}
          attempts={lane?.attempts ?? []}
          consequence={consequence}
          zone={zone}
          now={now}
        />
      )}
      <Section title="The run itself">
        <div className="cols2">
          <Payload title="Input: the event's data" value={run.input} />
          <Payload
            title="Output"
            value={run.output}
            note={run.endedAt === null ? "The run is not over." : undefined}
          />
        </div>
      </Section>
    </>
  );
}

function SelectedStep({
  run,
  step,
  attempts,
  consequence,
  zone,
  now,
}: {
  run: RunOf;
  step: Step;
  attempts: StepAttempt[];
  consequence: Consequence | null;
  zone: string;
  now: number;
}) {
  const failed = attempts.filter((one) => one.error !== null).length;
  const max = run.maxAttempts ?? null;
  const none =
    step.endedAt === null ? "The step is not over." : step.status === "dropped" ? "It gave none." : undefined;
  return (
    <Section
      id="step"
      title={<span className="mono">{step.name}</span>}
      end={
        <span className="flex items-center gap-2">
          <StatusBadge look={stepLook[step.status]} />
          {failed > 0 && `${failed} of ${max ?? attempts.length} attempts failed`}
        </span>
      }
    >
      {consequence && (
        <div className="pb-6">
          <Note tone={consequence.tone} icon={consequence.icon}>
            <p>
              <b>
                <Said text={consequence.title} />
              </b>
            </p>
            <p>
              <Said text={consequence.text} />
            </p>
          </Note>
        </div>
      )}
      <div className="cols2">
        <Payload
          title="Input"
          value={step.input}
          note={
            step.input === null || (Array.isArray(step.input) && step.input.length === 0)
              ? "The step takes none of its own: it works on the run's input and on what the steps before it gave."
              : undefined
          }
        />
        <Payload title={isWait(step) ? "What it got" : "Output"} value={step.output} note={none} />
      </div>
      {attempts.length > 0 && (
        <div className="scroll pt-6">
          <table className="table">
            <caption className="sr">Attempts of {step.name}</caption>
            <thead>
              <tr>
                <th scope="col">Attempt</th>
                <th scope="col">Started, {zoneName(now, zone)}</th>
                <th scope="col" className="num">
                  Ran
                </th>
                <th scope="col">Result</th>
              </tr>
            </thead>
            <tbody>
              {attempts.map((one, index) => (
                <tr key={one.attempt}>
                  <td>
                    {one.attempt} of {max ?? "?"}
                  </td>
                  <td>
                    <Time ms={one.startedAt} bare exact />
                  </td>
                  <td className="num">
                    {one.endedAt === null ? "–" : formatTook(one.endedAt - one.startedAt)}
                  </td>
                  <td className="wrap">
                    {one.error !== null ? (
                      <span className="status" data-tone="danger">
                        <Icon name="circle-x" />
                        <span className="whitespace-normal">
                          <Said text={one.error} />
                        </span>
                      </span>
                    ) : one.endedAt !== null ? (
                      <StatusBadge look={stepLook.completed} />
                    ) : attempts[index + 1] ? (
                      <span className="status" data-tone="unknown">
                        <Icon name="circle-question-mark" />
                        its end was not recorded
                      </span>
                    ) : (
                      <StatusBadge look={stepLook.running} />
                    )}
                  </td>
                </tr>
              ))}
              {step.status === "retrying" && (
                <tr>
                  <td>
                    {step.attempts + 1} of {max ?? "?"}
                  </td>
                  <td>
                    {run.nextAttemptAt === null
                      ? "not known"
                      : formatTime(run.nextAttemptAt, zone, now, { bare: true })}
                  </td>
                  <td className="num">–</td>
                  <td>
                    <StatusBadge
                      look={{
                        ...stepLook.waiting,
                        label:
                          run.nextAttemptAt === null
                            ? "Later"
                            : run.nextAttemptAt > now
                              ? `In ${formatTook(run.nextAttemptAt - now)}`
                              : "Due",
                      }}
                    />
                  </td>
                </tr>
              )}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  );
}
