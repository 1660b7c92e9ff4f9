import { namedUuid } from "./ids";
import { DEFAULT_RETRIES, type FunctionConfig } from "./registration";

/** A function as `GET /dev` lists it; what it does not ask for is left out. */
function shownFunction(fn: FunctionConfig): Record<string, unknown> {
  const { id, name, triggers, url, maxAttempts, concurrency, idempotency, rateLimit, throttle } = fn;
  const { cancel, debounce, batchEvents, priority, singleton, timeouts } = fn;
  const limits = concurrency.map(({ scope = "fn", ...limit }) => ({
    ...limit,
    scope: scope.charAt(0).toUpperCase() + scope.slice(1),
  }));
  return {
    id: namedUuid(id),
    fv: 1,
    name,
    slug: id,
    ...(limits.length > 0 && { concurrency: limits }),
    ...(timeouts && { timeouts }),
    triggers,
    ...(cancel && { cancel }),
    ...(debounce && { debounce }),
    ...(batchEvents && { batchEvents }),
    // The real server makes an idempotency key one start a day.
    ...(idempotency
      ? { rateLimit: { limit: 1, period: "24h0m0s", key: idempotency } }
      : rateLimit && { rateLimit }),
    ...(throttle && { throttle: { burst: 0, ...throttle } }),
    ...(priority && { priority }),
    ...(singleton && { singleton }),
    steps: [
      {
        id: "step",
        name: "step",
        uri: url,
        ...(maxAttempts !== DEFAULT_RETRIES + 1 && { retries: maxAttempts - 1 }),
      },
    ],
  };
}

interface Asked {
  functions: FunctionConfig[];
  sdkUrls: string[];
  /** A fixed delay between attempts, seconds; 0 for the back-off table. */
  retryIntervalS: number;
  needsKeys: boolean;
}

/** What `GET /dev` answers: how the server was started, and what it knows. */
export const about = ({ functions, sdkUrls, retryIntervalS, needsKeys }: Asked) => ({
  version: "sandbox",
  authed: needsKeys,
  startOpts: {
    urls: sdkUrls,
    autodiscover: false,
    poll: true,
    poll_interval: 5,
    retry_interval: retryIntervalS,
    require_keys: needsKeys,
  },
  functions: functions.map(shownFunction),
  handlers: null,
  isSingleNodeService: false,
  isMissingSigningKey: false,
  isMissingEventKeys: false,
  features: {},
});
