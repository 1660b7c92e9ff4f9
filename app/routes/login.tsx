import type { ActionFunctionArgs, LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { data, redirect } from "@remix-run/node";
import { Form, useLoaderData, useNavigation } from "@remix-run/react";
import { useRef } from "react";
import { recordAudit } from "../../db/desk/audit";
import { authenticate } from "../../db/desk/operators";
import { startSession } from "../../db/desk/sessions";
import { wallClock } from "../../domain/clock";
import { tooManyTries } from "../auth/attempts.server";
import { getOperator, setSession } from "../auth/session.server";
import { HopArt } from "../components/shell/hop-art";
import { BrandName, Mark } from "../components/shell/mark";
import { PracticeAccounts } from "../components/shell/practice-accounts";
import { Field } from "../components/ui/field";
import { Icon } from "../components/ui/icon";
import { Note } from "../components/ui/note";
import { safePath } from "../lib/safe-path";
import { useAnswer } from "../lib/use-answer";

export const meta: MetaFunction = () => [{ title: "Sign in · Purple Flea Operator" }];

const text = (value: FormDataEntryValue | null): string => (typeof value === "string" ? value : "");

export async function loader({ request, context }: LoaderFunctionArgs) {
  if (await getOperator(request, context)) return redirect("/");
  return {
    accounts: context.config.demoAccounts.map(({ email, password, role }) => ({ email, password, role })),
    practice: context.practice !== undefined,
    next: safePath(new URL(request.url).searchParams.get("next")),
  };
}

export async function action({ request, context }: ActionFunctionArgs) {
  const form = await request.formData();
  const email = text(form.get("email")).trim().toLowerCase();
  const wait = tooManyTries([`email ${email}`], wallClock.now());
  if (wait !== null)
    return data(
      {
        email,
        message: `Too many tries for this e-mail in one minute. Nothing is wrong with the account: try again in ${wait} s.`,
      },
      { status: 429, headers: { "retry-after": String(wait) } },
    );
  const operator = await authenticate(context.read, email, text(form.get("password")));
  if (!operator)
    return data(
      {
        email,
        message:
          "This e-mail and password do not belong together. Check both; after ten tries in a minute the next has to wait.",
      },
      { status: 401 },
    );
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
  const { accounts, next, practice } = useLoaderData<typeof loader>();
  const result = useAnswer<typeof action>();
  const form = useRef<HTMLFormElement>(null);
  const busy = useNavigation().state === "submitting";
  return (
    <div className="login">
      <main>
        <div className="login-head">
          <span className="brand">
            <Mark />
            <BrandName />
          </span>
          {practice && (
            <span className="env">
              <Icon name="flask-conical" />
              Sandbox
            </span>
          )}
        </div>
        <div className="login-in">
          <div>
            <h1>Sign in</h1>
            <p className="text-text-muted">To watch balances and decide escrows.</p>
          </div>
          {result?.message && (
            <Note tone="danger" icon="circle-alert" alert>
              <span id="refused">{result.message}</span>
            </Note>
          )}
          <Form ref={form} method="post" className="grid gap-4">
            <input type="hidden" name="next" value={next} />
            <Field
              label="Email"
              name="email"
              type="email"
              autoComplete="username"
              required
              defaultValue={result?.email}
              aria-invalid={result?.message ? true : undefined}
              aria-describedby={result?.message ? "refused" : undefined}
            />
            <Field
              label="Password"
              name="password"
              type="password"
              autoComplete="current-password"
              required
              aria-invalid={result?.message ? true : undefined}
              aria-describedby={result?.message ? "refused" : undefined}
            />
            <button className="btn btn-primary" type="submit">
              {busy ? "Signing in…" : "Sign in"}
            </button>
          </Form>
          <PracticeAccounts
            accounts={accounts}
            use={(account) => {
              const fields = form.current?.elements;
              const fill = (name: string, value: string) => {
                const field = fields?.namedItem(name);
                if (field instanceof HTMLInputElement) field.value = value;
              };
              fill("email", account.email);
              fill("password", account.password);
              form.current?.querySelector("button")?.focus();
            }}
          />
        </div>
      </main>
      <aside aria-label="How a decision is followed">
        <HopArt />
        <div className="max-w-[440px] mt-10">
          <h2 className="text-section">Nothing is shown as done before it is done.</h2>
          <p className="text-lead text-text-muted mt-1">
            Every decision is followed over four hops. If one is stuck, it is named, with the time it has
            waited. What we do not know is shown as unknown.
          </p>
        </div>
      </aside>
    </div>
  );
}
