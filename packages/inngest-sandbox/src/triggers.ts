import { holds } from "./expression";
import type { EventView } from "./events";
import type { FunctionConfig } from "./registration";

interface Wanted {
  fn: FunctionConfig;
  expression?: string;
}

/** Which functions an event starts, looked up by its name. */
export interface Triggers {
  startedBy(event: EventView): FunctionConfig[];
}

const WILDCARD = /[./]\*$/;

/** The names under which a wildcard may stand that matches this one: "a/b.c" is matched by "a/*" and "a/b.*". */
function wildcardsFor(name: string): string[] {
  const found: string[] = [];
  for (let at = 0; at < name.length - 1; at++)
    if (name[at] === "." || name[at] === "/") found.push(`${name.slice(0, at + 1)}*`);
  return found;
}

export function indexTriggers(functions: Iterable<FunctionConfig>): Triggers {
  const byName = new Map<string, Wanted[]>();
  let wildcards = false;
  for (const fn of functions) {
    for (const trigger of fn.triggers) {
      if (!("event" in trigger)) continue;
      wildcards ||= WILDCARD.test(trigger.event);
      const wanted = byName.get(trigger.event) ?? [];
      byName.set(trigger.event, [...wanted, { fn, expression: trigger.expression }]);
    }
  }
  return {
    startedBy(event) {
      const names = wildcards ? [event.name, ...wildcardsFor(event.name)] : [event.name];
      const started = new Set<FunctionConfig>();
      for (const name of names) {
        for (const { fn, expression } of byName.get(name) ?? [])
          if (!expression || holds(expression, event)) started.add(fn);
      }
      return [...started];
    },
  };
}
