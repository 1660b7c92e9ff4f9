import express from "express";
import { z } from "zod";

/**
 * Whose word about the asker (X-Forwarded-…) is taken: a number of proxies, or their networks, as Express takes them. Nobody's
 * when unset. "true" would take anybody's.
 */
export const trustedProxies = z
  .string()
  .trim()
  .optional()
  .transform((text, context): number | string => {
    if (!text) return 0;
    if (/^\d$/.test(text)) return Number(text);
    try {
      express().set("trust proxy", text);
      return text;
    } catch {
      context.addIssue({
        code: "custom",
        message: "is neither a number of proxies such as 1 nor networks such as loopback or 10.0.0.0/8",
      });
      return z.NEVER;
    }
  });
