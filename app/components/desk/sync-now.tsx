import { Form, useLocation } from "@remix-run/react";
import { Icon } from "../ui/icon";

/**
 * Reads everything from Purple Flea again, and stays on the page. It takes each new id the page brings: after a read that
 * failed, pressing again is another read and no repeat.
 */
export function SyncNow({ commandId }: { commandId: string }) {
  const { pathname, search } = useLocation();
  return (
    <Form method="post" action="/sync" preventScrollReset replace>
      <input type="hidden" name="command_id" value={commandId} />
      <input type="hidden" name="back" value={pathname + search} />
      <button className="btn" type="submit">
        <Icon name="refresh-cw" />
        Sync now
      </button>
    </Form>
  );
}
