import { Form, Link } from "@remix-run/react";
import type { Source } from "../../../domain/statuses";
import { isStale } from "../../../domain/freshness";
import { formatDuration } from "../../lib/time";
import type { Theme } from "../../lib/theme";
import { useNow } from "../desk/moment";
import { Icon } from "../ui/icon";
import { Menu } from "../ui/menu";
import { Mark } from "./mark";
import { themeIcon, ThemeChoice } from "./theme-choice";

export interface Freshness {
  source: Source;
  syncedAt: number | null;
}

/** How old what is shown is: the oldest source, or the stale ones by name. */
function Synced({ sources }: { sources: Freshness[] }) {
  const { now } = useNow();
  const read = sources.flatMap(({ syncedAt }) => (syncedAt === null ? [] : [syncedAt]));
  const oldest = read.length > 0 ? Math.min(...read) : null;
  const stale = sources.filter(({ syncedAt }) => syncedAt !== null && isStale(syncedAt, now));
  const age = oldest === null ? "" : formatDuration(now - oldest);
  return (
    <Link to="/#sources" className={`fresh ${stale.length > 0 || oldest === null ? "is-stale" : ""}`}>
      <Icon name={stale.length > 0 || oldest === null ? "clock-alert" : "circle-check"} />
      {oldest === null ? (
        "Not synced yet"
      ) : stale.length > 0 ? (
        <span>
          <span className="not-phone">
            {stale.length === 1 ? "1 stale source: " : `${stale.length} stale sources, `}
          </span>
          {stale.length === 1 ? stale[0]?.source : "oldest"} {age}
        </span>
      ) : (
        <span>
          <span className="not-phone">Synced </span>
          {age} ago
        </span>
      )}
    </Link>
  );
}

/** Search, age, where this is, theme, and who. */
export function TopBar({
  operator,
  sources,
  practice,
  theme,
}: {
  operator: { name: string; email: string; role: string };
  sources: Freshness[];
  practice: boolean;
  theme: Theme;
}) {
  const initials = operator.name
    .split(/[\s@.]+/)
    .slice(0, 2)
    .map((word) => word.charAt(0).toUpperCase())
    .join("");
  return (
    <header className="bar">
      <Link className="brand only-narrow" to="/" aria-label="Purple Flea Operator, overview">
        <Mark />
      </Link>
      <Form role="search" action="/search" className="jump">
        <Icon name="search" size={16} />
        <input
          id="search"
          name="q"
          type="text"
          autoComplete="off"
          spellCheck={false}
          aria-label="Search or jump to"
          aria-keyshortcuts="Control+K /"
          placeholder="Search or jump to"
        />
        <kbd aria-hidden>Ctrl K</kbd>
      </Form>
      <div className="bar-right">
        <Synced sources={sources} />
        {practice && (
          <Link className="env" to="/sandbox">
            <Icon name="flask-conical" />
            Sandbox
          </Link>
        )}
        <Menu
          className="menu theme"
          summaryClass="btn btn-quiet btn-icon"
          summary={
            <>
              <Icon name={themeIcon[theme]} size={16} />
              <span className="sr">Theme: {theme}</span>
            </>
          }
        >
          <div className="pop">
            <ThemeChoice theme={theme} />
          </div>
        </Menu>
        <Menu
          summaryClass="who"
          summary={
            <>
              <span className="face" aria-hidden>
                {initials}
              </span>
              <span className="not-phone">{operator.name}</span>
              <span className="sr">{operator.name}, account menu</span>
              <span className="not-phone">
                <Icon name="chevron-down" />
              </span>
            </>
          }
        >
          <div className="pop">
            <p className="px-2 pt-1 font-medium">{operator.name}</p>
            <p className="px-2 pb-2 text-meta text-text-muted">
              {operator.email}, {operator.role}
            </p>
            <hr />
            <div className="only-phone w-full">
              <div className="w-full">
                <ThemeChoice theme={theme} />
                <hr />
              </div>
            </div>
            <Link className="pop-item" to="/settings">
              <Icon name="settings" size={16} />
              Settings
            </Link>
            <Form method="post" action="/logout" reloadDocument>
              <button className="pop-item" type="submit">
                <Icon name="log-out" size={16} />
                Sign out
              </button>
            </Form>
          </div>
        </Menu>
        <Link className="btn btn-quiet btn-icon only-phone" to="/search" aria-label="Search">
          <Icon name="search" size={20} />
        </Link>
      </div>
    </header>
  );
}
