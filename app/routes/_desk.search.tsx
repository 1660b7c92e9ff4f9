import type { LoaderFunctionArgs } from "@remix-run/node";
import { redirect } from "@remix-run/node";
import { Form, Link, useLoaderData } from "@remix-run/react";
import { findById } from "../../db/read/search";
import { requireOperator } from "../auth/session.server";
import { PageHead } from "../components/desk/page-head";
import { Section } from "../components/desk/section";
import { Empty } from "../components/ui/empty";
import { Icon } from "../components/ui/icon";
import { pagesHere } from "../lib/navigation";
import { pathTo } from "../lib/paths";
import { Said } from "../components/desk/said-text";

/** Leads to the page or thing that is meant when there is one; lists what may be meant otherwise. */
export async function loader({ request, context }: LoaderFunctionArgs) {
  await requireOperator(request, context);
  const q = (new URL(request.url).searchParams.get("q") ?? "").trim().slice(0, 120);
  if (q === "") return { q, pages: [], found: [] };
  const word = q.toLowerCase();
  const pages = pagesHere(context.practice !== undefined);
  const named = pages.find((page) => page.label.toLowerCase() === word || page.path === word);
  if (named) return redirect(named.path);
  const found = findById(context.read, q);
  const whole = found.filter((one) => one.id === q || one.note === q);
  const only = whole.length === 1 ? whole[0] : found.length === 1 ? found[0] : undefined;
  const like = pages.filter((page) => page.label.toLowerCase().includes(word));
  if (only && (whole.length === 1 || like.length === 0)) return redirect(pathTo(only.place));
  const page = like.length === 1 && found.length === 0 ? like[0] : undefined;
  if (page) return redirect(page.path);
  return { q, pages: like, found };
}

export default function Search() {
  const { q, pages, found } = useLoaderData<typeof loader>();
  return (
    <>
      <PageHead
        title={
          q === "" ? (
            "Search"
          ) : (
            <>
              Search: <Said text={q} />
            </>
          )
        }
        lead="A page’s name, or the beginning of an id: an escrow, trade, order, run, alert, bet, command or webhook."
      />
      <Form role="search" aria-label="On this page" className="flex gap-2 max-w-[460px]">
        <input
          className="input"
          name="q"
          key={q}
          defaultValue={q}
          aria-label="A page or an id"
          autoComplete="off"
          spellCheck={false}
        />
        <button className="btn" type="submit">
          Search
        </button>
      </Form>
      {q !== "" && found.length + pages.length === 0 && (
        <Empty
          icon="search"
          title={
            <>
              Nothing begins with <Said quoted text={q} />
            </>
          }
        >
          <p>Ids are matched from their first character on, as they are written.</p>
        </Empty>
      )}
      {pages.length > 0 && (
        <Section title="Pages">
          <ul>
            {pages.map((page) => (
              <li key={page.path} data-row className="py-2 border-b border-line">
                <Link className="status" to={page.path}>
                  <Icon name={page.icon} />
                  {page.label}
                </Link>
              </li>
            ))}
          </ul>
        </Section>
      )}
      {found.length > 0 && (
        <Section title="Found">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Id</th>
                <th scope="col">What</th>
                <th scope="col">Also known as</th>
              </tr>
            </thead>
            <tbody>
              {found.map((one) => (
                <tr key={`${one.kind} ${one.id}`}>
                  <td>
                    <Link className="id mono" to={pathTo(one.place)}>
                      <Said text={one.id} />
                    </Link>
                  </td>
                  <td>{one.kind}</td>
                  <td className="mono text-text-muted">
                    <Said text={one.note ?? ""} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Section>
      )}
    </>
  );
}
