import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closeDatabase, openReader } from "../../db/connection";
import { seeded } from "../chance";
import { countEndings } from "../endings";
import type { Broken } from "../evidence";
import { Killer } from "./killer";
import { People } from "./people";
import type { Deed, Plan } from "./plan";
import { comeToRest, lookUpAll } from "./rest";
import { checkFiles, checkUnknown } from "./rules";
import { Stack, type MachineName } from "./stack";
import { Witness } from "./witness";

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits for all of them, also when one fails: the others are told then, and what failed first is thrown in the end. */
async function together(work: Promise<void>[], giveUp: () => void): Promise<void> {
  const watched = work.map((one) =>
    one.catch((error: unknown) => {
      giveUp();
      throw error;
    }),
  );
  await Promise.allSettled(watched);
  await Promise.all(watched);
}

export interface Round {
  broken: Broken[];
  /** Where its files are kept; null when every rule holds. */
  folder: string | null;
  story: string[];
  kills: Record<MachineName, number>;
  /** Kills that fell while a money call was under way. */
  underWay: number;
  requests: number;
  /** Outcomes that were unknown when all had come to rest, or were settled by the operator before. */
  unknown: number;
  /** How often each end occurred: `end trade closed` … */
  ends: Record<string, number>;
  seconds: number;
}

/** Plays one round on real processes and files to its end, and looks at what is left. */
export async function playRound(plan: Plan, say: (line: string) => void): Promise<Round> {
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1_000;
  const folder = mkdtempSync(join(tmpdir(), `kills-${plan.seed}-`));
  const story: string[] = [];
  const tell = (what: string) => void story.push(`${seconds().toFixed(2).padStart(7)} s  ${what}`);
  const announce = (what: string) => {
    tell(what);
    say(story.at(-1) ?? what);
  };
  const stack = await Stack.in(folder, plan.seed, plan.forgetKeys);
  const witness = new Witness();
  const people = new People(stack, witness, tell);
  let offset = 0;
  const killer = new Killer(stack, seeded(plan.seed + 1), () => Date.now() + offset, announce);
  const ends: Record<string, number> = {};
  const broken: Broken[] = [];
  let unknown = 0;

  async function act(deed: Deed): Promise<void> {
    if (deed.do !== "pass") return people.act(deed);
    await killer.inPeace(async () => {
      await stack.controls.advance(deed.ms);
      offset = (await stack.controls.now()) - Date.now();
      tell(`the clock was moved by ${deed.ms / 1_000} s`);
    });
  }
  let failed = false;
  async function actAll(): Promise<void> {
    for (const { after, deed } of plan.deeds) {
      await sleep(after);
      if (failed) return;
      await act(deed);
    }
  }

  const emergency = () => void stack.end("SIGKILL");
  process.once("exit", emergency);
  try {
    await stack.start();
    await killer.slowDown();
    tell("everything is up");
    await together([actAll(), killer.carryOut(plan.kills)], () => {
      failed = true;
      killer.giveUp();
    });
    tell("the last request was made and everybody is back");
    await killer.speedUp();
    await lookUpAll(stack, people);
    tell("whatever could be looked up was");
    unknown = stack.read("app", "select key from intents where status = 'unknown'").length + people.settled;
    broken.push(...checkUnknown(stack, await people.listedAsUnknown(), killer.moments));
    await people.settleAll();
    await comeToRest(stack, people);
    tell("everything is at rest");
    await stack.end("SIGTERM");
    broken.push(...checkFiles(stack, witness));
    const reader = openReader(stack.files.app);
    countEndings(reader, ends);
    closeDatabase(reader);
  } catch (error) {
    broken.push({ rule: "the round ends", what: error instanceof Error ? error.message : String(error) });
  } finally {
    await stack.end("SIGKILL");
    process.off("exit", emergency);
  }
  if (broken.length === 0) rmSync(folder, { recursive: true });
  return {
    broken,
    folder: broken.length === 0 ? null : folder,
    story,
    kills: killer.counts,
    underWay: killer.underWay,
    requests: people.requests,
    unknown,
    ends,
    seconds: seconds(),
  };
}
