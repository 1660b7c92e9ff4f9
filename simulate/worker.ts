/** Plays the histories it is told to, one after the other: a child process of simulate/pool.ts. */
import { play, type Played } from "./play";
import { historyOf, MIN_REQUESTS, MIN_STOPS, MIN_TROUBLES } from "./stories";

/** What came of one seed. */
export interface Report extends Omit<Played, "story"> {
  seed: number;
  /** Time on a core, ms. */
  ms: number;
}

/** What this process has had of a core so far, ms: what a history costs, however busy the machine is. */
const onCore = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

/** What a history has tried, when that is less than every history is to try. */
function tooLittle({ requests, counts }: Pick<Played, "requests" | "counts">): string | null {
  const sum = (kind: string) =>
    Object.entries(counts).reduce((n, [what, times]) => (what.startsWith(kind) ? n + times : n), 0);
  const [troubles, stops] = [sum("trouble "), sum("stop ")];
  return requests < MIN_REQUESTS || troubles < MIN_TROUBLES || stops < MIN_STOPS
    ? `${requests} requests, ${troubles} troubles, ${stops} stops`
    : null;
}

async function report(seed: number): Promise<Report> {
  const started = onCore();
  try {
    const { story: _story, ...played } = await play(historyOf(seed));
    const little = tooLittle(played);
    if (little) played.broken.push({ rule: "every history tries enough", what: little });
    return { seed, ms: onCore() - started, ...played };
  } catch (error) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const broken = [{ rule: "it runs", what }];
    return { seed, ms: onCore() - started, broken, counts: {}, requests: 0, exchanges: 0 };
  }
}

// The SDK copies the environment at every call, and its parser's errors are thrown away by the thousand: neither the real
// environment's accessors nor a stack is needed for that.
process.env = { NODE_ENV: "production" };
Error.stackTraceLimit = 0;

process.on("message", (seed: number) => {
  void report(seed).then((done) => process.send?.(done));
});
process.on("disconnect", () => process.exit(0));
process.send?.("ready");
