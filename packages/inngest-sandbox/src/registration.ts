import { z } from "zod";
import { parseCron } from "./cron";
import { parseDuration } from "./durations";
import { compile, ExpressionError } from "./expression";

/*
 * What a function may ask for. An option that is not here is refused at registration with its name: a run that ignores a
 * limit somebody counted on is worse than none.
 */
const expression = z.string().superRefine((text, context) => void checkExpression(text, context));
/** A cancel's condition is looked up among many: it may compare and combine, and the real server refuses all else. */
const plainExpression = z.string().superRefine((text, context) => {
  if (!checkExpression(text, context)) return;
  const [called] = compile(text).calls;
  if (called !== undefined)
    context.addIssue({
      code: "custom",
      message: `expression ${JSON.stringify(text)} uses ${called}(): cancelOn takes neither functions nor macros`,
    });
});
/** Whether it compiles; what is wrong with it is added to the issues. */
function checkExpression(text: string, context: z.RefinementCtx): boolean {
  try {
    compile(text);
    return true;
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    context.addIssue({
      code: "custom",
      message: `expression ${JSON.stringify(text)} does not compile: ${error.message}`,
    });
    return false;
  }
}
const duration = z
  .string()
  .refine((text) => parseDuration(text) !== null, "not a duration such as 30s, 2h or 7d");
/** A duration of a second or more, and no longer than that text says. */
const upTo = (most: string) =>
  duration.refine((text) => {
    const ms = parseDuration(text) ?? 0;
    return ms >= 1_000 && ms <= (parseDuration(most) ?? 0);
  }, `not between 1s and ${most}`);
/** How long something holds: a duration, or the moment it ends. */
const untilWhen = z
  .string()
  .refine(
    (text) => parseDuration(text) !== null || !Number.isNaN(Date.parse(text)),
    "neither a duration nor a date",
  );
const eventName = z
  .string()
  .min(1)
  .refine(
    (name) => !name.slice(0, -1).includes("*") && (!name.endsWith("*") || /[./]\*$/.test(name)),
    "a wildcard is the whole last segment",
  );
const cronText = z.string().superRefine((text, context) => {
  try {
    parseCron(text);
  } catch (error) {
    context.addIssue({ code: "custom", message: error instanceof Error ? error.message : String(error) });
  }
});
const concurrency = z
  .strictObject({
    limit: z.number().int().min(0),
    key: expression.optional(),
    scope: z.enum(["fn", "env", "account"]).optional(),
  })
  .refine(
    ({ scope = "fn", key }) => scope === "fn" || key !== undefined,
    "a limit beyond the function needs a key",
  );
/** A number, one entry or a list of up to two. */
const concurrencies = z.preprocess(
  (value) => (typeof value === "number" ? [{ limit: value }] : Array.isArray(value) ? value : [value]),
  z.array(concurrency).max(2),
);

const functionSchema = z.strictObject({
  id: z.string().min(1),
  name: z.string(),
  triggers: z
    .array(
      z.union([
        z.strictObject({ event: eventName, expression: expression.optional() }),
        z.strictObject({ cron: cronText }),
      ]),
    )
    .max(10)
    .refine((triggers) => {
      const crons = triggers.flatMap((trigger) => ("cron" in trigger ? trigger.cron : []));
      return new Set(crons).size === crons.length;
    }, "the same cron stands twice"),
  steps: z.record(
    z.string(),
    z.object({
      retries: z.object({ attempts: z.number().int().min(0).max(20) }).optional(),
      runtime: z.object({ type: z.literal("http").optional(), url: z.string() }),
    }),
  ),
  idempotency: expression.optional(),
  rateLimit: z
    .strictObject({ limit: z.number().int().min(1), period: upTo("24h"), key: expression.optional() })
    .optional(),
  throttle: z
    .strictObject({
      limit: z.number().int().min(1),
      period: upTo("7d"),
      burst: z.number().int().min(1).optional(),
      key: expression.optional(),
    })
    .optional(),
  concurrency: concurrencies.optional(),
  debounce: z
    .strictObject({ period: upTo("7d"), key: expression.optional(), timeout: duration.optional() })
    .optional(),
  batchEvents: z
    .strictObject({
      maxSize: z.number().int().min(1).max(100),
      timeout: upTo("60s"),
      key: expression.optional(),
      if: expression.optional(),
    })
    .optional(),
  priority: z.strictObject({ run: expression.optional() }).optional(),
  timeouts: z.strictObject({ start: duration.optional(), finish: duration.optional() }).optional(),
  singleton: z.strictObject({ mode: z.enum(["skip", "cancel"]), key: expression.optional() }).optional(),
  cancel: z
    .array(
      z.strictObject({ event: eventName, if: plainExpression.optional(), timeout: untilWhen.optional() }),
    )
    .max(5)
    .optional(),
});

export type FunctionConfig = Omit<z.infer<typeof functionSchema>, "concurrency"> & {
  appId: string;
  url: string;
  maxAttempts: number;
  concurrency: { limit: number; key?: string; scope?: "fn" | "env" | "account" }[];
};

export const DEFAULT_RETRIES = 4;

export class RegistrationError extends Error {
  override name = "RegistrationError";
}

/**
 * Reads what an app registers.
 * @throws RegistrationError naming the function and every part of it that cannot be honoured
 */
export function parseFunctions(appId: string, functions: unknown): FunctionConfig[] {
  const list = z.array(z.unknown()).safeParse(functions);
  if (!list.success) throw new RegistrationError("the app registered no list of functions");
  return list.data.map((entry) => {
    const parsed = functionSchema.safeParse(entry);
    if (!parsed.success) {
      const id = z.object({ id: z.string() }).safeParse(entry);
      const parts = parsed.error.issues.map(
        (issue) => `${issue.path.join(".") || "function"}: ${issue.message}`,
      );
      throw new RegistrationError(
        `function ${id.success ? id.data.id : "?"} cannot be run by this engine: ${parts.join("; ")}`,
      );
    }
    const { data } = parsed;
    const step = Object.values(data.steps)[0];
    if (!step) throw new RegistrationError(`function ${data.id} has no address`);
    if (data.batchEvents && (data.cancel?.length || data.debounce || data.singleton || data.priority)) {
      throw new RegistrationError(
        `function ${data.id}: batchEvents goes with none of cancelOn, debounce, singleton, priority`,
      );
    }
    return {
      ...data,
      concurrency: data.concurrency ?? [],
      appId,
      url: step.runtime.url,
      maxAttempts: (step.retries?.attempts ?? DEFAULT_RETRIES) + 1,
    };
  });
}
