import type { Patch } from "./bundle";

/**
 * What a history need not pay for, a fifth of its time. Of the SDK: schemas and hashes that are the same each time are made once,
 * the stream that nobody reads is none, and of the hundred turns it waits for further steps thirty-two are enough for the product's
 * functions. Of drizzle: what kind a value is, is asked once for each of its classes. Of ours: a query is built once, and each handle
 * gets it with a statement of its own; a history opens four and more. bundle.test.ts plays histories without these changes too, and
 * holds one to the other.
 */
export const COSTS: readonly Patch[] = [
  {
    file: "node_modules/inngest/helpers/promises.js",
    find: "const resolveAfterPending = (count = 100) => {",
    replace:
      "const resolveAfterPending = async () => {\n\tfor (let turn = 0; turn < 32; turn++) await null;\n};\nconst asItIs = (count = 100) => {",
  },
  {
    file: "node_modules/inngest/helpers/functions.js",
    find: "const createVersionSchema = (internalLogger) => z.literal(-1).or(z.literal(0)).or(z.literal(1)).or(z.literal(2))",
    replace:
      "let versions, versioned, parts;\nconst createVersionSchema = (internalLogger) => versions ??= z.literal(2).or(z.literal(1)).or(z.literal(0)).or(z.literal(-1))",
  },
  {
    file: "node_modules/inngest/helpers/functions.js",
    find: "const fnDataVersionSchema = z.object",
    replace: "const fnDataVersionSchema = versioned ??= z.object",
  },
  {
    file: "node_modules/inngest/helpers/functions.js",
    find: "...z.object({",
    replace: "...(parts ??= z.object({",
  },
  {
    file: "node_modules/inngest/helpers/functions.js",
    find: ".optional().nullable()\n\t\t\t}).parse(data)",
    replace: ".optional().nullable()\n\t\t\t})).parse(data)",
  },
  {
    file: "node_modules/inngest/components/StreamTools.js",
    find: "new TransformStream(void 0, void 0, readableStrategy)",
    replace:
      "{ writable: { getWriter: () => ({ write: () => Promise.resolve(), close: () => Promise.resolve() }) } }",
  },
  {
    file: "node_modules/inngest/components/execution/engine.js",
    find: 'const hashId = (id) => {\n\treturn sha1().update(id).digest("hex");\n};',
    replace:
      'const hashes = new Map();\nconst hashId = (id) => {\n\tlet hash = hashes.get(id);\n\tif (!hash) hashes.set(id, (hash = sha1().update(id).digest("hex")));\n\treturn hash;\n};',
  },
  {
    file: "db/connection.ts",
    find: "if (found === undefined) queries.set(build, (found = build(db)));",
    replace:
      "if (found === undefined) {\n      const first = build.first ??= build(db);\n      const stmt = db.session.client.prepare(first.query.sql);\n      queries.set(build, (found = Object.assign(Object.create(Object.getPrototypeOf(first)), first, { stmt })));\n    }",
  },
  {
    file: "node_modules/drizzle-orm/entity.js",
    find: "  let cls = Object.getPrototypeOf(value).constructor;\n  if (cls) {\n    while (cls) {",
    replace:
      "  const made = Object.getPrototypeOf(value)?.constructor;\n  if (!made) return false;\n  let known = kinds.get(made);\n  if (!known) kinds.set(made, known = new Map());\n  let answer = known.get(type);\n  if (answer === undefined) known.set(type, answer = isOf(made, type));\n  return answer;\n}\nconst kinds = new Map();\nfunction isOf(cls, type) {\n  if (cls) {\n    while (cls) {",
  },
];
