/** What stands in a cell: words are guarded against being read as a formula, numbers are left as they are. */
export type CsvValue = { text: string } | { number: string } | null;

/** A spreadsheet takes a cell that begins with one of these for a formula. */
const FORMULA = /^[=+\-@\t\r]/;

/** One line of a CSV file (RFC 4180). A null is an empty cell. */
export function csvLine(values: readonly CsvValue[]): string {
  return `${values.map(cell).join(",")}\r\n`;
}

function cell(value: CsvValue): string {
  if (value === null) return "";
  if ("number" in value) return value.number;
  const text = FORMULA.test(value.text) ? `'${value.text}` : value.text;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
