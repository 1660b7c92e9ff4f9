import { requireBuild } from "../scripts/build-sources";

/** Before the first test: they run what is built, and a build of other sources would fail in ways that say nothing. */
export default (): void => requireBuild(process.cwd());
