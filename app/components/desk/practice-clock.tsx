import { Form, useFetcher, useNavigation } from "@remix-run/react";
import { useEffect } from "react";
import type { Activity } from "../../../db/read/overview";
import type { loader as clockLoader } from "../../routes/sandbox.clock";
import { formatTime } from "../../lib/time";
import { Icon } from "../ui/icon";
import { Note } from "../ui/note";
import { ActivityFeed } from "./activity-feed";
import { Time, useNow } from "./moment";
import { Section } from "./section";

const POLL_MS = 400;

/** How far time has come on its way: what falls due in between runs, each at its own time. */
function Passing({ from, ms }: { from: number; ms: number }) {
  const { zone } = useNow();
  const { load, data } = useFetcher<typeof clockLoader>();
  useEffect(() => {
    const timer = setInterval(() => load("/sandbox/clock"), POLL_MS);
    return () => clearInterval(timer);
  }, [load]);
  const at = data?.nowMs ?? from;
  return (
    <div className="grid gap-1 max-w-[460px]" role="status">
      <label htmlFor="passing">
        Time is passing: {formatTime(at, zone, from + ms)}. Everything that falls due runs at its own time.
      </label>
      <progress id="passing" className="progress" max={ms} value={Math.max(0, Math.min(at - from, ms))} />
    </div>
  );
}

/** The sandbox's clock: what time it is there, how to let time pass, and what happened when it did. */
export function PracticeClock({
  on,
  moves,
  passed,
}: {
  on: boolean;
  moves: readonly { label: string; ms: number }[];
  passed: { from: number; to: number; activity: Activity[] } | null;
}) {
  const { now } = useNow();
  const form = useNavigation().formData;
  const moving = form?.get("do") === "advance" ? Number(form.get("ms")) : null;
  return (
    <Section title="Clock" end="one clock for the desk, the engine and Purple Flea">
      <p>
        It is <Time ms={now} focusable /> in the sandbox.
      </p>
      <div className="actions py-3">
        {moves.map((move) => (
          <Form key={move.ms} method="post" preventScrollReset>
            <input type="hidden" name="do" value="advance" />
            <input type="hidden" name="ms" value={move.ms} />
            <button
              className="btn"
              type={on ? "submit" : "button"}
              aria-disabled={on && moving === null ? undefined : true}
              aria-describedby={on ? undefined : "clock-off"}
            >
              <Icon name="fast-forward" />
              {move.label}
            </button>
          </Form>
        ))}
      </div>
      {!on && (
        <p id="clock-off" className="text-text-muted">
          The clock is the engine’s: start it first.
        </p>
      )}
      {moving !== null && <Passing key={moving} from={now} ms={moving} />}
      {moving === null && passed && (
        <div className="grid gap-2">
          <Note tone="info" icon="clock" alert>
            <b>
              <Time ms={passed.from} /> has become <Time ms={passed.to} />.
            </b>{" "}
            {passed.activity.length === 0
              ? "Nothing fell due but the reads of the mirror."
              : "This happened on the way, the latest first:"}
          </Note>
          <ActivityFeed entries={passed.activity} />
        </div>
      )}
    </Section>
  );
}
