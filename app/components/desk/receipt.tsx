import { Link } from "@remix-run/react";
import type { Receipt as ReceiptData } from "../../../db/read/escrows";
import { commandLook } from "../../../domain/statuses";
import { formatWait } from "../../lib/time";
import { Icon } from "../ui/icon";
import { Time, useNow } from "./moment";

/** The four hops of a command, each with its time; the one that is open says for how long it has been waiting. */
export function Receipt({ receipt }: { receipt: ReceiptData }) {
  const { now } = useNow();
  const hops = [
    { title: "Clicked", at: receipt.clickedAt, note: receipt.by },
    {
      title: "Event accepted",
      at: receipt.sentAt,
      note:
        receipt.sentAt === null
          ? `Queued, not sent yet. ${receipt.lastError ?? ""}`
          : (receipt.engineEventId ?? ""),
    },
    { title: "Function ran", at: receipt.ranAt, note: receipt.functionId ?? "" },
    {
      title: receipt.answer ? commandLook[receipt.answer.state].label : "Mirror agrees",
      at: receipt.answer?.at ?? null,
      note: receipt.answer?.message ?? "",
    },
  ];
  const open = hops.findIndex((hop) => hop.at === null);
  return (
    <section aria-label="Receipt" className="pb-8">
      <h2 className="pb-2">Receipt</h2>
      <ol className="panel grid md:grid-cols-4 list-none p-0 m-0">
        {hops.map((hop, index) => (
          <li key={hop.title} className={`p-4 ${index === open ? "bg-selected" : ""}`}>
            <p className="flex items-center gap-2" style={{ fontWeight: 610 }}>
              <Icon
                name={
                  hop.at === null
                    ? "hourglass"
                    : receipt.answer?.state === "failed" && index === 3
                      ? "circle-x"
                      : "circle-check"
                }
                className={
                  hop.at === null
                    ? "text-text-muted"
                    : receipt.answer?.state === "failed" && index === 3
                      ? "text-danger"
                      : "text-positive"
                }
              />
              {hop.title}
            </p>
            <p>
              {hop.at !== null ? (
                <Time ms={hop.at} />
              ) : index === open ? (
                `waiting ${formatWait(now - (hops[index - 1]?.at ?? now))}`
              ) : (
                "not yet"
              )}
            </p>
            {hop.note && <p className="text-meta text-text-muted">{hop.note}</p>}
            {index === 2 && receipt.runId && (
              <Link className="text-meta" to={`/runs/${receipt.runId}`}>
                Open the run
              </Link>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
