/**
 * What is kept of a case: everything the engine asked of the app and what it was told, the effects, the system events, the
 * API's replies and how the runs ended. Made equal before two are compared: ids and moments become placeholders, and
 * times, the order between runs and the order among calls that run side by side are left out.
 */
export interface Call {
  runId: string;
  functionId: string;
  stepId: string;
  /** The request's body as it was parsed; a text when it was too large to keep. */
  request: unknown;
  /** What was broken on purpose, in words. */
  fault?: string;
  response?: { status: number; noRetry?: string; body: unknown };
}
export interface Exchange {
  method: string;
  path: string;
  status: number;
  body: unknown;
}
export interface Recording {
  calls: Call[];
  effects: string[];
  exchanges: Exchange[];
  systemEvents: unknown[];
  statuses: string[];
  /** Effects of steps that run side by side come in no particular order. */
  unordered?: boolean;
}
export interface Shape {
  runs: unknown[];
  statuses: string[];
  system: unknown[];
  effects: string[];
  replies: unknown[];
}

type Bag = Record<string, unknown>;
export const isBag = (value: unknown): value is Bag =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const bag = (value: unknown): Bag => (isBag(value) ? value : {});

/** Of the moment, of chance or of one engine alone. */
const DROPPED = new Set(["stack", "timing", "Date", "date", "correlation_id"]);
const LONG = 2_000;

function placeholders(text: string): string {
  if (text.length > LONG) return `${text.slice(0, 40)}… (${text.length} characters)`;
  return text
    .replace(/<(?:ulid|uuid) \d+>/g, "<id>")
    .replace(/\b0[1-9A-HJKMNP-TV-Z][0-9A-HJKMNP-TV-Z]{24}\b/g, "<id>")
    .replace(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, "<id>")
    .replace(/\b20[23]\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)/g, "<time>")
    .replace(/\b1[7-9]\d{11}\b/g, "<ms>");
}
const isMoment = (value: number): boolean => value > 1.6e12 && value < 2.2e12;

function plain(value: unknown): unknown {
  if (typeof value === "string") return placeholders(value);
  if (typeof value === "number") return isMoment(value) ? "<ms>" : value;
  if (Array.isArray(value)) return value.map(plain);
  if (!isBag(value)) return value ?? null;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => !DROPPED.has(key) && inner !== undefined)
      .map(([key, inner]) => [placeholders(key), plain(inner)]),
  );
}

function dataOf(data: unknown): Bag {
  const { _inngest, ...own } = bag(data);
  const { fn_id, status } = bag(_inngest);
  return { ...own, ...(isBag(_inngest) && { _inngest: { fn_id, status } }) };
}
function eventOf(value: unknown): unknown {
  if (!isBag(value)) return value ?? null;
  const { name, data, id, v } = value;
  return { name, data: dataOf(data), ...(id !== undefined && { id: "<some>" }), ...(v ? { v } : {}) };
}
function memoOf(value: unknown): unknown {
  if (!isBag(value)) return value ?? null;
  if ("name" in value && "data" in value && !("type" in value)) return { event: eventOf(value) };
  const { type: _type, ...rest } = value;
  return rest;
}

function callShape(call: Call): Bag {
  if (!isBag(call.request)) return { step: call.stepId, body: "(large)" };
  const { event, events, steps, ctx } = call.request;
  const { attempt, max_attempts, disable_immediate_execution, stack } = bag(ctx);
  const shown = Array.isArray(events) ? events.map(eventOf) : events;
  return {
    step: call.stepId,
    attempt,
    of: max_attempts,
    plan: Boolean(disable_immediate_execution),
    event: eventOf(event),
    // A list of the one event says nothing more.
    ...((!Array.isArray(shown) || shown.length !== 1) && { events: shown }),
    steps: Object.fromEntries(Object.entries(bag(steps)).map(([id, value]) => [id, memoOf(value)])),
    order: bag(stack).stack ?? [],
    fault: call.fault,
    status: call.response?.status,
    answer: call.response?.body,
    noRetry: call.response?.noRetry,
  };
}

const byText = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

function replyShape({ method, path, status, body }: Exchange): Bag {
  const asked = `${method} ${path.split("?")[0]}`;
  if (path.startsWith("/e")) {
    const { ids, status: inner, error } = bag(body);
    return {
      asked,
      status,
      ids: Array.isArray(ids) ? ids.map((id) => (id ? "<id>" : "")) : undefined,
      inner,
      refused: Boolean(error),
    };
  }
  const { status: inner, data } = bag(body);
  return {
    asked,
    status,
    inner,
    keys: isBag(data) ? Object.keys(data).sort() : undefined,
    rows: Array.isArray(data) ? data.length : undefined,
  };
}

/** What of a recording is compared. */
export function shapeOf(recording: Recording): Shape {
  const runs = new Map<string, { function: string; calls: unknown[]; planned: unknown[] }>();
  for (const call of recording.calls) {
    const run = runs.get(call.runId) ?? { function: call.functionId, calls: [], planned: [] };
    runs.set(call.runId, run);
    (call.stepId === "step" ? run.calls : run.planned).push(plain(callShape(call)));
  }
  for (const run of runs.values()) run.planned.sort(byText);
  return {
    runs: [...runs.values()].sort(byText),
    statuses: [...recording.statuses].sort(),
    system: recording.systemEvents
      .map((event) => {
        const { name, data } = bag(event);
        const { function_id, error, result, event: trigger, _inngest } = bag(data);
        return plain({
          name,
          function: function_id,
          status: bag(_inngest).status,
          error: isBag(error) ? { name: error.name, message: error.message } : undefined,
          result,
          trigger: eventOf(trigger),
        });
      })
      .sort(byText),
    effects: recording.unordered ? [...recording.effects].sort() : recording.effects,
    replies: recording.exchanges.map((exchange) => plain(replyShape(exchange))),
  };
}

/** Where two shapes differ, one line each: the place, what was expected, what there is. */
export function differences(expected: unknown, actual: unknown, at = ""): string[] {
  if (JSON.stringify(expected) === JSON.stringify(actual)) return [];
  const both = isBag(expected) && isBag(actual);
  if (both || (Array.isArray(expected) && Array.isArray(actual))) {
    const left = bag(both ? expected : { ...(expected as unknown[]) }); // an array is a bag of its indices
    const right = bag(both ? actual : { ...(actual as unknown[]) });
    return [...new Set([...Object.keys(left), ...Object.keys(right)])].flatMap((key) =>
      differences(left[key], right[key], both ? `${at}.${key}` : `${at}[${key}]`),
    );
  }
  const shown = (value: unknown) => JSON.stringify(value)?.slice(0, 300) ?? "nothing";
  return [`${at}: expected ${shown(expected)}, got ${shown(actual)}`];
}
