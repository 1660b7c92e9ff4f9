import type { LoaderFunctionArgs } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { listDomains } from "../../db/read/domains";
import { requireOperator } from "../auth/session.server";
import { DataTable } from "../components/desk/data-table";
import { Time } from "../components/desk/moment";
import { PageHead } from "../components/desk/page-head";
import { formatDuration } from "../lib/time";

export async function loader({ request, context }: LoaderFunctionArgs) {
  await requireOperator(request, context);
  return { now: context.clock.now(), domains: listDomains(context.read) };
}

export default function Domains() {
  const { now, domains } = useLoaderData<typeof loader>();
  return (
    <>
      <PageHead title="Domains" lead={`${domains.length} registered, the soonest to expire first`} />
      <DataTable
        label="Domains"
        rows={domains}
        keyOf={(row) => row.domain}
        empty="No domain has been read yet. They are read every five minutes."
        columns={[
          { id: "domain", head: "Domain", cell: (row) => row.domain },
          { id: "status", head: "Status", cell: (row) => row.status },
          {
            id: "expires",
            head: "Expires",
            kind: "wide",
            cell: (row) =>
              row.expiresAt === null
                ? "not known"
                : row.expiresAt < now
                  ? "expired"
                  : `in ${formatDuration(row.expiresAt - now)}`,
          },
          { id: "at", head: "Read", cell: (row) => <Time ms={row.observedAt} /> },
        ]}
      />
    </>
  );
}
