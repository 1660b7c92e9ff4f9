import { expect, test, vi } from "vitest";
import { bundleWorker } from "./bundle";
import { play } from "./play";
import { playAll } from "./pool";
import { historyOf } from "./stories";
import type { Report } from "./worker";

vi.setConfig({ testTimeout: 120_000 });
const SEEDS = [3, 17, 145, 515];

test("a bundled worker, with costs taken out, plays what is played without", async () => {
  const reports = new Map<number, Report>();
  const worker = await bundleWorker("worker-in-test");
  await playAll({
    worker,
    workers: 1,
    seeds: SEEDS,
    done: (report) => reports.set(report.seed, report).size > 0,
  });
  for (const seed of SEEDS) {
    const { story: _story, ...played } = await play(historyOf(seed));
    expect(played.exchanges).toBeGreaterThan(50);
    expect(reports.get(seed)).toMatchObject(played);
  }
});
