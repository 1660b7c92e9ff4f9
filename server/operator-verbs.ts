import { parseArgs } from "node:util";
import { closeDatabase, type Writer } from "../db/connection";
import { markLive } from "../db/desk/mark-live";
import {
  addOperator,
  disableOperator,
  enableOperator,
  listOperators,
  OperatorRefused,
  setPassword,
  setRole,
  signOutOperator,
  type By,
} from "../db/desk/operators";
import { FileRefused, inspectUsedFile, isAlone, openUsedFile } from "../db/identity";
import { wallClock } from "../domain/clock";
import { roles, type Role } from "../domain/statuses";
import { commandFile } from "./command-file";
import type { CommandEnv } from "./env";

const USAGE = `operator add EMAIL [--role ${roles.join("|")}] [--name "Some One"]   a new operator; the role is "operator" unless said
operator password EMAIL            another password; signs them out
operator role EMAIL ${roles.join("|")}   another role; signs them out
operator disable EMAIL             lets them in no more; signs them out
operator enable EMAIL              lets them in again
operator sign-out EMAIL            ends their sessions
operator list                      who may do what
operator mark-live [--agent ID]    takes practice accounts out of a live desk's file and marks it live; stop the desk first

A password is read from OPERATOR_PASSWORD, or asked for on the terminal (or standard input) when that is not set.
The file is the one on DATABASE_PATH, or data/operator.sqlite or data/practice/operator.sqlite, whichever there is.`;

/** What was typed is not a command. */
class Usage extends Error {}

const by = (): By => ({ actor: { kind: "system", id: "operator command" }, now: wallClock.now() });
/** What a command is given from outside. */
export interface Outside {
  args: string[];
  env: CommandEnv;
  /** Asks for what must not be seen. */
  ask(question: string): Promise<string>;
  migrationsFolder: string;
}

function parsed(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: { role: { type: "string" }, name: { type: "string" }, agent: { type: "string" } },
    });
  } catch (error) {
    throw new Usage(error instanceof Error ? error.message : String(error));
  }
}
type Options = ReturnType<typeof parsed>["values"];

function roleOf(text: string): Role {
  const role = roles.find((one) => one === text);
  if (!role) throw new Usage(`"${text}" is no role: ${roles.join(", ")}`);
  return role;
}
/** What is typed after a verb; each takes exactly these. */
const takes: Record<string, number> = {
  add: 1,
  password: 1,
  role: 2,
  disable: 1,
  enable: 1,
  "sign-out": 1,
  list: 0,
};

async function run(
  db: Writer,
  { env, ask }: Outside,
  options: Options,
  [verb = "", email = "", more = ""]: string[],
): Promise<string> {
  const password = async () => env.OPERATOR_PASSWORD ?? (await ask(`Password for ${email}: `));
  switch (verb) {
    case "add": {
      const role = roleOf(options.role ?? "operator");
      await addOperator(db, { email, name: options.name ?? email, password: await password(), role }, by());
      return `${email} may sign in as ${role}.`;
    }
    case "password":
      await setPassword(db, email, await password(), by());
      return `${email} has another password and is signed out everywhere.`;
    case "role":
      setRole(db, email, roleOf(more), by());
      return `${email} is ${more} now and is signed out everywhere.`;
    case "disable":
      disableOperator(db, email, by());
      return `${email} may sign in no more and is signed out everywhere.`;
    case "enable":
      enableOperator(db, email, by());
      return `${email} may sign in again.`;
    case "sign-out":
      return `${email} is signed out: ${signOutOperator(db, email, by())} sessions ended.`;
    default:
      return listed(db);
  }
}

function listed(db: Writer): string {
  const rows = listOperators(db).map(({ email, name, role, enters, disabledAt }) => [
    email,
    role,
    enters ? "may sign in" : disabledAt === null ? "kept out: practice" : "disabled",
    name === email ? "" : name,
  ]);
  if (rows.length === 0) return "Nobody is an operator of this desk.";
  const widths = rows.reduce<number[]>(
    (wide, row) => row.map((cell, n) => Math.max(wide[n] ?? 0, cell.length)),
    [],
  );
  return rows
    .map((row) =>
      row
        .map((cell, n) => cell.padEnd(widths[n] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Whose books the file holds from now on: said, and not against what it says itself. */
function agentOf(path: string, { AGENT_ID: named }: CommandEnv, said: string | undefined): string {
  const found = inspectUsedFile(path);
  if (said) return said;
  const known = found.kind === "marked" ? found.identity.agent : found.agent;
  const isLive = found.kind === "marked" && found.identity.mode === "live";
  const agent = named ?? (isLive ? known : undefined);
  if (!agent) throw new Usage("Say whose books these are: AGENT_ID, or --agent ID");
  if (known !== undefined && known !== agent)
    throw new FileRefused(
      `${path} was last used for agent ${known}, and AGENT_ID is ${agent}: a file that only practice used does not become live. If it is the live desk's file all the same, say so with --agent ${agent}.`,
    );
  return agent;
}

function makeLive(path: string, { env, migrationsFolder }: Outside, said: string | undefined): string {
  const agent = agentOf(path, env, said);
  if (!isAlone(path)) throw new FileRefused(`${path} is in use by another process: stop the desk first.`);
  const db = openUsedFile(path, migrationsFolder);
  const done = markLive(db, agent, by());
  closeDatabase(db);
  return [
    `${path} is marked live, for agent ${agent}.`,
    `Practice accounts removed: ${done.removed.length === 0 ? "none" : done.removed.join(", ")}; their sessions ended: ${done.sessions}.`,
    `Kept as this desk's history: ${Object.entries(done.rows)
      .map(([what, n]) => `${n} ${what}`)
      .join(", ")}.`,
    done.operators === 0
      ? 'No operator is left: "operator add", or start the desk with OPERATOR_EMAIL and OPERATOR_PASSWORD.'
      : `Operators who are left: ${done.operators}.`,
  ].join("\n");
}

async function carriedOut(outside: Outside): Promise<string> {
  const { values, positionals } = parsed(outside.args);
  const [verb = ""] = positionals;
  if (verb === "help") return USAGE;
  if (verb !== "mark-live" && takes[verb] === undefined)
    throw new Usage(verb ? `"${verb}" is no verb of this command.` : "What is to be done?");
  if (positionals.length - 1 !== (takes[verb] ?? 0))
    throw new Usage(`"${verb}" takes ${takes[verb] ?? 0} more.`);
  const path = commandFile(outside.env.DATABASE_PATH);
  if (verb === "mark-live") return makeLive(path, outside, values.agent);
  const db = openUsedFile(path, outside.migrationsFolder);
  try {
    return await run(db, outside, values, positionals);
  } finally {
    closeDatabase(db);
  }
}

/** Carries out what was typed; what it did, or why it did nothing. */
export async function operatorCommand(outside: Outside): Promise<{ done: string } | { refused: string }> {
  try {
    return { done: await carriedOut(outside) };
  } catch (error) {
    if (error instanceof Usage) return { refused: `${error.message}\n\n${USAGE}` };
    if (error instanceof FileRefused) return { refused: error.message };
    if (!(error instanceof OperatorRefused)) throw error;
    const about = error.about ? `the ${error.about === "email" ? "e-mail" : "password"} ` : "";
    return { refused: `Nothing was changed: ${about}${error.message}.` };
  }
}
