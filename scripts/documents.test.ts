import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { commandKinds } from "../domain/command-kinds";
import { commandStates } from "../domain/command-states";
import { decidedStatuses } from "../domain/decided-status";
import { decisionKinds } from "../domain/decision-record";
import { intentStatuses } from "../domain/intents";
import { sendFailures } from "../domain/sending";
import {
  alertOutcomes,
  betStatuses,
  claimStatuses,
  escrowStatuses,
  runStatuses,
  stepStatuses,
  tradeStatuses,
} from "../domain/statuses";
import { webhookOutcomes } from "../domain/webhook-outcomes";
import { actions } from "../inngest/money-calls/actions";
import * as events from "../inngest/events";
import { envNames, readEnv } from "../server/env";

const records = readdirSync("docs/decisions").sort();
/** The documents that say how things are now; a decision record says how they were when it was taken. */
const present = [
  ...["README.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md"],
  ...readdirSync("docs")
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name)),
];
const text = (path: string): string => readFileSync(path, "utf8");
/** The cells of each row of a table, without its head. */
const rowsOf = (table: string): string[][] =>
  table
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .slice(1)
    .filter((line) => !/^\| -/.test(line))
    .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))
    .map((cells) => cells.slice(1, -1));
/** What stands in backticks. */
const coded = (words: string): string[] => [...words.matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code);

test("each decision has a number of its own, without a gap, and its title says the same", () => {
  expect(records.map((name) => name.slice(0, 5))).toEqual(
    records.map((_, at) => `${String(at + 1).padStart(4, "0")}-`),
  );
  for (const name of records)
    expect(readFileSync(join("docs/decisions", name), "utf8"), name).toMatch(
      new RegExp(`^# ${Number(name.slice(0, 4))}\\. `),
    );
});

test("links between documents lead to files that exist, and records that are named by number exist", () => {
  const documents = [
    ...present,
    "packages/inngest-sandbox/README.md",
    ...records.map((name) => join("docs/decisions", name)),
  ];
  const nowhere = documents.flatMap((document) => {
    const text = readFileSync(document, "utf8");
    const links = [...text.matchAll(/\]\((?!\w+:|#)([^)#\s]+)/g)].map(([, to = ""]) => to);
    const numbers = [...text.matchAll(/\brecord (\d+)\b/gi)].map(([, number]) => Number(number));
    return [
      ...links.filter((to) => !existsSync(join(dirname(document), to))),
      ...numbers.filter((number) => number < 1 || number > records.length),
    ].map((lost) => `${document}: ${lost}`);
  });
  expect(nowhere).toEqual([]);
});

test("every test that the security table names exists", () => {
  const cells = readFileSync("SECURITY.md", "utf8")
    .split("\n")
    .filter((line) => line.startsWith("| ") && line.includes("`"))
    .map(
      (line) =>
        line
          .split(" | ")
          .at(-1)
          ?.replace(/\s*\|$/, "")
          .trim() ?? "",
    );
  const named = cells.flatMap((cell) => {
    const [, file, title] = /^`([^`]+\.ts)`(?:: (.+))?$/.exec(cell) ?? [];
    return file ? [{ file, title }] : [];
  });
  expect(named.length).toBeGreaterThan(40);
  const missing = named.filter(
    ({ file, title }) => !existsSync(file) || (title && !readFileSync(file, "utf8").includes(title)),
  );
  expect(missing).toEqual([]);
});

/** The tables of docs/architecture.md by the words that lead to each, with the list each one is held to. */
const states: [leadsTo: string, list: readonly string[]][] = [
  ["### Intent", intentStatuses],
  ["### Alert", alertOutcomes],
  ["### Trade", tradeStatuses],
  ["### Escrow\n", escrowStatuses],
  ["### Bet\n\n`betStatuses`", betStatuses],
  ["### Claim", claimStatuses],
  ["### Run", runStatuses],
  ["Its steps, `stepStatuses`", stepStatuses],
  ["### Command", commandStates],
  ["`commandKinds`", commandKinds],
  ["### Decision", decisionKinds],
  ["`decidedStatuses`", decidedStatuses],
  // Its states are those of a command that nobody has answered yet.
  ["### Outbox row", commandStates.slice(0, 3)],
  ["`sendFailures`", sendFailures],
  ["### Webhook", webhookOutcomes],
];

test.each(states)("the table of states at %j names each status once, with what it means", (leadsTo, list) => {
  const [, after = ""] = text("docs/architecture.md").split(leadsTo);
  const table = /(?:^\|.*\n)+/m.exec(after)?.[0] ?? "";
  const rows = rowsOf(table);
  expect(rows.map(([status]) => status).sort()).toEqual(list.map((status) => `\`${status}\``).sort());
  for (const row of rows) expect(row.map((cell) => cell.length > 2)).toEqual([true, true, true, true]);
});

test("what can follow a status is a status of the same table", () => {
  for (const [leadsTo, list] of states) {
    if (list === sendFailures || list === commandKinds) continue;
    const [, after = ""] = text("docs/architecture.md").split(leadsTo);
    for (const [status, , , next = ""] of rowsOf(/(?:^\|.*\n)+/m.exec(after)?.[0] ?? ""))
      expect(list, `${leadsTo}, ${status}`).toEqual(expect.arrayContaining(coded(next).filter(isStatus)));
  }
  function isStatus(word: string): boolean {
    return !word.includes(" ");
  }
});

test("a new list of statuses in domain/ has a table", () => {
  const named = readdirSync("domain")
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .flatMap((name) => [
      ...text(join("domain", name)).matchAll(/^export const (\w+(?:Statuses|States|Outcomes)) = \[/gm),
    ])
    .map(([, list = ""]) => list);
  const parts = ["openEscrowStatuses", "openTradeStatuses", "notPlacedTradeStatuses"];
  const missing = named.filter(
    (list) => !parts.includes(list) && !text("docs/architecture.md").includes(`\`${list}\``),
  );
  expect(named.length).toBeGreaterThan(8);
  expect(missing).toEqual([]);
});

test.each(Object.values(actions))(
  "the call $name has a diagram with its function, its step and its key",
  (action) => {
    const [, prefix = ""] = /^escrow-(?:release|cancel)$/.test(action.name)
      ? ["", "escrow-end"]
      : ["", action.name];
    const [, calls = ""] = text("docs/architecture.md").split("## The protocol of a money call");
    const diagrams = calls.split(/^### /m).filter((part) => part.includes(`key \`${prefix}:`));
    expect(diagrams).toHaveLength(1);
    expect(diagrams[0]).toContain(`participant F as ${action.functionId}\n`);
    expect(diagrams[0]).toContain(action.steps.call);
  },
);

test("every event that a document names is one of ours", () => {
  const names: string[] = Object.values(events).flatMap((event) =>
    typeof event === "object" && "name" in event ? event.name : [],
  );
  const named = present.flatMap((document) => [
    ...text(document).matchAll(/(?<![\w/])purple-flea\/[a-z]+(?:\.[a-z]+)+/g),
  ]);
  expect(named.length).toBeGreaterThan(20);
  expect(named.map(([name]) => name).filter((name) => !names.includes(name))).toEqual([]);
});

/** What Inngest's SDK reads by itself. */
const OF_THE_SDK = ["INNGEST_ENV"];
const variables = [...envNames, ...OF_THE_SDK].sort();

test("the configuration table names what the environment is read for, and its defaults are the defaults", () => {
  const [, after = ""] = text("README.md").split("## Configuration");
  const rows = rowsOf(/(?:^\|.*\n)+/m.exec(after)?.[0] ?? "");
  expect(rows.flatMap(([names = ""]) => coded(names)).sort()).toEqual(variables);
  for (const [names = "", value = ""] of rows) {
    const values = value.split(", ").map((one) => /^`([^`]+)`$/.exec(one)?.[1]);
    for (const [at, name] of coded(names).entries()) {
      const said = values[at];
      if (said === undefined || OF_THE_SDK.includes(name) || envNames.includes(said)) continue;
      expect(readEnv({ [name]: said }), name).toEqual(readEnv({}));
    }
  }
});

test("the example of an environment has every variable, each with a comment and a value that is taken", () => {
  const lines = text(".env.example").split("\n");
  const examples = lines.flatMap((line) => {
    const [, name, value = ""] = /^(?:# )?([A-Z][A-Z_]+)=(.*)$/.exec(line) ?? [];
    return name ? [[name, value.replace(/^"(.*)"$/, "$1")] as const] : [];
  });
  expect(examples.map(([name]) => name).sort()).toEqual(variables);
  expect(readEnv(Object.fromEntries(examples))).not.toHaveProperty("mistakes");
  const live = { ...Object.fromEntries(examples), APP_MODE: "live", INNGEST_DEV: "0", SANDBOX: "off" };
  expect(readEnv(live)).not.toHaveProperty("mistakes");
  for (const [at, line] of lines.entries())
    if (/^(?:# )?[A-Z][A-Z_]+=/.test(line)) expect(lines[at - 1], line).toMatch(/^#? ?\S/);
});

test("every command that a document names is one of package.json", () => {
  const { scripts } = JSON.parse(text("package.json")) as { scripts: Record<string, string> }; // npm reads it too
  const named = present.flatMap((document) =>
    [...text(document).matchAll(/\bnpm (?:run ([\w:-]+)|(test|start)\b)/g)].map(([, script, short]) => ({
      document,
      script: script ?? short ?? "",
    })),
  );
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter(({ script }) => !Object.hasOwn(scripts, script))).toEqual([]);
  const known = new Set(named.map(({ script }) => script));
  expect(Object.keys(scripts).filter((script) => !known.has(script))).toEqual([]);
});

test("every path that a document names exists", () => {
  const rooms = readdirSync(".", { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !["build", "data", "node_modules"].includes(entry.name))
    .map(({ name }) => name);
  const paths = present
    .filter((document) => document !== "CHANGELOG.md")
    .flatMap((document) => coded(text(document)).map((path) => ({ document, path })))
    .filter(({ path }) => rooms.includes(path.split("/")[0] ?? "") && /^[\w./@[\]$-]+$/.test(path));
  expect(paths.length).toBeGreaterThan(40);
  expect(paths.filter(({ path }) => !existsSync(path))).toEqual([]);
});

test("a record that is superseded names a later one", () => {
  const said = records.flatMap((name) =>
    [...text(join("docs/decisions", name)).matchAll(/superseded (?:in part )?by ((?:record )?[^.:]+)/gi)].map(
      ([, by = ""]) => ({ name, by: [...by.matchAll(/\d+/g)].map(([number]) => Number(number)) }),
    ),
  );
  expect(said.length).toBeGreaterThan(3);
  for (const { name, by } of said) {
    expect(by.length, name).toBeGreaterThan(0);
    for (const number of by) expect(number, name).toBeGreaterThan(Number(name.slice(0, 4)));
  }
});
