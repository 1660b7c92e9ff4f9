import { existsSync } from "node:fs";
import { FileRefused } from "../db/identity";
import { DEFAULT_PATH, fileModes } from "../domain/identity";

/**
 * The database a command is about: the one that is named, else the one that is there.
 * @throws FileRefused when it is not clear which
 */
export function commandFile(named: string | undefined): string {
  if (named) return named;
  const there = fileModes.map((mode) => DEFAULT_PATH[mode]).filter((path) => existsSync(path));
  const [only, another] = there;
  if (another) throw new FileRefused(`There are ${there.join(" and ")}: say which with DATABASE_PATH=…`);
  if (only) return only;
  throw new FileRefused(
    `There is neither ${Object.values(DEFAULT_PATH).join(" nor ")}: name the file with DATABASE_PATH=…`,
  );
}
