import type { Patch } from "./bundle";

/**
 * What the SDK does with each call that a history need not pay for, a sixth of its time: schemas and hashes that are the same each
 * time are made once, the stream that nobody reads is none, and of the hundred turns it waits for further steps thirty-two are enough
 * for the product's functions. bundle.test.ts plays histories with the SDK as it is too, and holds one to the other.
 */
export const SDK_COSTS: readonly Patch[] = [
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
];
