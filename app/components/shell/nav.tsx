import { Link, NavLink } from "@remix-run/react";
import { pagesHere, type DeskPage, type NavCount, type NavCounts } from "../../lib/navigation";
import { Icon } from "../ui/icon";
import { Menu } from "../ui/menu";
import { BrandName, Mark } from "./mark";

function Count({ count }: { count: NavCount | undefined }) {
  if (!count) return null;
  return (
    <span className={`nav-count ${count.alert ? "is-alert" : ""}`}>
      {count.alert && <Icon name="circle-x" />}
      {count.text}
      <span className="sr"> {count.of}</span>
    </span>
  );
}

function PageLink({ page, counts }: { page: DeskPage; counts: NavCounts }) {
  return (
    <li>
      <NavLink to={page.path} end={page.path === "/"} className="nav-link">
        <Icon name={page.icon} size={16} />
        {page.label}
        <Count count={counts[page.path]} />
      </NavLink>
    </li>
  );
}

function Groups({ pages, counts, id }: { pages: DeskPage[]; counts: NavCounts; id: string }) {
  return (
    <>
      {(["top", "money", "system"] as const).map((group) => {
        const links = pages.filter((page) => page.group === group);
        if (links.length === 0) return null;
        const name = { top: null, money: "Money", system: "System" }[group];
        return (
          <div key={group} className="nav-group">
            {name && <p id={`${id}-${group}`}>{name}</p>}
            <ul aria-labelledby={name ? `${id}-${group}` : undefined}>
              {links.map((page) => (
                <PageLink key={page.path} page={page} counts={counts} />
              ))}
            </ul>
          </div>
        );
      })}
    </>
  );
}

/** The sidebar, from 1024 px on. */
export function SideNav({
  practice,
  counts,
  keys,
}: {
  practice: boolean;
  counts: NavCounts;
  keys: () => void;
}) {
  const pages = pagesHere(practice);
  return (
    <aside className="side" aria-label="Sidebar">
      <div className="side-in">
        <Link className="brand" to="/">
          <Mark />
          <BrandName />
        </Link>
        <nav aria-label="Main">
          <Groups pages={pages} counts={counts} id="nav" />
        </nav>
        <div className="side-foot">
          {pages
            .filter((page) => page.group === "foot")
            .map((page) => (
              <NavLink
                key={page.path}
                to={page.path}
                className="nav-link"
                onClick={(event) => {
                  if (page.path !== "/keys") return;
                  event.preventDefault();
                  keys();
                }}
              >
                <Icon name={page.icon} size={16} />
                {page.label}
                {page.path === "/keys" && <kbd aria-hidden>?</kbd>}
              </NavLink>
            ))}
        </div>
      </div>
    </aside>
  );
}

/** Five tabs at the bottom under 1024 px; the last holds the other pages. */
export function BottomTabs({ practice, counts }: { practice: boolean; counts: NavCounts }) {
  const pages = pagesHere(practice);
  return (
    <nav className="tabs" aria-label="Main, small">
      {pages
        .filter((page) => page.tab)
        .map((page) => {
          const count = counts[page.path];
          return (
            <NavLink key={page.path} to={page.path} end={page.path === "/"} className="tab">
              <Icon name={page.icon} size={20} />
              {page.label}
              {count?.alert && (
                <span className="n">
                  {count.text}
                  <span className="sr"> {count.of}</span>
                </span>
              )}
            </NavLink>
          );
        })}
      <Menu
        className="grid"
        summaryClass="tab"
        summary={
          <>
            <Icon name="ellipsis" size={20} />
            More
          </>
        }
      >
        <div className="drawer">
          <Groups pages={pages.filter((page) => !page.tab)} counts={counts} id="more" />
          <ul className="nav-group">
            {pages
              .filter((page) => page.group === "foot")
              .map((page) => (
                <PageLink key={page.path} page={page} counts={counts} />
              ))}
          </ul>
        </div>
      </Menu>
    </nav>
  );
}
