/**
 * What a test or a tool may use of this package. The rest of `src/` is the engine's own and may change with any version.
 */
export { createApi, type ApiOptions } from "./api";
export { manualClock, wallClock, type Clock } from "./clock";
export { openEngine, type Engine, type EngineOptions } from "./engine";
export { listen } from "./listen";
export type { Run } from "./runs";
export type { RunStatus } from "./store";
export { syncApp } from "./sync";
