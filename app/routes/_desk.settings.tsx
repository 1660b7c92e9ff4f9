import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { data, redirect } from "@remix-run/node";
import { Form, useActionData, useLoaderData } from "@remix-run/react";
import { setTimeZone } from "../../db/desk/operators";
import { endSessions } from "../../db/desk/sessions";
import { newId } from "../../domain/ids";
import { requireOperator } from "../auth/session.server";
import { syncNow } from "../commands/ask.server";
import { statusOf } from "../commands/result";
import { CommandForm } from "../components/desk/command-form";
import { PageHead } from "../components/desk/page-head";

export async function loader({ request, context }: LoaderFunctionArgs) {
  const operator = await requireOperator(request, context);
  return {
    commandId: newId(context.clock.now()),
    zone: operator.timeZone,
    zones: Intl.supportedValuesOf("timeZone"),
    mode: context.config.mode,
    engine: context.config.engine,
  };
}

export async function action({ request, context }: ActionFunctionArgs) {
  const operator = await requireOperator(request, context);
  const form = await request.formData();
  if (form.get("do") === "zone") {
    const zone = form.get("zone");
    if (typeof zone === "string" && (zone === "UTC" || Intl.supportedValuesOf("timeZone").includes(zone)))
      setTimeZone(context.desk, operator.id, zone);
    return redirect("/settings");
  }
  if (form.get("do") === "sign-out") {
    endSessions(context.desk, operator.id);
    return redirect("/login");
  }
  const result = syncNow(context, operator, form);
  if (result.kind === "accepted" || result.kind === "duplicate") return redirect(`/sent/${result.commandId}`);
  return data(result, { status: statusOf(result) });
}

export default function Settings() {
  const { commandId, zone, zones, mode, engine } = useLoaderData<typeof loader>();
  const result = useActionData<typeof action>();
  return (
    <>
      <PageHead title="Settings" />
      <div className="grid gap-8" style={{ maxWidth: 560 }}>
        <Form method="post" className="flex flex-wrap items-end gap-3">
          <input type="hidden" name="do" value="zone" />
          <label>
            Time zone of every time shown
            <select className="input" name="zone" defaultValue={zone}>
              <option>UTC</option>
              {zones.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
          <button className="btn" type="submit">
            Save zone
          </button>
        </Form>
        <section className="grid gap-2">
          <h2>Mirror</h2>
          <p className="text-text-muted">Everything is read from Purple Flea every five minutes.</p>
          <CommandForm commandId={commandId} problem={result} button="Sync now" />
        </section>
        <section>
          <h2 className="pb-2">Connections</h2>
          <dl className="kv">
            <dt>Mode</dt>
            <dd>{mode}</dd>
            <dt>Event engine</dt>
            <dd>{engine}</dd>
          </dl>
        </section>
        <Form method="post">
          <input type="hidden" name="do" value="sign-out" />
          <button className="btn btn-danger" type="submit">
            Sign out everywhere
          </button>
        </Form>
      </div>
    </>
  );
}
