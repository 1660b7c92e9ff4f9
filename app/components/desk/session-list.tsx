import { Form } from "@remix-run/react";
import { plainSaid } from "../../../domain/said-text";
import { formatDuration } from "../../lib/time";
import { Icon } from "../ui/icon";
import { DataTable } from "./data-table";
import { Said } from "./said-text";

/** A session as Settings lists it. Lengths of time, ms, by the machine's clock: practice moves the other one. */
export interface ListedSession {
  id: string;
  device: string | null;
  address: string | null;
  ageMs: number;
  unseenMs: number;
  isThis: boolean;
}

/** An operator's sessions, each of which can be ended, and all at once. */
export function SessionList({
  sessions,
  idleMs,
  lifeMs,
}: {
  sessions: ListedSession[];
  idleMs: number;
  lifeMs: number;
}) {
  return (
    <>
      <p className="pb-3 text-text-muted">
        Where you are signed in. A session ends after {formatDuration(idleMs)} in which you do nothing, and{" "}
        {formatDuration(lifeMs)} after signing in. End one you do not know, and have your password changed.
      </p>
      <DataTable
        label="Your sessions, the last seen first"
        rows={sessions}
        keyOf={(session) => session.id}
        empty={null}
        columns={[
          {
            id: "device",
            head: "Device",
            place: 1,
            cell: ({ device, isThis }) => (
              <>
                <Said text={device ?? "Unknown device"} />
                {isThis && <b className="font-medium"> (this one)</b>}
              </>
            ),
          },
          {
            id: "address",
            head: "Address",
            place: 3,
            cell: ({ address }) => (
              <span className="mono">
                <Said text={address ?? "not known"} />
              </span>
            ),
          },
          {
            id: "since",
            head: "Signed in",
            place: 5,
            // As a block of lines it has no head to say what it is.
            cell: ({ ageMs }) => (
              <>
                <span className="text-text-muted min-[1100px]:hidden">Signed in </span>
                {formatDuration(ageMs)} ago
              </>
            ),
          },
          {
            id: "seen",
            head: "Last seen",
            place: 4,
            // It is written at most once a minute.
            cell: ({ unseenMs, isThis }) => (
              <>
                <span className="text-text-muted min-[1100px]:hidden">Seen </span>
                {isThis || unseenMs < 60_000 ? "now" : `${formatDuration(unseenMs)} ago`}
              </>
            ),
          },
          {
            id: "end",
            head: "End it",
            kind: "act",
            place: 2,
            cell: ({ id, isThis, device }) =>
              isThis ? (
                <Form method="post" action="/logout" reloadDocument>
                  <button className="btn btn-s" type="submit">
                    Sign out
                  </button>
                </Form>
              ) : (
                <Form method="post" preventScrollReset>
                  <input type="hidden" name="session" value={id} />
                  <button className="btn btn-s" type="submit" name="do" value="end-session">
                    End<span className="sr"> the session of {plainSaid(device ?? "an unknown device")}</span>
                  </button>
                </Form>
              ),
          },
        ]}
      />
      <div className="actions pt-3">
        {sessions.length > 1 && (
          <Form method="post" preventScrollReset>
            <button className="btn" type="submit" name="do" value="end-others">
              End all others
            </button>
          </Form>
        )}
        <Form method="post" reloadDocument>
          <button className="btn btn-danger" type="submit" name="do" value="sign-out">
            <Icon name="log-out" size={16} />
            Sign out everywhere
          </button>
        </Form>
      </div>
    </>
  );
}
