import { useRouteLoaderData } from "@remix-run/react";
import type { loader } from "../root";

/**
 * The nonce that the content policy of this document asks for. Later answers bring others, which are not this document's, so
 * in the browser it is read from the document.
 */
export function useNonce(): string | undefined {
  const sent = useRouteLoaderData<typeof loader>("root")?.nonce;
  if (typeof document === "undefined") return sent;
  return document.querySelector<HTMLElement>("script[nonce]")?.nonce;
}
