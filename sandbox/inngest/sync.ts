import { z } from "zod";
import type { Engine } from "./engine";
import { RegistrationError } from "./registration";
import { signBody } from "./signature";

const replySchema = z.object({ app_id: z.string(), functions: z.array(z.unknown()) });

/**
 * Asks an app for its functions, in band: one PUT, and the answer names them.
 * @returns what came of it: "synced", "unchanged", or why not
 */
export async function syncApp(
  engine: Engine,
  sdkUrl: string,
  wallNow: () => number,
): Promise<"synced" | "unchanged" | { error: string }> {
  const { ctx } = engine;
  const body = { url: sdkUrl };
  const signed: Record<string, string> = ctx.signingKey
    ? { "x-inngest-signature": signBody(ctx.signingKey, body, Math.floor(wallNow() / 1_000)) }
    : {};
  try {
    const response = await ctx.fetch(sdkUrl, {
      method: "PUT",
      redirect: "manual",
      headers: {
        "content-type": "application/json",
        "x-inngest-server-kind": ctx.signingKey ? "cloud" : "dev",
        "x-inngest-sync-kind": "in_band",
        ...signed,
      },
      body: JSON.stringify(body),
    });
    if (!response.ok || !response.headers.has("x-inngest-sdk"))
      return { error: `${sdkUrl} answered ${response.status}` };
    const reply = replySchema.safeParse(await response.json());
    if (!reply.success) return { error: `${sdkUrl} did not name its functions` };
    return engine.register(reply.data.app_id, reply.data.functions).modified ? "synced" : "unchanged";
  } catch (error) {
    if (error instanceof RegistrationError) return { error: error.message };
    return { error: `${sdkUrl} does not answer yet` };
  }
}
