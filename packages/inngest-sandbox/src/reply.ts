import { z } from "zod";
import type { Answer } from "./http";
import { signedByOneOf } from "./signature";

/** What an app's answer means. */
export type Reply =
  | { kind: "done"; output: unknown; version: number }
  | { kind: "steps"; ops: Op[]; noRetry: boolean; retryAfter: string | null; version: number }
  | { kind: "failed"; error: RunError; output: unknown; noRetry: boolean; retryAfter: string | null };

/** The error of a failed run, as system events carry it. */
export interface RunError {
  error: string;
  name: string;
  message: string;
  stack?: string;
}

const opSchema = z.object({
  id: z.string(),
  op: z.string(),
  name: z.string().nullish(),
  displayName: z.string().nullish(),
  opts: z.record(z.string(), z.unknown()).nullish(),
  data: z.unknown().optional(),
  error: z.unknown().optional(),
});
export type Op = z.infer<typeof opSchema>;
const opsSchema = z.union([z.array(opSchema), opSchema.transform((op) => [op])]);
const envelope = z.object({
  status: z.number(),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string(),
});
const thrownSchema = z.object({
  name: z.string().nullish(),
  message: z.string().nullish(),
  stack: z.string().nullish(),
});

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const failure = (message: string, error = "Error", noRetry = false): Reply => ({
  kind: "failed",
  error: { error, name: "Error", message },
  output: { name: "Error", message },
  noRetry,
  retryAfter: null,
});

/** A call that was not answered. */
export function unreachable(cause: unknown): Reply {
  const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  const said = reason instanceof Error ? reason.message : String(reason);
  const message = "Unable to reach SDK URL";
  return failure(message, `${message}: ${said}`);
}

/** An answer that is of the SDK, and that the engine cannot take in all the same. */
export const unusable = (error: unknown): Reply =>
  failure(`the app's answer cannot be taken in: ${error instanceof Error ? error.message : String(error)}`);

const MEGABYTE = 1_024 * 1_024;
/** As much as one answer may be, and one step in it may give. Asking again would give the same: such a run fails at once. */
const MAX_ANSWER = 8 * MEGABYTE;
const MAX_STEP = 4 * MEGABYTE;
const tooLarge = (what: string, limit: number): Reply =>
  failure(`${what} is larger than ${limit / MEGABYTE} MB`, "output_too_large", true);
const isLargeStep = (op: Op): boolean => (JSON.stringify(op.data)?.length ?? 0) > MAX_STEP;

/** Reads an answer; a streamed one is 201 with the real one inside. */
export function readReply(answer: Answer, version: number, signingKeys: string[]): Reply {
  if (answer.status >= 200 && answer.status < 300 && answer.header("x-inngest-sdk") === null)
    return failure("what answered at the app's address is not the Inngest SDK", "NotSDK");
  if (answer.text.length > MAX_ANSWER) return tooLarge("what the app answered", MAX_ANSWER);
  if (answer.status !== 201) return readPlain(answer, version, signingKeys);
  const inner = envelope.safeParse(parse(answer.text));
  if (!inner.success) return failure("the app's streamed answer was cut short");
  const { status, headers, body } = inner.data;
  const lower = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return readPlain({ status, text: body, header: (name) => lower.get(name) ?? null }, version, signingKeys);
}

function readPlain({ status, header, text }: Answer, before: number, signingKeys: string[]): Reply {
  const signature = header("x-inngest-signature");
  if (signingKeys.length > 0 && signature !== null && !signedByOneOf(signingKeys, text, signature))
    return failure("the app's answer does not carry a signature by the app's key", "InvalidSignature");
  const body = parse(text);
  const version = Number(header("x-inngest-req-version") ?? before);
  const noRetry = header("x-inngest-no-retry") === "true";
  const retryAfter = header("retry-after");
  if (status === 200) return { kind: "done", output: body, version };
  if (status === 206) {
    const ops = opsSchema.safeParse(body);
    const large = ops.success && text.length > MAX_STEP ? ops.data.find(isLargeStep) : undefined;
    if (large) return tooLarge(`what step ${large.displayName ?? large.id} gave`, MAX_STEP);
    if (ops.success) return { kind: "steps", ops: ops.data, noRetry, retryAfter, version };
  }
  const thrown = thrownSchema.safeParse(body);
  const { name, message, stack } = thrown.success ? thrown.data : {};
  const error: RunError = {
    error: noRetry ? "NonRetriableError" : `invalid status code: ${status}`,
    name: name ?? "Error",
    // A page that came instead of the SDK's answer is the message itself.
    message: message ?? (typeof body === "string" && body !== "" ? body : `the app answered ${status}`),
    ...(stack && { stack }),
  };
  return { kind: "failed", error, output: body, noRetry, retryAfter };
}
