import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { data, redirect } from "@remix-run/node";
import { Form, Link, useLoaderData } from "@remix-run/react";
import type { ReactNode } from "react";
import { setTimeZone } from "../../db/desk/operators";
import { listSessions } from "../../db/desk/sessions";
import { countUnsent, getSendTrouble } from "../../db/read/outbox";
import { readFreshness } from "../../db/read/overview";
import { newestRunAt } from "../../db/read/runs";
import { newestWebhookAt } from "../../db/read/webhooks";
import { wallClock } from "../../domain/clock";
import { newId } from "../../domain/ids";
import { leavingHeaders, requireSession } from "../auth/session.server";
import { endOneSession, signOutEverywhere } from "../auth/sign-out.server";
import { syncNow } from "../commands/ask.server";
import { statusOf } from "../commands/result";
import { CommandForm } from "../components/desk/command-form";
import { DataTable } from "../components/desk/data-table";
import { Age, Time, useNow } from "../components/desk/moment";
import { PageHead } from "../components/desk/page-head";
import { Section } from "../components/desk/section";
import { SessionList } from "../components/desk/session-list";
import { Icon } from "../components/ui/icon";
import { whyNotSent } from "../lib/sending-words";
import { formatTime } from "../lib/time";
import { useAnswer } from "../lib/use-answer";
import { sentPath } from "../lib/paths";
import { Said } from "../components/desk/said-text";

export async function loader({ request, context }: LoaderFunctionArgs) {
  const { operator, session } = await requireSession(request, context);
  const { read, config, clock } = context;
  const wallNow = wallClock.now();
  return {
    sessions: listSessions(read, config.session, operator.id, wallNow).map(
      ({ id, device, address, createdAt, seenAt }) => ({
        id,
        device,
        address,
        ageMs: wallNow - createdAt,
        unseenMs: wallNow - seenAt,
        isThis: id === session.id,
      }),
    ),
    idleMs: config.session.idleMs,
    lifeMs: config.session.lifeMs,
    commandId: newId(clock.now()),
    zone: operator.timeZone,
    zones: Intl.supportedValuesOf("timeZone"),
    closed: operator.role === "viewer" ? "Your role may look and not act." : null,
    mode: config.mode,
    engine: config.engine,
    keys: config.keys,
    sources: readFreshness(read),
    lastRun: newestRunAt(read),
    lastWebhook: newestWebhookAt(read),
    unsent: countUnsent(read).n,
    trouble: getSendTrouble(read),
  };
}

export async function action({ request, context }: ActionFunctionArgs) {
  const { operator, session } = await requireSession(request, context);
  const form = await request.formData();
  const asked = form.get("do");
  if (asked === "zone") {
    const zone = form.get("zone");
    if (typeof zone === "string" && (zone === "UTC" || Intl.supportedValuesOf("timeZone").includes(zone)))
      setTimeZone(context.desk, operator.id, zone);
    return redirect("/settings");
  }
  if (asked === "sign-out") {
    signOutEverywhere(request, context, operator);
    return redirect("/login", { headers: await leavingHeaders(context) });
  }
  if (asked === "end-others") {
    signOutEverywhere(request, context, operator, session);
    return redirect("/settings");
  }
  if (asked === "end-session") {
    const id = form.get("session");
    if (typeof id === "string") endOneSession(request, context, operator, id);
    return redirect("/settings");
  }
  const result = syncNow(context, operator, form);
  if (result.kind === "accepted" || result.kind === "duplicate") return redirect(sentPath(result.commandId));
  return data(result, { status: statusOf(result) });
}

type Loaded = ReturnType<typeof useLoaderData<typeof loader>>;

export default function Settings() {
  const loaded = useLoaderData<typeof loader>();
  const { commandId, zone, zones, closed, sources } = loaded;
  const result = useAnswer<typeof action>();
  const { now } = useNow();
  return (
    <>
      <PageHead title="Settings" lead="Yours, and how this desk is connected." />
      <Section title="Time zone">
        <Form method="post" className="form">
          <input type="hidden" name="do" value="zone" />
          <div className="field">
            <label htmlFor="zone">Every time on every page is shown in</label>
            <div className="select">
              <select id="zone" className="input" name="zone" defaultValue={zone} key={zone}>
                <option>UTC</option>
                {zones.map((name) => (
                  <option key={name}>{name}</option>
                ))}
              </select>
              <Icon name="chevron-down" size={16} />
            </div>
            <p className="hint">
              Now it is {formatTime(now, zone, now)}. UTC stands behind each time, on hover.
            </p>
          </div>
          <div className="actions">
            <button className="btn" type="submit">
              Save zone
            </button>
          </div>
        </Form>
      </Section>
      <Section
        title="Connections"
        end={
          <Link className="btn btn-s" to="/settings" reloadDocument>
            <Icon name="refresh-cw" />
            Look again
          </Link>
        }
      >
        <Connections loaded={loaded} />
      </Section>
      <Section title="What was last read from Purple Flea">
        <table className="table">
          <caption className="sr">Sources and when they were last read</caption>
          <thead>
            <tr>
              <th scope="col">Source</th>
              <th scope="col">Last good read</th>
              <th scope="col">Last failure</th>
            </tr>
          </thead>
          <tbody>
            {sources.map(({ source, syncedAt, error }) => (
              <tr key={source}>
                <td>{source.charAt(0).toUpperCase() + source.slice(1)}</td>
                <td>{syncedAt === null ? "never" : <Time ms={syncedAt} />}</td>
                <td>
                  {error === null ? (
                    <span className="text-text-muted">none since</span>
                  ) : (
                    <span className="text-danger">
                      <Said text={error} />
                    </span>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        <div className="pt-3">
          <CommandForm commandId={commandId} problem={result} button="Sync now" closed={closed} />
        </div>
      </Section>
      <Section title="Sessions">
        <SessionList sessions={loaded.sessions} idleMs={loaded.idleMs} lifeMs={loaded.lifeMs} />
      </Section>
    </>
  );
}

const modes = {
  live: "live: real money at Purple Flea",
  practice: "practice: a sandbox on this machine, no real money",
  test: "test",
};

/** Each end of the desk: whether it is there, when it was last heard of, and what to do when it is not. */
function Connections({ loaded }: { loaded: Loaded }) {
  const { mode, engine, keys, sources, lastRun, lastWebhook, unsent, trouble } = loaded;
  const failing = sources.filter((source) => source.error !== null);
  const lastRead = sources.reduce<number | null>(
    (latest, { syncedAt }) => (syncedAt === null ? latest : Math.max(latest ?? 0, syncedAt)),
    null,
  );
  const heard = (ms: number | null, word: string) =>
    ms === null ? (
      `${word} never`
    ) : (
      <>
        {word} <Age ms={ms} />
      </>
    );
  const lines: { what: string; ok: boolean | null; label: string; where: ReactNode }[] = [
    { what: "Mode", ok: true, label: mode, where: modes[mode] },
    {
      what: "Event engine",
      ok: unsent === 0,
      label: unsent === 0 ? "takes events" : `${unsent} not taken yet`,
      where: (
        <>
          <code>{engine}</code>, {heard(lastRun, "last called us")}. {trouble && `${whyNotSent(trouble)} `}
          {unsent > 0 && (
            <>
              What waits is in the{" "}
              <Link className="underline" to="/outbox">
                outbox
              </Link>{" "}
              and goes out by itself.
            </>
          )}
        </>
      ),
    },
    {
      what: "Purple Flea",
      ok: failing.length === 0 && lastRead !== null,
      label:
        lastRead === null
          ? "not read yet"
          : failing.length === 0
            ? "answers"
            : `${failing.length} sources fail`,
      where: <>{heard(lastRead, "last read")}. Each source is listed below.</>,
    },
    {
      what: "Webhooks",
      ok: lastWebhook !== null,
      label: lastWebhook === null ? "none has come" : "come in",
      where: (
        <>
          <code>/webhooks/purple-flea</code>, {heard(lastWebhook, "last one")}.{" "}
          <Link className="underline" to="/webhooks">
            What came
          </Link>
        </>
      ),
    },
    ...keys.map(({ name, what, present, needed }) => ({
      what,
      ok: present ? true : needed ? false : null,
      label: present ? "set" : needed ? "missing" : "not set, not needed",
      where: (
        <>
          <code>{name}</code>
          {!present && needed && ", set it in the environment and start again"}
        </>
      ),
    })),
  ];
  return (
    <DataTable
      label="Each connection"
      rows={lines}
      keyOf={(line) => line.what}
      empty={null}
      columns={[
        { id: "what", head: "What", place: 1, cell: (line) => line.what },
        { id: "state", head: "State", place: 2, cell: ({ ok, label }) => <State ok={ok} label={label} /> },
        { id: "where", head: "Where, and what to do", kind: "wide", place: 5, cell: (line) => line.where },
      ]}
    />
  );
}

/** Null is neither good nor bad. */
function State({ ok, label }: { ok: boolean | null; label: string }) {
  const [tone, icon] =
    ok === null
      ? ["none", "circle-minus"]
      : ok
        ? ["positive", "circle-check"]
        : ["caution", "triangle-alert"];
  return (
    <span className="status" data-tone={tone}>
      <Icon name={icon} />
      {label}
    </span>
  );
}
