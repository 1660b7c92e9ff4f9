import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from "node:fs";
import { dirname, resolve } from "node:path";

const OWNER_ONLY = 0o600;
/** What lies beside a database: SQLite gives its own the database's rights when it makes them. */
const BESIDE = ["-wal", "-shm", "-clock"];

/**
 * Sees to it that nobody but the owner reads a database: makes it, and its folder where there is none, so, and takes the
 * rights of others away from one that is there. A folder that exists stays as it is: others may have business in it.
 */
export function keepPrivate(path: string): void {
  mkdirSync(dirname(resolve(path)), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, "a", OWNER_ONLY));
  for (const file of [path, ...BESIDE.map((end) => path + end)])
    if (existsSync(file)) chmodSync(file, OWNER_ONLY);
}
