import { redirect } from "@remix-run/node";
import { setListSettings } from "../../db/desk/list-settings";
import { getListSettings } from "../../db/read/list-settings";
import type { Operator } from "../../db/desk/operators";
import type { DeskContext } from "../context";

/** A list whose columns people may choose. */
export interface ChoosableList<Id extends string> {
  name: string;
  all: readonly Id[];
  defaults: readonly Id[];
}
export interface ListChoice<Id extends string> {
  columns: Id[];
  comfortable: boolean;
}

/** Which columns, in which order, and how dense: from the address, else as the operator last wanted it. */
export function listChoice<Id extends string>(
  context: DeskContext,
  operator: Operator,
  list: ChoosableList<Id>,
  params: URLSearchParams,
): ListChoice<Id> {
  const kept = getListSettings(context.read, operator.id, list.name);
  const wanted = params.get("cols")?.split(",") ?? kept.columns;
  const rows = params.get("rows");
  return {
    columns: wanted ? known(list, wanted) : [...list.defaults],
    comfortable: rows === null ? kept.comfortable : rows === "comfortable",
  };
}

/** The first column always stands; an unknown or repeated name is left out. */
function known<Id extends string>(list: ChoosableList<Id>, wanted: readonly string[]): Id[] {
  const chosen = [...new Set(wanted)].flatMap((id) => list.all.filter((one) => one === id));
  const first = list.all.slice(0, 1);
  return [...first, ...chosen.filter((id) => !first.includes(id))];
}

/** Takes the columns' form: keeps the choice for this operator and leads back to the list with it in the address. */
export function chooseList<Id extends string>(
  context: DeskContext,
  operator: Operator,
  list: ChoosableList<Id>,
  request: Request,
  form: FormData,
): Response {
  const url = new URL(request.url);
  const params = new URLSearchParams(url.search);
  params.delete("index");
  const now = listChoice(context, operator, list, params);
  const sent = form.getAll("column").filter((value) => typeof value === "string");
  const up = form.get("up");
  let columns: Id[] | null = now.columns;
  let { comfortable } = now;
  if (form.get("do") === "rows") comfortable = !comfortable;
  else if (form.get("do") === "reset") columns = null;
  else {
    columns = known(list, sent);
    const at = columns.findIndex((id) => id === up);
    const moved = columns[at];
    // The first column stays first.
    if (at > 1 && moved)
      columns = [...columns.slice(0, at - 1), moved, ...columns.slice(at - 1).filter((id) => id !== moved)];
  }
  setListSettings(context.desk, operator.id, list.name, { columns, comfortable }, context.clock.now());
  if (columns) params.set("cols", columns.join(","));
  else params.delete("cols");
  params.set("rows", comfortable ? "comfortable" : "compact");
  return redirect(`${url.pathname}?${params.toString()}`);
}
