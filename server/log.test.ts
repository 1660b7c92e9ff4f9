import { expect, test } from "vitest";
import { createLog } from "./log";

test("an error is logged by its kind, its words and its places, and nothing else that hangs on it", () => {
  let line = "";
  const log = createLog("info", { write: (text: string) => (line += text) });
  const cause = Object.assign(new Error("connect, api_key=planted-secret"), { code: "ECONNREFUSED" });
  const error = Object.assign(new Error("Failed query: insert into x\nparams: planted-secret", { cause }), {
    body: "planted-secret",
    request: { headers: { cookie: "planted-secret" } },
  });
  log.error({ err: error, id: "01J" }, "POST /login");
  expect(JSON.parse(line)).toMatchObject({
    id: "01J",
    msg: "POST /login",
    err: { type: "Error", message: "Failed query: insert into x", cause: { code: "ECONNREFUSED" } },
  });
  expect(line).not.toContain("planted-secret");
  expect(line).toContain("log.test.ts");
});
