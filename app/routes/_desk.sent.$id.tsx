import type { LoaderFunctionArgs } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { getReceipt } from "../../db/read/escrows";
import { requireOperator } from "../auth/session.server";
import { PageHead } from "../components/desk/page-head";
import { Receipt } from "../components/desk/receipt";

export async function loader({ request, context, params }: LoaderFunctionArgs) {
  await requireOperator(request, context);
  const receipt = getReceipt(context.read, params.id ?? "");
  if (!receipt) throw new Response("There is no command by this id.", { status: 404 });
  return { receipt };
}

export default function Sent() {
  const { receipt } = useLoaderData<typeof loader>();
  return (
    <>
      <PageHead
        title={receipt.kind.replace(/-/g, " ")}
        lead="What became of what you asked for. This page follows it."
      />
      <Receipt receipt={receipt} />
    </>
  );
}
