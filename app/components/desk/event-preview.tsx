import { plainJson } from "../../../domain/said-text";
/** The event as it will be sent, drawn as JSON: names quiet, texts in colour, what was refused in red. */
export function EventPreview({
  id,
  name,
  data,
  wrong = {},
}: {
  id: string;
  name: string;
  data: Record<string, unknown>;
  /** Fields of `data` whose values would be refused. */
  wrong?: Partial<Record<string, boolean>>;
}) {
  const value = (of: unknown, isWrong: boolean | undefined) => (
    <span className={isWrong ? "l" : typeof of === "string" ? "s" : undefined}>
      {plainJson(JSON.stringify(of) ?? "")}
    </span>
  );
  const fields = Object.entries(data);
  return (
    // A region that scrolls must be reachable by keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <pre tabIndex={0} aria-label="The event as JSON" role="region">
      {"{\n  "}
      <span className="k">&quot;name&quot;</span>: {value(name, false)}
      {",\n  "}
      <span className="k">&quot;id&quot;</span>: {value(id, false)}
      {",\n  "}
      <span className="k">&quot;data&quot;</span>
      {": {\n"}
      {fields.map(([field, of], index) => (
        <span key={field}>
          {"    "}
          <span className="k">{JSON.stringify(field)}</span>: {value(of, wrong[field])}
          {index < fields.length - 1 ? ",\n" : "\n"}
        </span>
      ))}
      {"  }\n}"}
    </pre>
  );
}
