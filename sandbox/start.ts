import { mkdirSync } from "node:fs";
import { sandboxControls, sandboxServices, type ServiceOptions } from "./processes";

export interface SandboxOptions extends Omit<ServiceOptions, "env" | "died"> {
  /** What the services inherit, less the keys. */
  environment: NodeJS.ProcessEnv;
  say: (message: string) => void;
}

/** The desk's own settings, its keys among them: the services are told what they need when they are started. */
const DESKS_OWN = /^(?:INNGEST|PURPLE_FLEA|SESSION|OPERATOR|SLACK)_/;

/** Starts both sandbox services as processes of their own, and hands out what practice mode may do with them. */
export async function startSandbox({ environment, say, ...options }: SandboxOptions) {
  mkdirSync(options.folder, { recursive: true });
  const env = Object.fromEntries(Object.entries(environment).filter(([name]) => !DESKS_OWN.test(name)));
  const services = sandboxServices({ ...options, env, died: say });
  const { engineUrl, ...controls } = sandboxControls(options);
  await services.engine.start();
  await services["purple-flea"].start();
  const stop = (service: keyof typeof services) => services[service].end("SIGTERM");

  return {
    engineUrl,
    practice: {
      async clock() {
        try {
          const clock = await controls.clock();
          return { nowMs: clock.now_ms, offsetMs: clock.offset_ms };
        } catch {
          return null;
        }
      },
      advance: controls.advance,
      setFault: controls.setFault,
      faults: controls.faults,
      clearFaults: controls.clearFaults,
      async sendWebhook(type: string, data: Record<string, unknown>) {
        const { status } = (await controls.control("webhooks", { type, data })) as { status: number }; // its own answer
        return status;
      },
      engineIsOn: controls.engineIsOn,
      stopEngine: async () => void (await stop("engine")),
      startEngine: () => services.engine.start(),
    },
    async stop() {
      await Promise.all([stop("engine"), stop("purple-flea")]);
    },
  };
}
