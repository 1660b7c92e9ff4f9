import type { StopMove } from "./history";
import { scope, Stopped } from "./life";
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
    private readonly lost: (who: "app" | "engine") => void,
  ) {}

  add(move: StopMove): void {
    this.armed.push({ ...move });
  }
  clear(): void {
    this.armed = [];
  }

  /**
   * The history has come to such a place. @throws Stopped when the code that came there belongs to a process that is stopped
   */
  reach(place: Place, where: string): void {
    const found = this.armed.find((stop) => stop.place === place);
    if (!found || found.skip-- > 0) return;
    this.armed = this.armed.filter((stop) => stop !== found);
    const world = this.world();
    const victims = found.who === "both" ? (["app", "engine"] as const) : [found.who];
    for (const who of victims) {
      const label = `${who} ${where}`;
      this.happened.set(label, (this.happened.get(label) ?? 0) + 1);
      this.tell("fate", `the ${who} is stopped ${where}, for ${found.downMs / 1_000} s`);
      this.lost(who);
      if (who === "app") world.killApp();
      else world.killEngine();
      world.later(found.downMs, () => (who === "app" ? world.startApp() : world.startEngine()));
    }
    if (scope.getStore()?.life.alive === false) throw new Stopped();
  }
}
