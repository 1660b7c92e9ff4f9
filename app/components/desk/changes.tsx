/** What changed between what was seen and what is, field by field. */
export function Changes({ changes }: { changes: { field: string; was: string; now: string }[] }) {
  return (
    <table className="diff">
      <caption className="sr">What changed</caption>
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">You saw</th>
          <th scope="col">Now</th>
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
