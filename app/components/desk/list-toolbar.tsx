import { Form, Link } from "@remix-run/react";
import type { ReactNode } from "react";
import { changed } from "../../lib/list-address";
import { Icon } from "../ui/icon";
import { Menu } from "../ui/menu";
import { Said } from "./said-text";

/** Tabs over a list, each with how many it holds. */
export function ViewTabs({
  label,
  views,
}: {
  label: string;
  views: { to: string; label: string; count?: string; current: boolean }[];
}) {
  return (
    <nav className="views" aria-label={label}>
      {views.map((view) => (
        <Link key={view.to} to={view.to} aria-current={view.current ? "page" : undefined}>
          {view.label}
          {view.count !== undefined && <span className="n">{view.count}</span>}
        </Link>
      ))}
    </nav>
  );
}

/** One filter: a menu of what it can be set to, or, once set, a chip that takes it away. */
export function FilterChip({
  name,
  label,
  value,
  options,
  search,
  children,
}: {
  /** The address's parameter; several when it takes more than one to say it. */
  name: string | string[];
  label: string;
  value?: string;
  options: { value: string; label: string; count?: string }[];
  search: string;
  children?: ReactNode;
}) {
  const names = Array.isArray(name) ? name : [name];
  const none = Object.fromEntries(names.map((one) => [one, null]));
  if (value !== undefined)
    return (
      <Link className="chip is-on" to={changed(search, none)} preventScrollReset>
        {label}{" "}
        <b>
          <Said text={value} />
        </b>
        <Icon name="x" />
        <span className="sr">remove filter</span>
      </Link>
    );
  return (
    <Menu
      summaryClass="chip"
      summary={
        <>
          <Icon name="plus" />
          {label}
        </>
      }
    >
      <div className="pop is-start">
        {options.map((option) => (
          <Link
            key={option.value}
            className="pop-item"
            to={changed(search, { ...none, [names[0] ?? ""]: option.value })}
            preventScrollReset
          >
            <Said text={option.label} />
            {option.count !== undefined && <span className="n">{option.count}</span>}
          </Link>
        ))}
        {children}
      </div>
    </Menu>
  );
}

/** Two days that bound a list, in the operator's zone. */
export function DayRange({ search, zone }: { search: string; zone: string }) {
  const others = [...new URLSearchParams(search)].filter(
    ([name]) => !["from", "until", "placed", "after", "before", "last"].includes(name),
  );
  return (
    <Form method="get" className="day-range">
      {others.map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <label>
        From
        <input className="input" type="date" name="from" />
      </label>
      <label>
        Up to and including
        <input className="input" type="date" name="until" />
      </label>
      <p className="hint">Days of {zone}</p>
      <button className="btn btn-s" type="submit">
        Show these days
      </button>
    </Form>
  );
}

/** Says how many rows came since the page was read; they wait until they are asked for. */
export function FreshRows({ count, to }: { count: number; to: string }) {
  return (
    <span aria-live="polite" className="fresh-rows">
      {count > 0 && (
        // The page stands still until it is asked: this asks for all of it.
        <Link className="btn btn-s newpill" to={to} reloadDocument>
          <Icon name="arrow-up" />
          {count.toLocaleString("en")} new
        </Link>
      )}
    </span>
  );
}

/** Which columns are shown, in the table and in the CSV, and how dense its rows are. Kept for the operator. */
export function ListShape({
  names,
  shown,
  comfortable,
  csv,
}: {
  names: Record<string, string>;
  shown: readonly string[];
  comfortable: boolean;
  csv: string;
}) {
  const [first] = Object.keys(names);
  const ids = [...shown, ...Object.keys(names).filter((id) => !shown.includes(id))];
  return (
    <>
      <Form method="post" preventScrollReset>
        <input type="hidden" name="do" value="rows" />
        <button className="btn btn-s" type="submit">
          <Icon name="rows-3" />
          {comfortable ? "Comfortable" : "Compact"}
          <span className="sr">rows, change</span>
        </button>
      </Form>
      <Menu
        summaryClass="btn btn-s"
        summary={
          <>
            <Icon name="columns-3" />
            Columns
          </>
        }
      >
        <Form key={shown.join()} method="post" className="pop" preventScrollReset>
          <h2>Shown in the table and in the CSV</h2>
          {/* Enter in the form means this and not the first arrow. */}
          <button type="submit" name="do" value="columns" hidden />
          <ul>
            {ids.map((id) => (
              <li key={id} className="pop-item">
                <label>
                  <input
                    className="check"
                    type="checkbox"
                    name="column"
                    value={id}
                    defaultChecked={shown.includes(id)}
                    disabled={id === first}
                  />
                  {names[id]}
                </label>
                {id === first ? (
                  <Icon name="lock" />
                ) : (
                  shown.includes(id) &&
                  shown.indexOf(id) > 1 && (
                    <button className="copy" type="submit" name="up" value={id}>
                      <Icon name="arrow-up" />
                      <span className="sr">move {names[id]} forward</span>
                    </button>
                  )
                )}
              </li>
            ))}
          </ul>
          <hr />
          <div className="pop-foot">
            <button className="btn btn-s" type="submit" name="do" value="columns">
              Show these
            </button>
            <button className="btn btn-s btn-quiet" type="submit" name="do" value="reset">
              Reset to default
            </button>
          </div>
        </Form>
      </Menu>
      <a className="btn btn-s" href={csv} download>
        <Icon name="download" />
        CSV
      </a>
    </>
  );
}
