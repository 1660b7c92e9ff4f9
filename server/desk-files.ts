import { join } from "node:path";
import { existsSync } from "node:fs";
import type { Reader, Writer } from "../db/connection";
import { FileRefused, inspectFile, openDesk } from "../db/identity";
import { wallClock } from "../domain/clock";
import { DEFAULT_PATH, fileModeOf, type FileIdentity } from "../domain/identity";
import type { Env } from "./env";

/** What this environment asks of a database. Practice acts for an agent of its own unless it is told. */
export const askedOf = (env: Pick<Env, "APP_MODE" | "AGENT_ID">): FileIdentity => ({
  mode: fileModeOf(env.APP_MODE),
  dialect: "gateway",
  agent: env.AGENT_ID ?? "ag_practice",
});

/** Practice kept its file where live keeps its own, up to the release that told them apart. */
function leftBehind(path: string): string | null {
  const old = DEFAULT_PATH.live;
  if (path !== DEFAULT_PATH.practice || existsSync(path) || !existsSync(old)) return null;
  const found = inspectFile(old);
  const practised =
    found.kind === "rows"
      ? found.mode === "practice"
      : found.kind === "marked" && found.identity.mode === "practice";
  return practised
    ? `Practice now keeps its desk in ${path}, and yours is still ${old}. Move it with "mkdir -p data/practice && mv ${old}* data/practice/"; if it is a live desk's file that practice only visited, run "npm run operator -- mark-live" instead.`
    : null;
}

/** Opens the desk's file as the environment asks, or says in one line why not, having written nothing. */
export function openDeskFiles(
  env: Pick<Env, "APP_MODE" | "AGENT_ID" | "DATABASE_PATH">,
): { writer: Writer; reader: Reader } | { refusal: string } {
  // Whatever this process and those it starts put on disk is for their user alone.
  process.umask(0o077);
  const refusal = leftBehind(env.DATABASE_PATH);
  if (refusal) return { refusal };
  const asked = askedOf(env);
  try {
    return openDesk({
      path: env.DATABASE_PATH,
      migrationsFolder: join(process.cwd(), "db/migrations"),
      durability: asked.mode === "live" ? "power-cut" : "kill",
      asked,
      now: wallClock.now(),
    });
  } catch (error) {
    if (error instanceof FileRefused) return { refusal: error.message };
    throw error;
  }
}
