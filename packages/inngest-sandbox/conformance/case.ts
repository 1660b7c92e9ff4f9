import { type Inngest, type InngestFunction } from "inngest";

type Create = Inngest.Any["createFunction"];
export type FunctionConfig = Omit<Parameters<Create>[0], "id">;
export type Handler = Parameters<Create>[1];

/** What a case's functions may use. */
export interface Kit {
  /** A function of the case: `<case>` or `<case>-<suffix>`. */
  fn(suffix: string, config: FunctionConfig, handler: Handler): InngestFunction.Any;
  /** The case's own name of an event. */
  ev(what: string): string;
  /** A side effect that the recording keeps, in order. */
  effect(label: string): void;
  /** How many times this was asked for, from 1. */
  nth(what: string): number;
  /** Lets a step take time, on the movable clock. */
  pause(ms: number): Promise<void>;
}

/** What drives a case from outside. */
export interface Driver {
  now(): number;
  /** Lets time pass, with everything that falls due on the way. */
  pass(ms: number): Promise<void>;
  /** Sends events over the API; returns the engine's ids. */
  send(events: object): Promise<string[]>;
  /** Sends the case's event of that name. */
  tell(what: string, data?: object, more?: object): Promise<string[]>;
  ask(method: string, path: string, body?: string): Promise<{ status: number; body: unknown }>;
  /** An address whose answer repeats what it was asked. */
  echoUrl: string;
}

/** What goes wrong between engine and app at the nth call. */
export type Fault = { status: number; body: string } | { cut: "before" | "after" };

export interface Case {
  name: string;
  functions(kit: Kit): InngestFunction.Any[];
  drive(driver: Driver): Promise<void>;
  /** How long to look on once the driver is done, ms. */
  watchMs: number;
  unordered?: boolean;
  fault?(nth: number): Fault | null;
}

/** The usual case: one function that the event `go` starts. */
export function one(
  name: string,
  config: FunctionConfig,
  handler: (kit: Kit) => Handler,
  drive: Case["drive"],
  rest: Partial<Case> = {},
): Case {
  return {
    name,
    functions: (kit) => [kit.fn("", { triggers: [{ event: kit.ev("go") }], ...config }, handler(kit))],
    drive,
    watchMs: 2_000,
    ...rest,
  };
}
export const go =
  (data: object = {}) =>
  async (driver: Driver): Promise<void> =>
    void (await driver.tell("go", data));
