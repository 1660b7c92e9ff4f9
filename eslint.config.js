import js from "@eslint/js";
import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import globals from "globals";
import tseslint from "typescript-eslint";

/** One door that a room may not go through: which imports, and where to go instead. */
const wall = (group, message) => ({ group, message });
const tests = ["**/*.test.ts", "**/*.test.tsx", "**/testing.ts"];

const appWall = wall(
  ["**/app/**", "../app/*", "../../app/*"],
  "Pages stand above everything: nothing imports app/.",
);
const serverWall = wall(
  ["**/server/*", "../server/**", "../../server/**"],
  "server/ puts the process together: take what you need as an argument (or from Remix's load context).",
);
const sandboxWall = wall(
  ["**/sandbox/**"],
  "The sandbox stands beyond HTTP: nothing in the product knows it. Pages reach it through the practice port.",
);
const mirrorWall = wall(
  ["**/db/mirror/**"],
  "Only functions write the mirror. Ask by recording a command (db/desk).",
);
const deskWall = wall(["**/db/desk/**"], "Functions read the desk through db/read and never write it.");
const storiesWall = wall(
  ["**/inngest/functions/**", "../functions/**"],
  "Functions use money-calls and recovery, never the other way.",
);
const functionsWall = wall(
  ["**/inngest/{functions,money-calls,recovery}/**"],
  "Functions are asked by events: see inngest/events.ts.",
);
const upstreamWall = wall(
  ["**/purple-flea/port*", "**/purple-flea/gateway/**", "**/purple-flea/outcomes*"],
  "Only functions talk to Purple Flea.",
);
const dialectWall = wall(
  ["**/purple-flea/gateway/**"],
  "Functions know Purple Flea by its port (inngest/purple-flea/port.ts), not by a dialect.",
);
const handleWall = (importNames, message) => ({ group: ["**/db/connection"], importNames, message });
/** Each side writes with its own handle: the compiler then keeps it to its own door. */
const bothHandlesWall = handleWall(
  ["Writer", "openWriter", "openReader"],
  "Only who puts a process together opens the file and holds both of its writers: take a MirrorWriter (functions) or a DeskWriter (commands, the edge).",
);
const tablesWall = wall(
  ["drizzle-orm", "drizzle-orm/**", "**/db/schema", "**/db/schema/**", "**/db/connection"],
  "Routes know no tables: ask db/read a question, or app/commands for a deed; what takes a handle belongs to app/lib/*.server.ts.",
);
/** The rooms of the product, as an import out of a package spells them: up, and then one of their names. */
const roomsAbove = /^(?:\.\.\/)+(?:app|bench|db|domain|e2e|inngest|sandbox|scripts|server|simulate)(?:\/|$)/;
const packagesWall = {
  regex: "^[./]*packages/|^inngest-sandbox/(?!command$)",
  message:
    'A package has one door, its name: import "inngest-sandbox". What it does not offer is added to its index.ts.',
};
const testEngineWall = wall(
  ["inngest-sandbox", "inngest-sandbox/**"],
  "The engine stands beyond HTTP, and the live image has none: the product reaches it by INNGEST_BASE_URL or INNGEST_DEV.",
);
const pagesWall = wall(
  ["../app/routes/**", "../app/components/**"],
  "server/ mounts the built pages; it does not import them.",
);
/** Who opens the file or puts the process together, and the operator's command line. */
const holdsBothWriters = [
  "server/compose.ts",
  "server/desk-files.ts",
  "server/*-command.ts",
  "server/operator-verbs.ts",
];
const dbWall = wall(["**/db/**"], "This room does not know the database.");

/** The import table: what each room may not reach. Tests, e2e, bench and simulate stand outside and may reach all. */
const room = (files, walls, ignores = []) => ({
  files,
  ignores: [...tests, ...ignores],
  rules: {
    "no-restricted-imports": ["error", { patterns: [packagesWall, testEngineWall, ...walls] }],
  },
});

export default tseslint.config(
  {
    ignores: [
      "build/**",
      "node_modules/**",
      "data/**",
      "test-results/**",
      "playwright-report/**",
      ".cache/**",
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    files: ["**/*.{ts,tsx}"],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": [
        "error",
        { checksVoidReturn: { attributes: false, arguments: false } },
      ],
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      "no-console": "error",
      eqeqeq: ["error", "always", { null: "ignore" }],
      "max-lines": ["error", { max: 400 }],
    },
  },
  { languageOptions: { globals: { ...globals.node, ...globals.browser } } },
  {
    files: ["app/**/*.tsx"],
    plugins: { "react-hooks": reactHooks },
    ...jsxA11y.flatConfigs.strict,
    languageOptions: { ...jsxA11y.flatConfigs.strict.languageOptions },
  },
  {
    files: ["app/**/*.{ts,tsx}"],
    plugins: { "react-hooks": reactHooks },
    rules: { "react-hooks/rules-of-hooks": "error", "react-hooks/exhaustive-deps": "error" },
  },

  // Who may import whom.
  {
    files: ["**/*.{ts,tsx,js,mjs}"],
    ignores: ["packages/**"],
    rules: { "no-restricted-imports": ["error", { patterns: [packagesWall] }] },
  },
  {
    files: ["packages/**"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              regex: roomsAbove.source,
              message:
                "A package knows no product: take it as an argument, or copy the few lines into the package.",
            },
          ],
        },
      ],
    },
  },
  room(
    ["domain/**"],
    [
      wall(
        ["../app/**", "../db/**", "../inngest/**", "../server/**", "../sandbox/**"],
        "domain/ knows no other room.",
      ),
    ],
  ),
  room(
    ["db/schema/**", "db/connection.ts"],
    [appWall, serverWall, sandboxWall, mirrorWall, deskWall, functionsWall],
  ),
  room(
    ["db/read/**"],
    [
      appWall,
      serverWall,
      sandboxWall,
      mirrorWall,
      deskWall,
      wall(["**/inngest/**"], "db/read reads tables, nothing else."),
    ],
  ),
  room(
    ["db/mirror/**"],
    [
      appWall,
      serverWall,
      sandboxWall,
      deskWall,
      wall(["../desk/**"], "The mirror and the desk do not know each other."),
      functionsWall,
    ],
  ),
  room(
    ["db/desk/**"],
    [
      appWall,
      serverWall,
      sandboxWall,
      mirrorWall,
      wall(["../mirror/**"], "The mirror and the desk do not know each other."),
      functionsWall,
    ],
  ),
  room(["inngest/purple-flea/**"], [appWall, serverWall, sandboxWall, dbWall, functionsWall]),
  room(["inngest/events.ts", "inngest/client.ts"], [appWall, serverWall, sandboxWall, dbWall, functionsWall]),
  room(
    ["inngest/{deps,index,journal*}.ts", "inngest/functions/**"],
    [appWall, serverWall, sandboxWall, deskWall, dialectWall, bothHandlesWall],
  ),
  room(
    ["inngest/{money-calls,recovery}/**"],
    [appWall, serverWall, sandboxWall, deskWall, dialectWall, bothHandlesWall, storiesWall],
  ),
  room(
    ["app/components/**", "app/lib/**"],
    [serverWall, sandboxWall, mirrorWall, deskWall, functionsWall, upstreamWall],
    ["**/*.server.ts"],
  ),
  room(["app/routes/**"], [serverWall, sandboxWall, mirrorWall, functionsWall, upstreamWall, tablesWall]),
  room(
    ["app/commands/**", "app/auth/**", "app/context.ts"],
    [serverWall, sandboxWall, mirrorWall, functionsWall, upstreamWall, bothHandlesWall],
  ),
  room(["server/**"], [sandboxWall, pagesWall, bothHandlesWall], ["server/index.ts", ...holdsBothWriters]),
  room(holdsBothWriters, [sandboxWall, pagesWall]),
  room(["sandbox/**"], [appWall, serverWall, dbWall, functionsWall]),

  // Addresses are spelled in one place, and what comes from outside looks nothing up by a name every object has.
  {
    files: ["app/{routes,components,lib,commands}/**/*.{ts,tsx}", "db/read/**/*.ts"],
    ignores: [...tests, "app/lib/paths.ts"],
    rules: {
      "no-restricted-syntax": [
        "error",
        {
          selector: "TemplateLiteral[expressions.length>0][quasis.0.value.raw=/^\\u002F[a-z]/]",
          message:
            "app/lib/paths.ts spells the addresses of things: any reference must lead back to its row.",
        },
        {
          selector: "BinaryExpression[operator='+'][left.value=/^\\u002F[a-z]/]",
          message:
            "app/lib/paths.ts spells the addresses of things: any reference must lead back to its row.",
        },
        {
          selector: "BinaryExpression[operator='in'][left.type!='Literal']",
          message: "`constructor` is in every object: use Object.hasOwn, or own() of app/lib/own.ts.",
        },
      ],
    },
  },

  // Who may reach out of the process.
  {
    files: ["{domain,app,inngest,db,server}/**/*.{ts,tsx}"],
    ignores: [...tests, "server/index.ts"],
    rules: {
      "no-restricted-globals": [
        "error",
        {
          name: "fetch",
          message:
            "server/index.ts hands out the one fetch there is: take a Fetch (domain/fetch-failure.ts) as an argument.",
        },
      ],
    },
  },

  // Who may read the environment, the wall clock and chance.
  {
    files: ["{app,inngest,db,server,sandbox,domain,packages}/**/*.{ts,tsx}"],
    ignores: [
      ...tests,
      "server/env.ts",
      "sandbox/**/main.ts",
      "packages/*/src/main.ts",
      "**/*clock.ts",
      "**/random.ts",
    ],
    rules: {
      "no-restricted-properties": [
        "error",
        {
          object: "process",
          property: "env",
          message: "server/env.ts reads the environment; take values as arguments.",
        },
        {
          object: "Date",
          property: "now",
          message: "Take a Clock (domain/clock.ts; a package has its own).",
        },
        { object: "Math", property: "random", message: "Take a source of chance as an argument." },
      ],
    },
  },
  {
    files: [
      "scripts/**",
      "bench/**",
      "e2e/**",
      "simulate/**",
      "sandbox/**/main.ts",
      "sandbox/*.ts",
      "packages/*/src/main.ts",
      "server/env.ts",
      "server/index.ts",
      "server/*-command.ts",
      "db/*.ts",
    ],
    rules: { "no-console": "off" },
  },
);
