import { referenceFunction } from "inngest";
import { afterEach, describe, expect, test } from "vitest";
import { HOUR, MINUTE, openBed, START, type Bed } from "./testing";

let bed: Bed;
afterEach(() => bed.close());

describe("invoking", () => {
  const calls = (config: object, body: (effects: string[]) => unknown, reference = "app-callee"): Bed =>
    openBed((make, effects) => [
      make("callee", { triggers: [{ event: "t/callee" }], ...config }, async ({ step }) => {
        await step.sleep("nap", "1m");
        return body(effects);
      }),
      make("caller", { triggers: [{ event: "t/go" }] }, async ({ step }) => {
        try {
          const value = await step.invoke("call", {
            function: referenceFunction({ functionId: reference.replace("app-", "") }),
            data: { x: 1 },
          });
          effects.push(JSON.stringify(value?.name ?? value));
          return value;
        } catch (error) {
          effects.push(error instanceof Error ? `${error.name}: ${error.message}` : "");
          return null;
        }
      }),
    ]);
  test("a function by reference hands over what it returned", async () => {
    bed = calls({}, () => 42);
    await bed.sync();
    await bed.send("t/go");
    await bed.pass(HOUR);
    expect(bed.effects).toEqual(["42"]);
  });
  test("a function that is not there throws in the caller", async () => {
    bed = calls({}, () => 42, "app-nobody");
    await bed.sync();
    await bed.send("t/go");
    await bed.pass(HOUR);
    expect(bed.effects[0]).toContain("could not find function with ID: app-nobody");
  });
  test("a callee that is cancelled makes the step succeed with the system event", async () => {
    bed = calls({ cancelOn: [{ event: "t/stop" }] }, () => 42);
    await bed.sync();
    await bed.send("t/go");
    await bed.pass(1);
    await bed.send("t/stop");
    await bed.pass(HOUR);
    expect(bed.effects).toEqual(['"inngest/function.finished"']);
  });
  test("a callee that fails throws in the caller, once, with the callee's own words", async () => {
    bed = calls({ retries: 0 }, () => {
      throw new RangeError("too far");
    });
    await bed.sync();
    const event = await bed.send("t/go");
    await bed.pass(HOUR);
    expect(bed.effects).toEqual(["RangeError: too far"]);
    expect(await bed.runs(event)).toMatchObject([{ status: "Completed" }]);
  });
  test("a callee's own event leads nowhere else, and says who asked", async () => {
    bed = openBed((make, effects) => {
      const callee = make("callee", { triggers: [{ event: "t/callee" }] }, ({ event }) => {
        const { _inngest, ...data } = event.data;
        effects.push(`${event.name} ${JSON.stringify(data)} ${_inngest.fn_id} ${event.v}`);
        return _inngest.correlation_id;
      });
      return [
        callee,
        make("all", { triggers: [{ event: "inngest/*" }] }, ({ event }) => void effects.push(event.name)),
        make("caller", { triggers: [{ event: "t/go" }] }, ({ step }) =>
          step.invoke("call", { function: callee, data: { x: 1 }, v: "3" }),
        ),
      ];
    });
    await bed.sync();
    const event = await bed.send("t/go");
    await bed.pass(1);
    const [run] = await bed.runs(event);
    expect(bed.effects[0]).toBe('inngest/function.invoked {"x":1} app-callee 3');
    expect(bed.effects.slice(1)).toEqual(["inngest/function.finished", "inngest/function.finished"]);
    expect(run?.output).toMatch(new RegExp(`^${run?.run_id}\\.[0-9a-f]{40}$`));
  });
  test("is given up at the moment that was named, and the callee goes on", async () => {
    bed = openBed((make, effects) => {
      const callee = make("callee", { triggers: [] }, async ({ step }) => {
        await step.sleep("nap", "1h");
        await step.run("done", () => void effects.push("callee done"));
      });
      return [
        callee,
        make("caller", { triggers: [{ event: "t/go" }] }, ({ step }) =>
          step
            .invoke("call", { function: callee, data: {}, timeout: new Date(START + MINUTE) })
            .catch((error: unknown) => {
              effects.push(
                `${error instanceof Error ? error.name : ""} at ${bed.engine.now() - START - MINUTE}`,
              );
            }),
        ),
      ];
    });
    await bed.sync();
    await bed.send("t/go");
    await bed.pass(2 * HOUR);
    expect(bed.effects).toEqual(["InngestInvokeTimeoutError at 0", "callee done"]);
  });
  test("several at once, each by another caller's step, come back to who asked", async () => {
    bed = openBed((make) => {
      const callee = make("double", { triggers: [] }, ({ event, step }) =>
        step.run("x", () => event.data.n * 2),
      );
      return [
        callee,
        make("caller", { triggers: [{ event: "t/go" }] }, ({ step }) =>
          Promise.all([1, 2, 3].map((n) => step.invoke(`call ${n}`, { function: callee, data: { n } }))),
        ),
      ];
    });
    await bed.sync();
    const event = await bed.send("t/go");
    await bed.pass(1);
    expect(await bed.runs(event)).toMatchObject([{ output: [2, 4, 6] }]);
  });
  test("a caller that is cancelled leaves its callee alone", async () => {
    bed = openBed((make, effects) => {
      const callee = make("callee", { triggers: [] }, async ({ step }) => {
        await step.sleep("nap", "1h");
        effects.push("callee done");
      });
      const caller = { triggers: [{ event: "t/go" }], cancelOn: [{ event: "t/stop" }] };
      return [
        callee,
        make("caller", caller, async ({ step }) => {
          await step.invoke("call", { function: callee, data: {} });
          effects.push("caller done");
        }),
      ];
    });
    await bed.sync();
    await bed.send("t/go");
    await bed.pass(1);
    await bed.send("t/stop");
    await bed.pass(2 * HOUR);
    expect(bed.effects).toEqual(["callee done"]);
  });
});
