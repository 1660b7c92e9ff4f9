import { createHash } from "node:crypto";

/** Our reference for what an event asked for: short, and the same for the same id. */
export const shortRef = (prefix: "tr" | "bet", id: string): string =>
  `${prefix}_${createHash("sha256").update(id).digest("hex").slice(0, 12)}`;
