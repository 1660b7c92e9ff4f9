import { moneyCalls } from "../history";
import { between } from "../chance";
import type { Kill } from "./plan";
import { machineNames, waitFor, type MachineName, type Stack } from "./stack";

/** How long after the last kill nothing it left behind is on its way any more, ms. */
const CALM_MS = 1_500;
/** How long Purple Flea takes between having done something and saying so, ms. */
const ANSWER_MS = { from: 20, to: 400 };
const ANSWERS = 1_000;
/** How long an aimed kill waits for a money call to begin, ms. */
const AIM_MS = 2_000;
const LOOK_MS = 5;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Kills processes by a plan, and starts each again a little later. */
export class Killer {
  readonly counts: Record<MachineName, number> = { app: 0, engine: 0, "purple-flea": 0 };
  /** When each kill was, ms of the practice clock. */
  readonly moments: number[] = [];
  /** Kills that fell while a money call had begun and had no outcome. */
  underWay = 0;
  private readonly coming = new Map<MachineName, Promise<void>>();
  private last = 0;
  private turn: Promise<void> = Promise.resolve();
  private over = false;

  constructor(
    private readonly stack: Stack,
    private readonly random: () => number,
    private readonly practiceNow: () => number,
    private readonly tell: (what: string) => void,
  ) {}

  /** @throws when a process does not come back */
  async carryOut(kills: readonly Kill[]): Promise<void> {
    for (const kill of kills) {
      await sleep(kill.after);
      if (this.over) return;
      await this.alone(() => this.kill(kill));
    }
    await this.allBack();
  }

  /** Does something while every process is up, nothing of an earlier kill is on its way, and nobody is killed. */
  inPeace(work: () => Promise<void>): Promise<void> {
    return this.alone(async () => {
      await this.allBack();
      await waitFor("the last kill is over", () => performance.now() - this.last > CALM_MS);
      await work();
    });
  }

  /** Kills nobody any more, and starts nobody. */
  giveUp(): void {
    this.over = true;
  }

  private alone(work: () => Promise<void>): Promise<void> {
    const mine = this.turn.then(work);
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  /** Purple Flea's answers come a while after what they tell of: a kill may fall in between. Its faults die with it. */
  async slowDown(): Promise<void> {
    for (const call of moneyCalls) {
      const fault = { call, kind: "delay", delay_ms: between(this.random, ANSWER_MS.from, ANSWER_MS.to) };
      await this.stack.controls.control("faults", { ...fault, times: ANSWERS }).catch(() => undefined);
    }
  }

  /** Ends that with one more kill, which is as good a cause as any and not one of the plan's. */
  async speedUp(): Promise<void> {
    const purpleFlea = this.stack.machines["purple-flea"];
    this.moments.push(this.practiceNow());
    await purpleFlea.end("SIGKILL");
    await purpleFlea.start();
  }

  private async allBack(): Promise<void> {
    await Promise.all(machineNames.map((name) => this.coming.get(name)));
  }

  private async kill({ name, aim, frozen, down }: Kill): Promise<void> {
    const { machines } = this.stack;
    const victim = machines[name];
    // One that is starting may be killed as well; one that is away has to come first.
    if (!victim.isUp) await this.coming.get(name);
    if (aim !== null) {
      await this.somethingUnderWay();
      await sleep(aim);
    }
    if (frozen) {
      machines[frozen.name].freeze();
      await sleep(frozen.ms);
    }
    const open = this.openCalls();
    this.last = performance.now();
    this.moments.push(this.practiceNow());
    await victim.end("SIGKILL");
    if (frozen) machines[frozen.name].thaw();
    this.counts[name]++;
    if (open.length > 0) this.underWay++;
    const meanwhile = frozen ? `, ${frozen.name} frozen for ${frozen.ms} ms` : "";
    this.tell(`${name} killed${meanwhile}${open.length > 0 ? `, with ${open.join(" and ")} under way` : ""}`);
    const back = this.bringBack(name, down);
    // Whoever waits for it hears of a failure; until somebody does it is not unhandled.
    back.catch(() => undefined);
    this.coming.set(name, back);
  }

  private async bringBack(name: MachineName, after: number): Promise<void> {
    await sleep(after);
    if (this.over) return;
    await this.stack.machines[name].start();
    if (name === "purple-flea") await this.slowDown();
  }

  private async somethingUnderWay(): Promise<void> {
    for (const end = performance.now() + AIM_MS; performance.now() < end;) {
      if (this.openCalls().length > 0) return;
      await sleep(LOOK_MS);
    }
  }

  /** Money calls that have begun and have no outcome yet. */
  private openCalls(): string[] {
    try {
      return this.stack
        .read("app", "select key from intents where status = 'open'")
        .map(({ key }) => String(key));
    } catch {
      return [];
    }
  }
}
