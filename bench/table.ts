/** One line of the performance table. */
export interface Row {
  what: string;
  measured: string;
  /** What it is measured against, in words. */
  budget: string;
  /** Whether it is within that; left out where there is nothing to keep. */
  kept?: boolean;
}

export function asTable(rows: Row[]): string {
  const mark = (kept?: boolean) => (kept === undefined ? "" : kept ? "yes" : "NO");
  const cells = [
    ["what", "measured", "budget", "kept"],
    ...rows.map((row) => [row.what, row.measured, row.budget, mark(row.kept)]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  const lines = cells.map((line) => `| ${line.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |`);
  lines.splice(1, 0, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`);
  return lines.join("\n");
}

/** The value below which that share of the values lies. */
export function percentile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}
export const ms = (value: number): string => `${value.toFixed(1)} ms`;
