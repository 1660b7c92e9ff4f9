import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closeDatabase, openReader } from "../../db/connection";
import { seeded } from "../chance";
import { countEndings } from "../endings";
import type { Broken } from "../evidence";
import type { History } from "../moves";
import { People } from "../people";
import { RealDriver } from "./driver";
import { comeToRest, lookUpAll } from "./rest";
import { checkFiles, checkUnknown } from "./rules";
import { Trio } from "../../sandbox/trio";
import { waitFor } from "../../sandbox/processes";

export interface Round extends Pick<RealDriver, "kills" | "underWay"> {
  broken: Broken[];
  /** Where its files are kept; null when every rule holds. */
  folder: string | null;
  story: string[];
  requests: number;
  /** Outcomes that were unknown when all had come to rest, or were settled by the operator before. */
  unknown: number;
  /** How often each end occurred: `end trade closed` … */
  ends: Record<string, number>;
  seconds: number;
}

/** Plays a history on real processes and files to its end, and looks at what is left. */
export async function playRound(history: History, say: (line: string) => void): Promise<Round> {
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1_000;
  const folder = mkdtempSync(join(tmpdir(), `kills-${history.seed}-`));
  const story: string[] = [];
  const tell = (who: string, what: string) => {
    const line = `${seconds().toFixed(2).padStart(7)} s  ${who.padEnd(8)} ${what}`;
    story.push(line);
    if (who === "fate") say(line);
  };
  const trio = await Trio.in(folder, history.seed, !history.honoursKeys);
  const driver = new RealDriver(trio, seeded(history.seed + 1), tell);
  const people = new People(driver);
  const unknownNow = () => people.unknown(Number.MAX_SAFE_INTEGER);
  const ends: Record<string, number> = {};
  const broken: Broken[] = [];
  let unknown = 0;
  const emergency = () => void trio.end("SIGKILL");
  process.once("exit", emergency);
  try {
    await trio.start();
    await driver.slowDown();
    tell("world", "everything is up");
    await people.makeAll(history.moves);
    await driver.calm();
    tell("world", "the last request was made and everybody is back");
    await lookUpAll(trio, people);
    tell("world", "whatever could be looked up was");
    unknown = unknownNow().length + people.settled;
    broken.push(...checkUnknown(trio, await driver.visitor.page("/unknown"), driver.moments));
    for (const call of unknownNow()) {
      await people.settleTruly(call);
      await waitFor(
        `${String(call.key)} is settled`,
        () => !unknownNow().some(({ key }) => key === call.key),
      );
    }
    await comeToRest(trio, people);
    tell("world", "everything is at rest");
    await trio.end("SIGTERM");
    broken.push(...checkFiles(trio, driver.witness, people));
    const reader = openReader(trio.files.app);
    countEndings(reader, ends);
    closeDatabase(reader);
  } catch (error) {
    broken.push({ rule: "the round ends", what: error instanceof Error ? error.message : String(error) });
  } finally {
    driver.giveUp();
    await trio.end("SIGKILL");
    process.off("exit", emergency);
  }
  if (broken.length === 0) rmSync(folder, { recursive: true });
  return {
    broken,
    folder: broken.length === 0 ? null : folder,
    story,
    kills: driver.kills,
    underWay: driver.underWay,
    requests: people.requests,
    unknown,
    ends,
    seconds: seconds(),
  };
}
