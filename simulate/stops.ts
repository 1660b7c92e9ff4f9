import { between } from "./chance";
import type { StopMove } from "./moves";
import { scope, Stopped, victims, type Victim } from "./life";
import type { World } from "./world";

type Place = StopMove["place"];

/** Stops that wait for their place. */
export class Stops {
  private armed: StopMove[] = [];
  /** Where processes were stopped: `app behind a commit of place-order` and how often. */
  readonly happened = new Map<string, number>();

  constructor(
    private readonly world: () => World,
    private readonly tell: (who: string, what: string) => void,
    private readonly lost: (who: Victim) => void,
  ) {}

  add(move: StopMove): void {
    this.armed.push({ ...move });
  }
  clear(): void {
    this.armed = [];
  }
  /** How often a process was stopped. */
  get count(): number {
    return [...this.happened.values()].reduce((n, times) => n + times, 0);
  }
  /** Lets a process stop soon, wherever it is. */
  provoke(random: () => number): void {
    const who = victims[between(random, 0, 2)] ?? "app";
    const skip = between(random, 0, 3);
    this.add({ do: "stop", after: 0, who, place: "desk-commit", of: "any", skip, downMs: 2_000 });
  }

  /**
   * The history has come to such a place. @throws Stopped when the code that came there belongs to a process that is stopped
   */
  reach(place: Place, where: string, of?: string): void {
    const found = this.armed.find((stop) => stop.place === place && (stop.of === "any" || stop.of === of));
    if (!found || found.skip-- > 0) return;
    this.armed = this.armed.filter((stop) => stop !== found);
    const world = this.world();
    const struck = found.who === "both" ? (["app", "engine"] as const) : ([found.who] as const);
    for (const who of struck) {
      const label = `${who} ${where}`;
      this.happened.set(label, (this.happened.get(label) ?? 0) + 1);
      this.tell("fate", `the ${who} is stopped ${where}, for ${found.downMs / 1_000} s`);
      this.lost(who);
      world.kill(who);
      world.later(found.downMs, () => world.start(who));
    }
    if (scope.getStore()?.life.alive === false) throw new Stopped();
  }
}
