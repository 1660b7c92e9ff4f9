import type { LinksFunction, LoaderFunctionArgs } from "@remix-run/node";
import { createCookie } from "@remix-run/node";
import {
  isRouteErrorResponse,
  Links,
  Meta,
  Outlet,
  Scripts,
  ScrollRestoration,
  useRouteError,
  useRouteLoaderData,
} from "@remix-run/react";
import type { ReactNode } from "react";
import styles from "./tailwind.css?url";

export const links: LinksFunction = () => [
  { rel: "stylesheet", href: styles },
  { rel: "icon", href: "/mark.svg", type: "image/svg+xml" },
];
export const meta = () => [{ title: "Purple Flea Operator" }];
const themeCookie = createCookie("theme", { sameSite: "lax", path: "/", maxAge: 31_536_000 });

export async function loader({ request, context }: LoaderFunctionArgs) {
  const theme: unknown = await themeCookie.parse(request.headers.get("cookie"));
  return { theme: theme === "dark" || theme === "light" ? theme : null, nonce: context.nonce };
}

export function Layout({ children }: { children: ReactNode }) {
  const data = useRouteLoaderData<typeof loader>("root");
  // The browser hides a nonce from scripts, so what it shows at hydration differs from what was sent.
  const nonce = typeof document === "undefined" ? data?.nonce : undefined;
  return (
    <html lang="en" data-theme={data?.theme ?? undefined}>
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <Meta />
        <Links />
      </head>
      <body>
        {children}
        <ScrollRestoration nonce={nonce} />
        <Scripts nonce={nonce} />
      </body>
    </html>
  );
}

export default function App() {
  return <Outlet />;
}

export function ErrorBoundary() {
  const error = useRouteError();
  const said = isRouteErrorResponse(error);
  return (
    <main className="mx-auto max-w-[560px] p-8 grid gap-3">
      <h1>
        {said && error.status === 404
          ? "There is nothing here"
          : said && error.status === 403
            ? "Not with this role"
            : "This page could not be shown"}
      </h1>
      <p>
        {said && typeof error.data === "string"
          ? error.data
          : "Something failed on our side while reading. No money moved because of it."}
      </p>
      <p>
        <a href="/">Back to the overview</a>
      </p>
    </main>
  );
}
