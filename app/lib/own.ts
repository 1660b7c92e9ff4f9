/** What a table of ours has under a name that comes from outside; `constructor` and its like are in none of them. */
export const own = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;
