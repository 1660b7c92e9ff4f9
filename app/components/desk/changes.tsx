import { Said } from "./said-text";
/** What changed between what was seen and what is, field by field. */
export function Changes({
  changes,
  rivals,
}: {
  changes: { field: string; was: string; now: string }[];
  /** Heads for two that stand against each other: neither has taken the other's place. */
  rivals?: [one: string, other: string];
}) {
  const heads = rivals ?? ["You saw", "Now"];
  return (
    <table className="diff">
      <caption className="sr">{rivals ? "Where they differ" : "What changed"}</caption>
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">{heads[0]}</th>
          <th scope="col">{heads[1]}</th>
        </tr>
      </thead>
      <tbody>
        {changes.map((change) => (
          <tr key={change.field}>
            <th scope="row" className="whitespace-nowrap">
              {change.field}
            </th>
            {change.was === change.now ? (
              <>
                <td>
                  <Said text={change.was} />
                </td>
                <td>same</td>
              </>
            ) : (
              <>
                <td>
                  {rivals ? (
                    <Said text={change.was} />
                  ) : (
                    <del>
                      <Said text={change.was} />
                    </del>
                  )}
                </td>
                <td>
                  {rivals ? (
                    <Said text={change.now} />
                  ) : (
                    <ins>
                      <Said text={change.now} />
                    </ins>
                  )}
                </td>
              </>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
