/** What changed between what was seen and what is, field by field. */
export function Changes({
  changes,
  heads = ["You saw", "Now"],
}: {
  changes: { field: string; was: string; now: string }[];
  heads?: [was: string, now: string];
}) {
  return (
    <table className="diff">
      <caption className="sr">What changed</caption>
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
            <th scope="row">{change.field}</th>
            {change.was === change.now ? (
              <>
                <td>{change.was}</td>
                <td>same</td>
              </>
            ) : (
              <>
                <td>
                  <del>{change.was}</del>
                </td>
                <td>
                  <ins>{change.now}</ins>
                </td>
              </>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
