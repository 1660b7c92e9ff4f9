export interface DemoAccount {
  email: string;
  password: string;
  role: string;
}

/** The accounts of practice mode, in plain text to type; with scripts "Use" fills them in. */
export function PracticeAccounts({
  accounts,
  use,
}: {
  accounts: DemoAccount[];
  use: (account: DemoAccount) => void;
}) {
  if (accounts.length === 0) return null;
  return (
    <section className="demo" aria-labelledby="practice-accounts">
      <p>
        <b id="practice-accounts">Practice accounts.</b>{" "}
        <span className="text-text-muted">No real money here.</span>
      </p>
      <table>
        <caption className="sr">Practice accounts</caption>
        <thead>
          <tr>
            <th scope="col">Role</th>
            <th scope="col">Email and password</th>
            <th scope="col">
              <span className="sr">Fill in</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {accounts.map((account) => (
            <tr key={account.email}>
              <th scope="row">{account.role.charAt(0).toUpperCase() + account.role.slice(1)}</th>
              <td className="mono py-1.5">
                {account.email}
                <br />
                {account.password}
              </td>
              <td>
                <button className="btn btn-s btn-quiet" type="button" onClick={() => use(account)}>
                  Use<span className="sr"> {account.email}</span>
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
