/**
 * What a database file is: whose money it tells of. A file carries it, so that no environment makes one thing of another.
 */
export const fileModes = ["live", "practice"] as const;
export type FileMode = (typeof fileModes)[number];

/** How Purple Flea is spoken to. Ids, amounts and states of one mean nothing to another. */
export const dialects = ["gateway", "services"] as const;
export type Dialect = (typeof dialects)[number];

export interface FileIdentity {
  mode: FileMode;
  dialect: Dialect;
  /** The agent whose wallet, trades and claims are in it. */
  agent: string;
}

/** `test` plays with practice money, so its files are practice files. */
export const fileModeOf = (appMode: "live" | "practice" | "test"): FileMode =>
  appMode === "live" ? "live" : "practice";

/** Where a desk keeps its file unless it is told: apart, so that practice never meets live. */
export const DEFAULT_PATH: Record<FileMode, string> = {
  live: "data/operator.sqlite",
  practice: "data/practice/operator.sqlite",
};
