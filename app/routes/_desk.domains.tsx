import type { LoaderFunctionArgs } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { listDomains, type Domain } from "../../db/read/domains";
import { readFreshness } from "../../db/read/overview";
import { requireOperator } from "../auth/session.server";
import { DataTable, type Column } from "../components/desk/data-table";
import { Age, Time } from "../components/desk/moment";
import { PageHead } from "../components/desk/page-head";
import { Icon } from "../components/ui/icon";
import { CopyButton } from "../components/ui/copy-button";
import { Empty } from "../components/ui/empty";
import { formatDuration } from "../lib/time";
import { Said } from "../components/desk/said-text";

const SOON_MS = 30 * 86_400_000;

export async function loader({ request, context }: LoaderFunctionArgs) {
  await requireOperator(request, context);
  return {
    now: context.clock.now(),
    domains: listDomains(context.read),
    readAt: readFreshness(context.read).find(({ source }) => source === "domains")?.syncedAt ?? null,
  };
}

export default function Domains() {
  const { now, domains, readAt } = useLoaderData<typeof loader>();
  const soon = domains.filter((row) => row.expiresAt !== null && row.expiresAt - now < SOON_MS).length;
  const read =
    readAt === null ? (
      "Never read yet."
    ) : (
      <>
        Last read <Age ms={readAt} />.
      </>
    );
  return (
    <>
      <PageHead
        title="Domains"
        lead={
          <>
            {domains.length} registered, {soon} expire within 30 days, the soonest first. {read}
          </>
        }
      />
      <DataTable
        label="Domains, the soonest to expire first"
        rows={domains}
        keyOf={(row) => row.domain}
        columns={columns(now)}
        empty={
          <Empty icon="globe" title="No domains registered">
            <p>A domain appears here when an agent registers one. {read}</p>
          </Empty>
        }
      />
    </>
  );
}

function columns(now: number): Column<Domain>[] {
  return [
    {
      id: "domain",
      head: "Domain",
      place: 1,
      cell: (row) => (
        <>
          <span className="font-medium">
            <Said text={row.domain} />
          </span>
          <CopyButton text={row.domain} />
        </>
      ),
    },
    { id: "status", head: "Status at Purple Flea", place: 3, cell: (row) => <Said text={row.status} /> },
    {
      id: "left",
      head: "Expires",
      place: 5,
      cell: (row) => <Expiry at={row.expiresAt} now={now} />,
    },
    {
      id: "on",
      head: "On",
      place: 2,
      cell: (row) => (row.expiresAt === null ? "not known" : <Time ms={row.expiresAt} />),
    },
    { id: "registered", head: "Registered", kind: "low", cell: (row) => <Time ms={row.registeredAt} /> },
    { id: "read", head: "Read", place: 4, cell: (row) => <Time ms={row.observedAt} /> },
  ];
}

/** When it runs out, and what that means. */
function Expiry({ at, now }: { at: number | null; now: number }) {
  if (at === null) return <span className="text-text-muted">not known</span>;
  const left = at - now;
  if (left <= 0)
    return (
      <span className="conseq is-soon">
        <Icon name="circle-x" />
        {`expired ${formatDuration(-left)} ago; somebody else may take it`}
      </span>
    );
  return (
    <span className={left < SOON_MS ? "conseq is-soon" : "conseq"}>
      <Icon name={left < SOON_MS ? "clock-alert" : "clock"} />
      {`in ${formatDuration(left)}${left < SOON_MS ? ", then it is free for others" : ""}`}
    </span>
  );
}
