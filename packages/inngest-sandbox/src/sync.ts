import { z } from "zod";
import { CONTEXT, type Engine } from "./engine";
import { canonical } from "./events";
import { RegistrationError } from "./registration";
import { signText } from "./signature";

const inBandSchema = z.object({ app_id: z.string(), functions: z.array(z.unknown()) });
const outOfBandSchema = z.object({ message: z.string(), modified: z.boolean().default(false) });

/**
 * Asks an app for its functions. In band, one PUT's answer names them; an app that does not do that registers itself
 * with `POST /fn/register` before it answers.
 * @returns what came of it: "synced", "unchanged", or why not
 */
export async function syncApp(
  engine: Engine,
  sdkUrl: string,
): Promise<"synced" | "unchanged" | { error: string }> {
  const ctx = engine[CONTEXT];
  const body = canonical({ url: sdkUrl });
  const [key] = ctx.signingKeys;
  let response: Response;
  let text: string;
  try {
    response = await ctx.fetch(sdkUrl, {
      method: "PUT",
      redirect: "manual",
      headers: {
        "content-type": "application/json",
        "x-inngest-server-kind": key ? "cloud" : "dev",
        "x-inngest-sync-kind": "in_band",
        ...(key && { "x-inngest-signature": signText(key, body, Math.floor(ctx.signingNow() / 1_000)) }),
      },
      body,
    });
    text = await response.text();
  } catch {
    return { error: `${sdkUrl} does not answer yet` };
  }
  if (!response.ok || !response.headers.has("x-inngest-sdk"))
    return { error: `${sdkUrl} answered ${response.status}: ${text.slice(0, 200)}` };
  if (response.headers.get("x-inngest-sync-kind") === "out_of_band") {
    const reply = outOfBandSchema.safeParse(parse(text));
    if (!reply.success) return { error: `${sdkUrl} did not say what it registered` };
    return reply.data.modified ? "synced" : "unchanged";
  }
  const reply = inBandSchema.safeParse(parse(text));
  if (!reply.success) return { error: `${sdkUrl} did not name its functions` };
  try {
    return engine.register(reply.data.app_id, reply.data.functions).modified ? "synced" : "unchanged";
  } catch (error) {
    if (error instanceof RegistrationError) return { error: error.message };
    throw error;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
