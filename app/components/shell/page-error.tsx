import { isRouteErrorResponse, Link, useLocation, useRouteError } from "@remix-run/react";
import { Said } from "../desk/said-text";
import { Empty } from "../ui/empty";
import { Icon } from "../ui/icon";

/** A page that could not be shown: what happened, what it means for the money, what to do next. */
export function PageError() {
  const error = useRouteError();
  const { pathname, search } = useLocation();
  const said = isRouteErrorResponse(error) ? error : null;
  const words = said && typeof said.data === "string" && said.data ? said.data : null;
  // Said by the edge, which names what it refused where other answers have no text.
  const atEdge = said !== null && /^[a-z_]+$/.test(said.statusText);
  const title = atEdge
    ? said.status < 500
      ? "This was not accepted"
      : "This did not work"
    : said?.status === 404
      ? "There is nothing here"
      : said?.status === 403
        ? "Not with this role"
        : said?.status === 405
          ? "That is not something this page does"
          : "This page could not be read";
  return (
    <>
      <h1>{title}</h1>
      <Empty
        icon={said?.status === 404 ? "search" : said?.status === 403 && !atEdge ? "lock" : "circle-alert"}
        danger={!said || said.status >= 500}
        title={
          <Said
            text={
              words ??
              (said?.status === 404
                ? `No page has the address ${pathname.slice(0, 80)}.`
                : "Something failed on our side while reading.")
            }
          />
        }
      >
        {!atEdge && (
          <p>
            {said && said.status < 500
              ? "Nothing was sent and no money moved."
              : "No money moved because of it: pages only read. What was asked for before is on record and goes on."}
          </p>
        )}
        <div className="actions pt-2">
          {(!said || said.status >= 500) && (
            <Link className="btn" to={pathname + search} reloadDocument>
              <Icon name="rotate-cw" />
              Retry
            </Link>
          )}
          <Link className="btn" to="/">
            Overview
          </Link>
        </div>
      </Empty>
    </>
  );
}
