import { Form, useLocation } from "@remix-run/react";
import { useRef } from "react";
import { Icon } from "../ui/icon";

/** Reads everything from Purple Flea again, and stays on the page. */
export function SyncNow({ commandId }: { commandId: string }) {
  const { pathname, search } = useLocation();
  const id = useRef(commandId);
  return (
    <Form method="post" action="/sync" preventScrollReset replace>
      <input type="hidden" name="command_id" value={id.current} />
      <input type="hidden" name="back" value={pathname + search} />
      <button className="btn" type="submit">
        <Icon name="refresh-cw" />
        Sync now
      </button>
    </Form>
  );
}
