import type { LoaderFunctionArgs } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { requireOperator } from "../auth/session.server";
import { PageHead } from "../components/desk/page-head";
import { KeyList } from "../components/shell/keys";

export async function loader({ request, context }: LoaderFunctionArgs) {
  await requireOperator(request, context);
  return { practice: context.practice !== undefined };
}

export default function Keys() {
  const { practice } = useLoaderData<typeof loader>();
  return (
    <>
      <PageHead title="Keyboard keys" lead="None of them works while you type." />
      <div className="max-w-[480px]">
        <KeyList practice={practice} />
      </div>
    </>
  );
}
