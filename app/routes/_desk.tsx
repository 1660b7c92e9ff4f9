import type { LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import { Outlet, useLocation, useRouteLoaderData } from "@remix-run/react";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { readFreshness } from "../../db/read/overview";
import { countHeld, listPauses } from "../../db/read/pauses";
import { dataVersion, unchanged } from "../../db/read/unchanged";
import { requirePresence } from "../auth/session.server";
import { ServerClock } from "../components/desk/moment";
import { PauseBanner } from "../components/desk/standing";
import { KeysDialog, useKeys } from "../components/shell/keys";
import { BottomTabs, SideNav } from "../components/shell/nav";
import { PageError } from "../components/shell/page-error";
import { TopBar } from "../components/shell/top-bar";
import { CopyListener } from "../components/ui/copy-button";
import { Icon } from "../components/ui/icon";
import { countForNav } from "../lib/nav-counts.server";
import { titleAt } from "../lib/navigation";
import { readPanel } from "../lib/panel.server";
import type { Theme } from "../lib/theme";
import { useLive } from "../lib/use-live";
import { useSessionEnd } from "../lib/use-session-end";

export async function loader({ request, context }: LoaderFunctionArgs) {
  const { operator, leftMs } = await requirePresence(request, context);
  const { read } = context;
  const now = context.clock.now();
  // Taken first: what is written while the rest is read is told once more rather than never.
  const version = dataVersion(read);
  // The frame stands whatever a page's panels meet: a count that cannot be read is left out.
  const counts = readPanel(context, "navigation", () => countForNav(read, now));
  const sources = readPanel(context, "freshness", () =>
    unchanged(read, "freshness", () => readFreshness(read)),
  );
  const pauses = readPanel(context, "pauses", () =>
    unchanged(read, "pauses", () => ({ list: listPauses(read), held: countHeld(read) })),
  );
  return {
    now,
    version,
    sessionLeftMs: leftMs,
    zone: operator.timeZone,
    operator: { name: operator.name, email: operator.email, role: operator.role },
    practice: context.practice !== undefined,
    sources: sources.ok ? sources.value.map(({ source, syncedAt }) => ({ source, syncedAt })) : [],
    counts: counts.ok ? counts.value : {},
    pauses: pauses.ok ? pauses.value : { list: [], held: 0 },
  };
}

export const meta: MetaFunction<typeof loader> = ({ data, location }) => [
  { title: titleAt(location.pathname, data?.counts ?? {}) },
];

/** Says the page's name to a screen reader when it changes without a load. */
function Announcer() {
  const { pathname } = useLocation();
  const [said, setSaid] = useState("");
  const first = useRef(true);
  useEffect(() => {
    if (!first.current) setSaid(document.title);
    first.current = false;
  }, [pathname]);
  return (
    <p className="sr" role="status">
      {said}
    </p>
  );
}

function Shell({ children }: { children: ReactNode }) {
  const shell = useRouteLoaderData<typeof loader>("routes/_desk");
  const theme = useRouteLoaderData<{ theme: Theme }>("root")?.theme ?? "system";
  const keys = useRef<HTMLDialogElement>(null);
  const practice = shell?.practice ?? false;
  useLive(shell?.version);
  useSessionEnd(shell?.now, shell?.sessionLeftMs);
  useKeys(practice, keys);
  if (!shell) return <main className="page">{children}</main>;
  return (
    <ServerClock now={shell.now}>
      <a href="#content" className="skip">
        Skip to content
      </a>
      <div className="app">
        <SideNav practice={practice} counts={shell.counts} keys={() => keys.current?.showModal()} />
        <div className="min-w-0">
          <TopBar operator={shell.operator} sources={shell.sources} practice={practice} theme={theme} />
          {practice && (
            <aside aria-label="Practice" className="banner is-quiet">
              <Icon name="flask-conical" size={16} />
              <p>
                <b>Practice money.</b> Everything here happens in the sandbox on this machine.
              </p>
            </aside>
          )}
          <PauseBanner pauses={shell.pauses.list} held={shell.pauses.held} />
          <main id="content" tabIndex={-1} className="page">
            {children}
          </main>
        </div>
      </div>
      <BottomTabs practice={practice} counts={shell.counts} />
      <KeysDialog practice={practice} dialog={keys} />
      <Announcer />
      <CopyListener />
    </ServerClock>
  );
}

export default function Desk() {
  return (
    <Shell>
      <Outlet />
    </Shell>
  );
}

/** Draws what any page below could not show, inside the frame: the navigation stays. */
export function ErrorBoundary() {
  return (
    <Shell>
      <PageError />
    </Shell>
  );
}
