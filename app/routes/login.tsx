import type { ActionFunctionArgs, HeadersFunction, LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { data, redirect } from "@remix-run/node";
import { Form, useLoaderData, useNavigation } from "@remix-run/react";
import { useRef } from "react";
import { getSession } from "../auth/session.server";
import { readCredentials, signIn, type SignIn } from "../auth/sign-in.server";
import { HopArt } from "../components/shell/hop-art";
import { BrandName, Mark } from "../components/shell/mark";
import { PracticeAccounts } from "../components/shell/practice-accounts";
import { Field } from "../components/ui/field";
import { Icon } from "../components/ui/icon";
import { Note } from "../components/ui/note";
import { safePath } from "../lib/safe-path";
import { formatDuration } from "../lib/time";
import { useAnswer } from "../lib/use-answer";

export const meta: MetaFunction = () => [{ title: "Sign in · Purple Flea Operator" }];

/** When to try again stands in a header too, for whoever reads no words. */
export const headers: HeadersFunction = ({ actionHeaders }) => {
  const wait = actionHeaders.get("retry-after");
  return new Headers(wait === null ? [] : [["retry-after", wait]]);
};

export async function loader({ request, context }: LoaderFunctionArgs) {
  if (await getSession(request, context)) return redirect("/");
  return {
    accounts: context.config.demoAccounts.map(({ email, password, role }) => ({ email, password, role })),
    practice: context.practice !== undefined,
    next: safePath(new URL(request.url).searchParams.get("next")),
  };
}

export async function action({ request, context }: ActionFunctionArgs) {
  const form = await request.formData();
  const typed = readCredentials(form);
  // What is too long is not sent back either.
  if ("problems" in typed)
    return data({ email: "", message: null, wrong: false, problems: typed.problems }, { status: 422 });
  const result = await signIn(request, context, typed);
  if (result.kind === "signed-in") return redirect(safePath(form.get("next")), { headers: result.headers });
  return data(
    { email: typed.email, message: wordsFor(result), wrong: result.kind === "wrong", problems: noProblems },
    {
      status: { wrong: 401, limited: 429, busy: 503 }[result.kind],
      headers: result.kind === "wrong" ? undefined : { "retry-after": String(result.waitS) },
    },
  );
}

const noProblems: { email?: string; password?: string } = {};

/** Why nobody was signed in, and what now. */
function wordsFor(result: Exclude<SignIn, { kind: "signed-in" }>): string {
  switch (result.kind) {
    case "wrong":
      return "This e-mail and password do not belong together. Check both; after ten wrong tries you have to wait.";
    case "busy":
      return `Too many people sign in at this moment. Nothing is wrong with the account and nothing was checked: try again in ${result.waitS} s.`;
    case "limited": {
      const again = `Nothing is wrong with the account: try again in ${formatDuration(result.waitS * 1_000)}.`;
      switch (result.by) {
        case "device":
          return `Too many wrong tries from this device. ${again}`;
        case "pair":
          return `Too many wrong tries for this e-mail from your address. ${again}`;
        case "place":
          return `Too many wrong tries from your address. ${again}`;
        case "account":
          return `Too many wrong tries for this e-mail from elsewhere. ${again} A browser that was signed in before does not have to wait.`;
      }
    }
  }
}

/** A field is told what is wrong with it, or pointed to what is wrong with both. */
const refusedBy = (problem: string | undefined, wrong = false) =>
  wrong ? { "aria-invalid": true, "aria-describedby": "refused" } : { error: problem };

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
              maxLength={254}
              defaultValue={result?.email}
              {...refusedBy(result?.problems.email, result?.wrong)}
            />
            <Field
              label="Password"
              name="password"
              type="password"
              autoComplete="current-password"
              required
              {...refusedBy(result?.problems.password, result?.wrong)}
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
