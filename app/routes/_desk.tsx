import type { LoaderFunctionArgs } from "@remix-run/node";
import { Form, Link, NavLink, Outlet, useLoaderData } from "@remix-run/react";
import { countEscrows } from "../../db/read/escrows";
import { countUnsent } from "../../db/read/outbox";
import { readFreshness } from "../../db/read/overview";
import { countRunViews } from "../../db/read/runs";
import { requireOperator } from "../auth/session.server";
import { countText } from "../lib/page-request";
import { formatDuration } from "../lib/time";
import { useLive } from "../lib/use-live";

export async function loader({ request, context }: LoaderFunctionArgs) {
  const operator = await requireOperator(request, context);
  const freshness = readFreshness(context.read);
  return {
    now: context.clock.now(),
    zone: operator.timeZone,
    operator: { name: operator.name, role: operator.role },
    practice: context.practice !== undefined,
    counts: {
      pending: countText(countEscrows(context.read).pending),
      failed: countRunViews(context.read).failed.n,
      unsent: countUnsent(context.read).n,
    },
    oldest: freshness.reduce<number | null>(
      (oldest, source) =>
        source.syncedAt === null ? oldest : Math.min(oldest ?? source.syncedAt, source.syncedAt),
      null,
    ),
  };
}

const sections = (practice: boolean) =>
  [
    ["", [["/", "Overview"]]],
    [
      "Money",
      [
        ["/escrows", "Escrows"],
        ["/trades", "Trades"],
        ["/alerts", "Price alerts"],
        ["/balances", "Balances"],
        ["/bets", "Bets"],
        ["/faucet", "Faucet"],
        ["/domains", "Domains"],
      ],
    ],
    [
      "System",
      [
        ["/runs", "Runs"],
        ["/outbox", "Outbox"],
        ["/webhooks", "Webhooks"],
        ["/audit", "Audit log"],
        ["/settings", "Settings"],
        ...(practice ? [["/sandbox", "Sandbox"] as const] : []),
      ],
    ],
  ] as const;

export default function Desk() {
  const { operator, practice, counts, oldest, now } = useLoaderData<typeof loader>();
  useLive();
  const badge: Record<string, string> = {
    "/escrows": counts.pending,
    "/runs": counts.failed > 0 ? `${counts.failed} failed` : "",
    "/outbox": counts.unsent > 0 ? `${counts.unsent} waiting` : "",
  };
  const nav = sections(practice).map(([title, links]) => (
    <div key={title} className="grid gap-0.5 pb-4">
      {title && <p className="px-2 text-meta text-text-muted">{title}</p>}
      {links.map(([to, label]) => (
        <NavLink key={to} to={to} end={to === "/"} className="nav-link">
          {label}
          {badge[to] && <span className="ml-auto text-meta text-text-muted">{badge[to]}</span>}
        </NavLink>
      ))}
    </div>
  ));
  return (
    <div className="lg:grid lg:grid-cols-[224px_minmax(0,1fr)] min-h-screen">
      <a href="#content" className="sr">
        Skip to content
      </a>
      <aside aria-label="Sidebar" className="hidden lg:block bg-sunken p-3 border-r border-line">
        <Link
          to="/"
          className="flex items-center gap-2 p-2 pb-4 text-text"
          style={{ fontWeight: 610, textDecoration: "none" }}
        >
          <img src="/mark.svg" alt="" width={22} height={22} />
          Purple Flea Operator
        </Link>
        <nav aria-label="Main">{nav}</nav>
      </aside>
      <div className="min-w-0">
        <header
          className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2 lg:px-8 border-b border-line"
          style={{ minHeight: 52 }}
        >
          <details className="lg:hidden">
            <summary className="btn">Menu</summary>
            <nav aria-label="Main, small" className="py-3">
              {nav}
            </nav>
          </details>
          <Link to="/#sources" className="text-text-muted">
            {oldest === null ? "Not synced yet" : `Synced ${formatDuration(now - oldest)} ago`}
          </Link>
          <span className="ml-auto text-text-muted">
            {operator.name}, {operator.role}
          </span>
          <Form method="post" action="/logout">
            <button className="btn" type="submit">
              Sign out
            </button>
          </Form>
        </header>
        {practice && (
          <aside aria-label="Practice" className="px-4 lg:px-8 py-2 bg-caution-tint">
            <b>Practice money.</b> Everything here happens in the sandbox on this machine.
          </aside>
        )}
        <main id="content" tabIndex={-1} className="px-4 py-6 lg:px-8" style={{ maxWidth: 1440 }}>
          <Outlet />
        </main>
      </div>
    </div>
  );
}
