import { readFileSync, readdirSync } from "node:fs";
import { pauseKinds } from "../domain/pauses";
import { pageEndpoints } from "./endpoints";
import { expect, test } from "./journey";
import { ranks, roleTable, type Rank } from "./role-table";
import { cookieOf } from "./sign-in";
import { operatorAccount, startStack, viewerAccount, type Stack } from "./stack";

const adminAccount = { email: "ada@example.com", password: "a-long-enough-password-7" };
const may = (who: Rank, least: Rank) => ranks.indexOf(who) >= ranks.indexOf(least);

test.describe("who may do what", () => {
  let stack: Stack;
  let cookies: Record<Rank, string>;
  test.beforeAll(async () => {
    stack = await startStack({
      OPERATOR_EMAIL: adminAccount.email,
      OPERATOR_PASSWORD: adminAccount.password,
    });
    cookies = {
      nobody: "",
      viewer: await cookieOf(stack, viewerAccount),
      operator: await cookieOf(stack, operatorAccount),
      admin: await cookieOf(stack, adminAccount),
    };
  });
  test.afterAll(() => stack.close());

  const ask = (who: Rank, path: string, fields?: Record<string, string>) =>
    fetch(`${stack.url}${path}`, {
      method: fields ? "POST" : "GET",
      redirect: "manual",
      headers: { cookie: cookies[who], origin: stack.url, "sec-fetch-site": "same-origin" },
      ...(fields && { body: new URLSearchParams(fields) }),
    });
  const toSignIn = (response: Response) =>
    response.status === 401 ||
    (response.status === 302 && (response.headers.get("location") ?? "").startsWith("/login"));
  const count = (sql: string) => stack.query<{ n: number }>(sql)[0]?.n ?? -1;

  test("every route has a row, and no row is of a route that is gone", async () => {
    const routes = (await pageEndpoints()).map((endpoint) => endpoint.id);
    expect(Object.keys(roleTable).sort()).toEqual([...routes].sort());
    for (const endpoint of await pageEndpoints())
      if (endpoint.acts && endpoint.id !== "routes/logout")
        expect(roleTable[endpoint.id]?.forms?.length, `${endpoint.id} takes forms`).toBeGreaterThan(0);
  });

  test("every command has a form in the table", () => {
    const files = readdirSync("app/commands").filter((name) => name.endsWith(".server.ts"));
    const lines = files.flatMap((name) => readFileSync(`app/commands/${name}`, "utf8").split("\n"));
    const kinds = lines
      .filter((line) => /\bkind\b/i.test(line))
      .flatMap((line) => [...line.matchAll(/"([a-z]+(?:-[a-z]+)+)"/g)].map(([, kind]) => kind))
      // How something stands, and whose pause it is: neither is a command.
      .filter((kind) => !kind?.startsWith("not-") && !pauseKinds.some((one) => one === kind));
    const forms = Object.values(roleTable).flatMap((row) => row.forms ?? []);
    expect(kinds.length).toBeGreaterThan(10);
    expect(kinds.filter((kind) => !forms.some(({ what }) => what === kind))).toEqual([]);
  });

  test("every page is read by whom the table says, and by nobody else", async () => {
    for (const endpoint of await pageEndpoints()) {
      const row = roleTable[endpoint.id];
      if (!row?.read) continue;
      for (const who of ranks)
        for (const suffix of ["", ".data"]) {
          const path = row.at ?? endpoint.path;
          const response = await ask(who, suffix && path === "/" ? "/_root.data" : path + suffix);
          const said = `${who} ${path}${suffix}: ${response.status}`;
          expect(response.status, said).toBeLessThan(500);
          // Single fetch tells a redirect inside a 202.
          const refused =
            toSignIn(response) || (response.status === 202 && (await response.text()).includes("/login"));
          if (!may(who, row.read)) expect(refused, said).toBe(true);
          else if (endpoint.path !== "/logout") expect(refused && row.read !== "nobody", said).toBe(false);
        }
    }
  });

  test("every form is taken from whom the table says; anybody else's changes nothing and is on record", async () => {
    const deeds = () => count("select count(*) n from commands") + count("select count(*) n from outbox");
    const denied = () => count("select count(*) n from audit where result = 'denied'");
    for (const endpoint of await pageEndpoints()) {
      const row = roleTable[endpoint.id];
      for (const { what, fields, least } of row?.forms ?? [])
        for (const who of ranks) {
          const [before, deniedBefore] = [deeds(), denied()];
          const response = await ask(who, row?.at ?? endpoint.path, fields);
          const said = `${who}: ${what} at ${endpoint.path} answered ${response.status}`;
          expect(response.status, said).toBeLessThan(500);
          expect(deeds(), said).toBe(before);
          if (who === "nobody" && least !== "nobody") expect(toSignIn(response), said).toBe(true);
          else if (!may(who, least)) {
            expect(response.status, said).toBe(403);
            expect(denied(), said).toBe(deniedBefore + 1);
          } else if (least !== "nobody") {
            expect(toSignIn(response) || response.status === 403, said).toBe(false);
            expect(denied(), said).toBe(deniedBefore);
          }
        }
    }
  });
});
