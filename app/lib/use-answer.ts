import { useActionData, useLocation } from "@remix-run/react";
import { useState } from "react";

/**
 * What the page's action answered the last form with, until the next form or another page. The router forgets it whenever the
 * page is read again, which here happens whenever anything changes: a complaint would go while somebody reads it.
 */
export function useAnswer<Action>() {
  const answer = useActionData<Action>();
  const { key } = useLocation();
  const [kept, keep] = useState({ key, answer });
  if (kept.key !== key || (answer !== undefined && answer !== kept.answer)) {
    keep({ key, answer });
    return answer;
  }
  return kept.answer;
}
