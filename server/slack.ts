import { wordedFetch, type Fetch } from "../domain/fetch-failure";

const TIMEOUT_MS = 10_000;

/** Says a line in Slack. What it throws never holds the address, which is a key to the channel. */
export function slackLine(url: string, fetch: Fetch): (text: string) => Promise<void> {
  const send = wordedFetch("Slack", fetch);
  return async (text) => {
    const response = await send(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ text }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`Slack answered ${response.status}`);
  };
}
