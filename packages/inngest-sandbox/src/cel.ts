import { Environment } from "@marcbachmann/cel-js";
import { parseDuration } from "./durations";

/*
 * The language of conditions and keys: CEL, with what the real server adds to it, and with comparisons that are false where
 * CEL has an error. JSON's numbers are doubles.
 */
const ORDERINGS = ["<", "<=", ">", ">="];
const TYPES = ["int", "double", "string", "bool", "null", "list", "map"];
const COMPARABLE = new Set([
  "int int",
  "int double",
  "double int",
  "double double",
  "string string",
  "bool bool",
]);

/** The moment that `now_plus` and `now_minus` count from; set for the length of one evaluation. */
let moment = 0;
export function at<T>(nowMs: number, evaluate: () => T): T {
  moment = nowMs;
  return evaluate();
}

const shifted = (text: string, sign: 1 | -1): Date => {
  const duration = parseDuration(text);
  if (duration === null) throw new Error(`not a duration: ${text}`);
  return new Date(moment + sign * duration);
};
function date(value: unknown): Date {
  const read = new Date(typeof value === "number" || typeof value === "string" ? value : NaN);
  if (Number.isNaN(read.getTime())) throw new Error("not a date");
  return read;
}

export const environment = new Environment({
  unlistedVariablesAreDyn: false,
  homogeneousAggregateLiterals: false,
})
  .registerVariable("event", "dyn")
  .registerVariable("async", "dyn")
  .registerFunction("lowercase(string): string", (text: string) => text.toLowerCase())
  .registerFunction("uppercase(string): string", (text: string) => text.toUpperCase())
  .registerFunction("string.lowercase(): string", (text: string) => text.toLowerCase())
  .registerFunction("string.uppercase(): string", (text: string) => text.toUpperCase())
  .registerFunction("b64decode(string): string", (text: string) => Buffer.from(text, "base64").toString())
  .registerFunction("json_parse(string): dyn", (text: string): unknown => JSON.parse(text))
  .registerFunction("date(dyn): google.protobuf.Timestamp", date)
  .registerFunction("now(): google.protobuf.Timestamp", () => new Date(moment))
  .registerFunction("now_plus(string): google.protobuf.Timestamp", (text: string) => shifted(text, 1))
  .registerFunction("now_minus(string): google.protobuf.Timestamp", (text: string) => shifted(text, -1));

for (const operator of ORDERINGS) {
  for (const left of TYPES) {
    for (const right of TYPES)
      if (!COMPARABLE.has(`${left} ${right}`))
        environment.registerOperator(`${left} ${operator} ${right}`, () => false);
  }
}
