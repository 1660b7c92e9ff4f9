import pino, { type Logger } from "pino";
import { sanitise } from "../inngest/purple-flea/redact";

const MAX_CAUSES = 3;

/**
 * An error as the log keeps it: its kind, its words without anything that looks like a key, and the places in the code. What
 * else hangs on it (a request, a body, the values of a query) may be somebody's secret.
 */
function asLogged(error: unknown, depth = 0): object {
  if (!(error instanceof Error))
    return { type: typeof error, message: typeof error === "string" ? sanitise(error) : "" };
  const code: unknown = Reflect.get(error, "code");
  return {
    type: error.name,
    // A failed query's message goes on with the values it was given.
    message: sanitise(error.message.split(/\n?params: /)[0] ?? ""),
    ...(typeof code === "string" && { code }),
    stack: (error.stack ?? "")
      .split("\n")
      .filter((line) => /^\s+at /.test(line))
      .join("\n"),
    ...(error.cause !== undefined && depth < MAX_CAUSES && { cause: asLogged(error.cause, depth + 1) }),
  };
}

/** The process's log: one JSON line a message, on standard output or where `destination` leads. */
export function createLog(level: "info" | "warn", destination?: pino.DestinationStream): Logger {
  const options = { level, base: undefined, serializers: { err: (error: unknown) => asLogged(error) } };
  return destination ? pino(options, destination) : pino(options);
}
