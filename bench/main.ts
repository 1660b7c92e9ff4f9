/** The performance table: `npm run bench`, or `npm run bench -- engine` for one part of it. */
import { engineRows } from "./engine";
import { listRows } from "./lists";
import { asTable, type Row } from "./table";

const parts: Record<string, () => Promise<Row[]>> = { engine: engineRows, lists: listRows };

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in parts));
if (unknown.length > 0) {
  console.error(`There is no bench called ${unknown.join(", ")}: ${Object.keys(parts).join(", ")}.`);
  process.exit(1);
}
const rows: Row[] = [];
for (const [name, measure] of Object.entries(parts)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.error(`measuring ${name} …`);
  rows.push(...(await measure()));
}
console.log(asTable(rows));
process.exitCode = rows.some((row) => row.kept === false) ? 1 : 0;
