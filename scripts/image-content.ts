/**
 * Makes a copy of what the image holds, as the Dockerfile lists it, and runs it the way the image does: production packages only,
 * with the environment of a live desk. `npm run test:image`; the Node that runs this runs it.
 */
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

const lines = readFileSync("Dockerfile", "utf8").split("\n");
/** What one instruction of the Dockerfile says after its name. */
const said = (instruction: RegExp): string[] =>
  lines.flatMap((line) => {
    const match = instruction.exec(line);
    return match?.[1] === undefined ? [] : [match[1]];
  });
const exec = (instruction: RegExp): string[] => {
  const [list = "[]"] = said(instruction);
  return (JSON.parse(list) as unknown[]).map(String);
};
const copies = said(/^COPY --from=build (.+)$/).map((copy) => {
  const parts = copy.split(" ").map((path) => path.replace(/^\/app\//, ""));
  return { from: parts.slice(0, -1), to: parts.at(-1) ?? "" };
});
const [environment = ""] = said(/^ENV (.+)$/);

const work = mkdtempSync(join(tmpdir(), "image-"));
const image = join(work, "app");

function fill(): void {
  for (const { from, to } of copies)
    for (const path of from)
      cpSync(path, join(image, to.endsWith("/") ? join(to, basename(path)) : to), {
        recursive: true,
        verbatimSymlinks: true,
      });
  // npm prunes by the lockfile, which the image does not keep.
  const forNpm = ["package-lock.json", ".npmrc"];
  for (const file of forNpm) cpSync(file, join(image, file));
  const pruned = spawnSync("npm", ["prune", "--omit=dev", "--no-audit", "--no-fund"], {
    cwd: image,
    encoding: "utf8",
  });
  if (pruned.status !== 0) throw new Error(`npm prune: ${pruned.stderr}`);
  for (const file of forNpm) rmSync(join(image, file));
}

let failed = 0;
function check(what: string, ok: boolean, seen: unknown = ""): void {
  console.log(`${ok ? "✓" : "✗"} ${what}${ok ? "" : `: ${JSON.stringify(seen)}`}`);
  if (!ok) failed++;
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

function checkContent(): void {
  const lock = JSON.parse(readFileSync("package-lock.json", "utf8")) as {
    packages: Record<string, { dev?: boolean; link?: boolean; resolved?: string }>;
  };
  // A link says nothing of itself: it is what it leads to.
  const isDev = (path: string): boolean => {
    const { dev, link, resolved } = lock.packages[path] ?? {};
    return link && resolved ? isDev(resolved) : dev === true;
  };
  const paths = Object.keys(lock.packages).filter(Boolean);
  const dev = paths.filter((path) => isDev(path) && existsSync(join(image, path)));
  check("no package that only development needs", dev.length === 0, dev);
  const needed = paths.filter((path) => !isDev(path));
  check("the others are there", needed.filter((path) => existsSync(join(image, path))).length > 100);
  const maps = filesIn(join(image, "build")).filter((file) => file.endsWith(".js.map"));
  const sources = maps.flatMap(
    (file) => (JSON.parse(readFileSync(file, "utf8")) as { sources: string[] }).sources,
  );
  check(
    "the server is in it",
    sources.some((source) => source.endsWith("server/index.ts")),
    maps,
  );
  const sandbox = [
    ...sources,
    ...filesIn(join(image, "build")).map((file) => file.slice(image.length)),
  ].filter((path) => /(?:^|\/)(?:sandbox|packages|simulate|e2e)\/|\/engine\.js/.test(path));
  check("no sandbox in it", sandbox.length === 0, sandbox);
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

async function checkRunning(): Promise<void> {
  const port = await freePort();
  const env: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    ...Object.fromEntries(environment.split(" ").map((pair) => pair.split("="))),
    NODE_ENV: "production",
    HOST: "127.0.0.1",
    PORT: String(port),
    DATABASE_PATH: join(work, "data/operator.sqlite"),
    SESSION_SECRET: "a secret of this check and of no other",
    PURPLE_FLEA_API_KEY: "pf_live_image",
    PURPLE_FLEA_API_URL: "http://127.0.0.1:9/api",
    PURPLE_FLEA_FAUCET_URL: "http://127.0.0.1:9/faucet/api",
    PURPLE_FLEA_WEBHOOK_SECRET: "whsec_image",
    AGENT_ID: "ag_image",
    AGENT_WALLET: "0xA9e17c0000000000000000000000000000000001",
    INNGEST_DEV: "0",
    INNGEST_BASE_URL: "http://127.0.0.1:9",
    INNGEST_EVENT_KEY: "image",
    INNGEST_SIGNING_KEY: "signkey-image-0123456789abcdef",
    OPERATOR_EMAIL: "first@example.com",
    OPERATOR_PASSWORD: "tangerine umbrella 42",
  };
  check("it is a live desk's environment", env.APP_MODE === "live" && env.SANDBOX === "off", environment);
  const [command = "", ...args] = exec(/^CMD (.+)$/);
  check("node is its process", command === "node", command);
  const server = spawn(process.execPath, args, { cwd: image, env, stdio: ["ignore", "inherit", "inherit"] });
  const ended = new Promise<number | null>((resolve) => server.once("close", resolve));
  const url = `http://127.0.0.1:${port}`;
  try {
    for (let i = 0; i < 400 && server.exitCode === null; i++) {
      if (
        await fetch(`${url}/healthz`).then(
          (answer) => answer.ok,
          () => false,
        )
      )
        break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const ask = async (path: string, init?: RequestInit) => {
      const answer = await fetch(url + path, { redirect: "manual", ...init });
      return { status: answer.status, body: await answer.text() };
    };
    const health = await ask("/healthz");
    check("/healthz answers, live", health.status === 200 && health.body.includes('"live"'), health);
    const login = await ask("/login");
    check(
      "the sign-in page is served",
      login.status === 200 && login.body.includes("Password"),
      login.status,
    );
    check("and shows no practice account", !login.body.includes("practice.test"));
    const script = /\/assets\/[^"]+\.js/.exec(login.body)?.[0] ?? "/assets/none.js";
    check("with its scripts", (await ask(script)).status === 200, script);
    for (const method of ["GET", "PUT", "POST"])
      check(
        `unsigned ${method} /api/inngest is refused`,
        (
          await ask("/api/inngest?fnId=a&stepId=b", {
            method,
            ...(method === "POST" && { body: "{}", headers: { "content-type": "application/json" } }),
          })
        ).status === 401,
      );
    const form = new URLSearchParams({ email: "first@example.com", password: "tangerine umbrella 42" });
    const signIn = await ask("/login", {
      method: "POST",
      body: form,
      headers: { "sec-fetch-site": "same-origin" },
    });
    check("the first operator signs in", signIn.status === 302, signIn);
    const [, ...healthArgs] = exec(/^HEALTHCHECK .*? CMD (.+)$/);
    const run = (runArgs: string[], more: NodeJS.ProcessEnv = env) =>
      spawnSync(process.execPath, runArgs, { cwd: image, env: more, encoding: "utf8" });
    check("the health check is content", run(healthArgs).status === 0);
    check("and is not, where nobody listens", run(healthArgs, { ...env, PORT: "9" }).status === 1);
    const operator = run(["build/operator.js", "add", "second@example.com"]);
    check("operator adds one beside it", operator.status === 0, operator);
    const practice = run(["build/operator.js", "add", "operator@practice.test"]);
    check(
      "and none of practice",
      practice.status === 1 && practice.stderr.split("\n").length === 2,
      practice,
    );
    const migrate = run(["build/migrate.js"]);
    check("migrate says the file is up to date", migrate.stdout.includes("up to date (live)"), migrate);
  } finally {
    server.kill("SIGTERM");
  }
  check("SIGTERM ends it properly", (await ended) === 0);
}

try {
  mkdirSync(image);
  fill();
  checkContent();
  await checkRunning();
} finally {
  rmSync(work, { recursive: true, force: true });
}
console.log(failed === 0 ? `The image is as it should be, on Node ${process.version}.` : `${failed} wrong`);
process.exitCode = failed === 0 ? 0 : 1;
