/** The app that the engine bench calls, in a process of its own: one function of two steps that do nothing. */
import { createServer } from "node:http";
import { Inngest } from "inngest";
import { serve } from "inngest/node";

const [port = "", engineUrl = ""] = process.argv.slice(2);
const client = new Inngest({
  id: "bench",
  isDev: true,
  baseUrl: engineUrl,
  checkpointing: false,
  logger: { info() {}, warn() {}, error() {}, debug() {} },
});
/** The same clock in every process of the machine, ms. */
const now = (): number => Number(process.hrtime.bigint()) / 1e6;

const twoSteps = client.createFunction(
  { id: "two-steps", triggers: [{ event: "bench/go" }] },
  async ({ event, step }) => {
    const times = await step.run("one", () => ({ start: now(), end: now() }));
    const second = await step.run("two", () => now());
    process.send?.({ toFirst: times.start - Number(event.data.sentAt), between: second - times.end });
  },
);
const handler = serve({ client, functions: [twoSteps], serveOrigin: `http://127.0.0.1:${port}` });
createServer((request, response) => void handler(request, response)).listen(Number(port), "127.0.0.1", () =>
  process.send?.("listening"),
);
