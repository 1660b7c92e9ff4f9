import { buildFault } from "../scripts/build-sources";

/** Before the first test: they run what is built, and a build of other sources would fail in ways that say nothing. */
export default function requireBuild(): void {
  const fault = buildFault(process.cwd());
  if (fault) throw new Error(fault);
}
