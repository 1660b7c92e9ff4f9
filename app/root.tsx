import type { LinksFunction, LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { Links, Meta, Outlet, Scripts, ScrollRestoration, useRouteLoaderData } from "@remix-run/react";
import type { ReactNode } from "react";
import { PageError } from "./components/shell/page-error";
import { readTheme } from "./lib/theme.server";
import inter from "./styles/fonts/inter-latin.woff2?url";
import styles from "./tailwind.css?url";

export const links: LinksFunction = () => [
  { rel: "preload", href: inter, as: "font", type: "font/woff2", crossOrigin: "anonymous" },
  { rel: "stylesheet", href: styles },
  { rel: "icon", href: "/mark.svg", type: "image/svg+xml" },
];
export const meta: MetaFunction = () => [{ title: "Purple Flea Operator" }];

export async function loader({ request, context }: LoaderFunctionArgs) {
  return { theme: await readTheme(request), nonce: context.nonce };
}

export function Layout({ children }: { children: ReactNode }) {
  const data = useRouteLoaderData<typeof loader>("root");
  const theme = data?.theme ?? "system";
  // The browser hides a nonce from scripts, so what it shows at hydration differs from what was sent.
  const nonce = typeof document === "undefined" ? data?.nonce : undefined;
  return (
    <html lang="en" data-theme={theme}>
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
        {/* The canvas is the right one before the stylesheet is there. */}
        <meta name="color-scheme" content={theme === "system" ? "light dark" : theme} />
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

/** For what fails outside the desk's frame; inside it the shell draws the error and the navigation stays. */
export function ErrorBoundary() {
  return (
    <main className="page">
      <PageError />
    </main>
  );
}
