import type { LoaderFunctionArgs } from "@remix-run/node";
import { redirect } from "@remix-run/node";
import { Link, useLoaderData } from "@remix-run/react";
import { getReceipt, type Receipt as ReceiptData } from "../../db/read/escrows";
import { isUlid } from "../../domain/ids";
import { commandLook } from "../../domain/command-states";
import { requireOperator } from "../auth/session.server";
import { Id } from "../components/desk/id";
import { PageHead } from "../components/desk/page-head";
import { Receipt, stateOf } from "../components/desk/receipt";
import { StatusBadge } from "../components/desk/status-badge";
import { Note } from "../components/ui/note";
import { shorten } from "../lib/money";
import { escrowPath, refIn, sentPath } from "../lib/paths";
import { own } from "../lib/own";
import { Said } from "../components/desk/said-text";

export async function loader({ request, context, params }: LoaderFunctionArgs) {
  await requireOperator(request, context);
  const receipt = getReceipt(context.read, refIn(params.id));
  if (!receipt) throw new Response("There is no command by this id.", { status: 404 });
  // What was sent again has one receipt: that of the command it was.
  if (receipt.kind === "send-again")
    return redirect(
      receipt.subject && isUlid(receipt.subject.ref) ? sentPath(receipt.subject.ref) : "/outbox",
    );
  return { receipt };
}

/** Where the thing it was about is shown, by the kind of command. */
const shownAt: Record<string, [path: string, label: string]> = {
  "send-price-alert": ["/alerts", "Price alerts"],
  "claim-faucet": ["/faucet", "Faucet"],
  "place-bet": ["/bets", "Bets"],
  "sync-now": ["/#sources", "Overview"],
};

function placeOf({ kind, subject }: ReceiptData): { to: string; label: string } {
  if (subject?.type === "escrow") return { to: escrowPath(subject.ref), label: `Escrow ${subject.ref}` };
  const [to, label] = own(shownAt, kind) ?? ["/outbox", "Outbox"];
  return { to, label };
}

const tones = { confirmed: "positive", failed: "danger", skipped: "none", unknown: "unknown" } as const;

export default function Sent() {
  const { receipt } = useLoaderData<typeof loader>();
  const state = stateOf(receipt);
  const place = placeOf(receipt);
  const words = receipt.kind.replace(/-/g, " ");
  return (
    <>
      <PageHead
        crumbs={{ to: "/outbox", label: "Outbox", here: "Receipt" }}
        title={words.charAt(0).toUpperCase() + words.slice(1)}
        state={<StatusBadge look={commandLook[state]} />}
        lead={
          <span className="flex flex-wrap items-center gap-x-2">
            <Id id={receipt.commandId} /> What became of what you asked for. This page follows it.
          </span>
        }
      >
        <Link className="btn" to={place.to}>
          {place.label}
        </Link>
      </PageHead>
      <Receipt receipt={receipt} waitsFor="The function has not answered yet." />
      {receipt.answer && (
        <div className="pt-6">
          <Note tone={tones[receipt.answer.state]} icon={commandLook[receipt.answer.state].icon}>
            <Said text={shorten(receipt.answer.message)} />
            {receipt.answer.state === "unknown" &&
              receipt.intent === null &&
              " It may have happened. It is not sent again by itself: it is reconciled with Purple Flea, or a person settles it."}
          </Note>
        </div>
      )}
    </>
  );
}
