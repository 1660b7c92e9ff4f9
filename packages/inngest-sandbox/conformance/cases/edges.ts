import { go, one, type Case, type Fault } from "../case";
import { isBag } from "../recording";

/** What goes wrong between engine and app, at the first call. */
const broken = (name: string, fault: Fault): Case =>
  one(
    name,
    { retries: 2 },
    ({ effect }) =>
      async ({ step, event }) => {
        await step.run("do", () => effect(`do ${event.data.n}`));
        return event.data.n;
      },
    go({ n: 1 }),
    { watchMs: 6_000, fault: (nth) => (nth === 1 ? fault : null) },
  );

/** Good and bad things to post as events, in order. */
const POSTS = (name: string): string[] => {
  const event = (more: object) => JSON.stringify({ name, ...more });
  return [
    event({ data: { k: "one" } }),
    JSON.stringify([
      { name, data: { k: "two" }, v: "2026-01-01", user: { id: "u" } },
      { name, data: { k: "three" } },
    ]),
    event({}),
    event({ data: null }),
    `${event({ data: { k: "ndjson 1" } })}\n${event({ data: { k: "ndjson 2" } })}`,
    `name=${encodeURIComponent(name)}`,
    "{not json",
    "",
    "[]",
    JSON.stringify({ data: { k: "no name" } }),
    JSON.stringify({ name: "inngest/function.failed", data: {} }),
    event({ data: "a string" }),
    event({ data: { k: "bad ts" }, ts: "yesterday" }),
    JSON.stringify([
      { name, data: { k: "good of mixed" } },
      { name: "inngest/x", data: {} },
    ]),
    event({ data: { big: "x".repeat(600_000) } }),
  ];
};

const UNKNOWN = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

/** The edges: connections that break, and what the API answers. */
export const edges: Case[] = [
  broken("app-502", { status: 502, body: "<html>bad gateway</html>" }),
  broken("app-200-not-sdk", { status: 200, body: "<html>hello</html>" }),
  broken("app-drops-reply", { cut: "after" }),
  broken("app-refuses", { cut: "before" }),
  one(
    "event-api",
    {},
    ({ effect }) =>
      ({ event }) =>
        effect(
          `ran ${JSON.stringify(event.data).slice(0, 40)} ${event.v ?? "-"} ${JSON.stringify(event.user ?? null)}`,
        ),
    async ({ ask }) => {
      for (const body of POSTS("t/event-api.go")) await ask("POST", "/e/any-key", body);
      await ask("GET", "/e/any-key");
      await ask("POST", "/e", JSON.stringify({ name: "t/event-api.go", data: { k: "no key" } }));
    },
    { unordered: true, watchMs: 3_000 },
  ),
  {
    name: "rest",
    functions: ({ fn, ev }) => [
      fn("", { triggers: [{ event: ev("go") }] }, ({ step }) => step.run("a", () => ({ answer: 42 }))),
      fn("broken", { retries: 0, triggers: [{ event: ev("go") }] }, () => {
        throw new Error("broken");
      }),
    ],
    async drive({ tell, pass, ask }) {
      const [id] = await tell("go", { n: 1 }, { id: "rest-1" });
      await pass(2_500);
      const { body } = await ask("GET", `/v1/events/${id}/runs`);
      await ask("GET", `/v1/events/${id}`);
      await ask("GET", "/v1/events?name=t/rest.go&limit=2");
      const runs: unknown[] = isBag(body) && Array.isArray(body.data) ? body.data : [];
      for (const run of runs) await ask("GET", `/v1/runs/${isBag(run) ? String(run.run_id) : ""}`);
      for (const path of [`events/${UNKNOWN}`, "events/nonsense", `events/${UNKNOWN}/runs`])
        await ask("GET", `/v1/${path}`);
      await ask("GET", `/v1/runs/${UNKNOWN}`);
      await ask("GET", "/v1/runs/nonsense");
      await ask("DELETE", `/v1/runs/${UNKNOWN}`);
      await ask("POST", "/v1/signals", JSON.stringify({ signal: "nobody-waits", data: {} }));
      await ask("GET", "/dev");
      await ask("GET", "/health");
    },
    watchMs: 1_000,
  },
];
