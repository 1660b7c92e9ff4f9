import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { data, redirect } from "@remix-run/node";
import { Form, useActionData, useLoaderData } from "@remix-run/react";
import { recordAudit } from "../../db/desk/audit";
import { authenticate } from "../../db/desk/operators";
import { startSession } from "../../db/desk/sessions";
import { wallClock } from "../../domain/clock";
import { tooManyTries } from "../auth/attempts.server";
import { getOperator, setSession } from "../auth/session.server";
import { Field } from "../components/ui/field";
import { safePath } from "../lib/paths";

const text = (value: FormDataEntryValue | null): string => (typeof value === "string" ? value : "");

export async function loader({ request, context }: LoaderFunctionArgs) {
  if (await getOperator(request, context)) return redirect("/");
  return {
    accounts: context.config.demoAccounts,
    next: safePath(new URL(request.url).searchParams.get("next")),
  };
}

export async function action({ request, context }: ActionFunctionArgs) {
  const form = await request.formData();
  const email = text(form.get("email")).trim().toLowerCase();
  const wait = tooManyTries([`email ${email}`], wallClock.now());
  if (wait !== null)
    return data(
      { email, message: `Too many tries. Try again in ${wait} s.` },
      { status: 429, headers: { "retry-after": String(wait) } },
    );
  const operator = await authenticate(context.read, email, text(form.get("password")));
  if (!operator)
    return data({ email, message: "This e-mail and password do not belong together." }, { status: 401 });
  const token = startSession(context.desk, context.config.sessionSecret, operator.id, wallClock.now());
  recordAudit(
    context.desk,
    { actor: { kind: "operator", id: operator.id }, action: "sign-in", result: "accepted" },
    context.clock.now(),
  );
  return redirect(safePath(form.get("next")), {
    headers: { "set-cookie": await setSession(context, token) },
  });
}

export default function Login() {
  const { accounts, next } = useLoaderData<typeof loader>();
  const result = useActionData<typeof action>();
  return (
    <main className="mx-auto grid gap-6 p-6" style={{ maxWidth: 420, paddingTop: "12vh" }}>
      <p className="flex items-center gap-2" style={{ fontWeight: 610 }}>
        <img src="/mark.svg" alt="" width={22} height={22} /> Purple Flea Operator
      </p>
      <h1>Sign in</h1>
      <Form method="post" className="grid gap-4">
        <input type="hidden" name="next" value={next} />
        <Field
          label="Email"
          name="email"
          type="email"
          autoComplete="username"
          required
          defaultValue={result?.email}
        />
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete="current-password"
          required
          error={result?.message}
        />
        <button className="btn btn-primary" type="submit">
          Sign in
        </button>
      </Form>
      {accounts.length > 0 && (
        <section className="panel p-4 grid gap-2" style={{ borderStyle: "dashed" }}>
          <h2>Practice accounts</h2>
          {accounts.map((account) => (
            <Form key={account.email} method="post" className="flex flex-wrap items-center gap-3">
              <input type="hidden" name="email" value={account.email} />
              <input type="hidden" name="password" value={account.password} />
              <input type="hidden" name="next" value={next} />
              <span className="grow">
                {account.email}
                <span className="block text-meta text-text-muted">
                  {account.role}, password {account.password}
                </span>
              </span>
              <button className="btn" type="submit">
                Use<span className="sr"> {account.email}</span>
              </button>
            </Form>
          ))}
        </section>
      )}
    </main>
  );
}
