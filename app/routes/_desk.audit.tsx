import type { LoaderFunctionArgs } from "@remix-run/node";
import { Link, useLoaderData, useLocation } from "@remix-run/react";
import { useMemo } from "react";
import { countAudit, listAudit, listAuditFacets, type AuditRow } from "../../db/read/audit";
import { commandLook } from "../../domain/command-states";
import { requireOperator } from "../auth/session.server";
import { DataTable, Pager, type Column } from "../components/desk/data-table";
import { DayRange, FilterChip } from "../components/desk/list-toolbar";
import { PageHead } from "../components/desk/page-head";
import { Subject } from "../components/desk/subject";
import { timeCell } from "../components/desk/row-cells";
import { StatusBadge } from "../components/desk/status-badge";
import { Empty } from "../components/ui/empty";
import { actionWords, actorWords, auditLook, changesOf, ownActors } from "../lib/audit-words";
import { changed } from "../lib/list-address";
import { countText, rowsText } from "../lib/page-request";
import { timeFormat, zoneName } from "../lib/time";
import { dayEnd, dayStart } from "../lib/zoned-day";
import { sentPath } from "../lib/paths";
import { readAddress } from "../lib/address-query";
import { NotRead } from "../components/desk/not-read";
import { Said } from "../components/desk/said-text";
import { plainSaid } from "../../domain/said-text";

export async function loader({ request, context }: LoaderFunctionArgs) {
  const operator = await requireOperator(request, context);
  const { searchParams } = new URL(request.url);
  const facets = listAuditFacets(context.read);
  const address = readAddress(searchParams);
  const zone = operator.timeZone;
  const asked = {
    actor: address.choice(
      "actor",
      facets.actors.map((one) => one.id),
    ),
    action: address.choice("action", facets.actions),
    subject: address.text("subject"),
    from: address.day("from"),
    until: address.day("until"),
    order: address.order(),
  };
  const at = address.page();
  const filter = {
    actorId: asked.actor,
    action: asked.action,
    subjectRef: asked.subject,
    fromMs: asked.from === undefined ? undefined : dayStart(asked.from, zone),
    untilMs: asked.until === undefined ? undefined : dayEnd(asked.until, zone),
  };
  return {
    now: context.clock.now(),
    zone,
    facets,
    asked,
    wrong: address.wrong,
    count: countAudit(context.read, filter, searchParams.has("exact")),
    page: listAudit(context.read, filter, asked.order, at, 50),
  };
}

const actorName = (actors: { id: string; name: string }[], id: string): string =>
  ownActors[id] ?? actors.find((one) => one.id === id)?.name ?? id;

export default function Audit() {
  const { now, zone, facets, asked, wrong, count, page } = useLoaderData<typeof loader>();
  const { search } = useLocation();
  const columns = useMemo(() => auditColumns(zone, now), [zone, now]);
  return (
    <>
      <PageHead
        title="Audit log"
        lead={`${countText(count)} ${count.n === 1 ? "entry" : "entries"}: who asked for what, and what came of it. Times in ${zoneName(now, zone)}.`}
      />
      <NotRead names={wrong} />
      <div className="toolbar">
        <div className="chips" role="group" aria-label="Filters">
          <FilterChip
            name={["from", "until"]}
            label="When"
            value={
              asked.from || asked.until
                ? `${asked.from ?? "the beginning"} to ${asked.until ?? "now"}`
                : undefined
            }
            options={[]}
            search={search}
          >
            <DayRange search={search} zone={zone} />
          </FilterChip>
          <FilterChip
            name="actor"
            label="Who"
            value={asked.actor && actorName(facets.actors, asked.actor)}
            options={facets.actors.map(({ id }) => ({ value: id, label: actorName(facets.actors, id) }))}
            search={search}
          />
          <FilterChip
            name="action"
            label="Action"
            value={asked.action && actionWords(asked.action)}
            options={facets.actions.map((value) => ({ value, label: actionWords(value) }))}
            search={search}
          />
          {asked.subject && (
            <FilterChip name="subject" label="About" value={asked.subject} options={[]} search={search} />
          )}
        </div>
      </div>
      <DataTable
        label={`Audit log, ${asked.order === "desc" ? "newest" : "oldest"} first`}
        rows={page.rows}
        keyOf={(row) => row.id}
        columns={columns}
        sorting={{ by: "at", order: asked.order, search }}
        empty={
          <Empty icon="scroll-text" title="Nothing fits">
            <p>Everything that somebody asks for is written here, also what was refused.</p>
          </Empty>
        }
      />
      <Pager
        before={page.before}
        after={page.after}
        search={search}
        summary={
          <>
            {rowsText(page.rows.length)} of {countText(count)}.{" "}
            {count.capped && (
              <Link to={changed(search, { exact: "1" })} preventScrollReset>
                Count exactly
              </Link>
            )}
          </>
        }
      />
    </>
  );
}

function auditColumns(zone: string, now: number): Column<AuditRow>[] {
  const time = timeFormat(zone, now);
  const none = <span className="m">–</span>;
  return [
    {
      id: "at",
      head: `When, ${zoneName(now, zone)}`,
      place: 4,
      sort: "at",
      cell: (row) => timeCell(row.at, time),
    },
    {
      id: "who",
      head: "Who",
      place: 3,
      cell: (row) => <Said text={actorWords(row)} />,
    },
    {
      id: "action",
      head: "Action",
      place: 1,
      cell: (row) =>
        row.commandId ? (
          <a className="id" href={sentPath(row.commandId)}>
            {actionWords(row.action)}
          </a>
        ) : (
          <span className="font-medium">{actionWords(row.action)}</span>
        ),
    },
    {
      id: "about",
      head: "About",
      place: 2,
      cell: (row) => row.subjectEmail ?? <Subject of={row} />,
    },
    {
      id: "result",
      head: "Result",
      place: 5,
      cell: (row) => (
        <>
          <StatusBadge look={row.answerState ? commandLook[row.answerState] : auditLook(row)} />
          {row.answer && (
            <span className="why" title={plainSaid(row.answer)}>
              <Said text={row.answer} />
            </span>
          )}
        </>
      ),
    },
    {
      id: "changes",
      head: "Before and after",
      kind: "wide",
      cell: (row) => {
        const changes = changesOf(row.before, row.after);
        if (changes.length === 0) return none;
        return changes.map(({ field, was, now: is }) => (
          <span key={field} className="block">
            <span className="text-text-muted">{field}</span>{" "}
            {was !== null && (
              <>
                <del>
                  <Said text={was} />
                </del>{" "}
                →{" "}
              </>
            )}
            {is === null ? "nothing" : <Said text={is} />}
          </span>
        ));
      },
    },
    {
      id: "reason",
      head: "Reason",
      kind: "wide",
      cell: (row) => (row.reason === null ? none : <Said text={row.reason} />),
    },
    {
      id: "from",
      head: "From",
      kind: "wide",
      cell: ({ address, device }) =>
        address === null && device === null ? (
          none
        ) : (
          <>
            <span className="mono block">
              <Said text={address ?? "unknown address"} />
            </span>
            {device === null ? "unknown device" : <Said text={device} />}
          </>
        ),
    },
  ];
}
