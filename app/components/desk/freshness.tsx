import type { Source } from "../../../domain/statuses";
import { isStale } from "../../../domain/freshness";
import { formatDuration } from "../../lib/time";
import { Icon } from "../ui/icon";
import { useNow } from "./moment";
import { plainSaid } from "../../../domain/said-text";

const names: Record<Source, string> = {
  wallet: "Wallet",
  trading: "Trading",
  escrow: "Escrow",
  casino: "Casino",
  faucet: "Faucet",
  domains: "Domains",
};

/** How old each source is, and whether what rests on it is open. */
export function FreshnessTable({
  sources,
}: {
  sources: { source: Source; syncedAt: number | null; error: string | null }[];
}) {
  const { now } = useNow();
  return (
    <table className="srcs">
      <caption className="sr">Age of each source</caption>
      <tbody>
        {sources.map(({ source, syncedAt, error }) => {
          const stale = isStale(syncedAt, now);
          return (
            <tr key={source}>
              <th scope="row">{names[source]}</th>
              <td>
                <span
                  className="status"
                  data-tone={syncedAt === null ? "unknown" : stale || error ? "caution" : "positive"}
                  title={error === null ? undefined : plainSaid(error)}
                >
                  <Icon
                    name={
                      syncedAt === null
                        ? "circle-question-mark"
                        : stale || error
                          ? "clock-alert"
                          : "circle-check"
                    }
                  />
                  {syncedAt === null ? "Never read" : stale ? "Stale" : error ? "Last read failed" : "Live"}
                </span>
              </td>
              <td>{syncedAt === null ? "" : formatDuration(now - syncedAt)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
