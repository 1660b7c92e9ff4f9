import { Note } from "../ui/note";

/** Says which parts of the address could not be read and were left out; nothing where all could. */
export function NotRead({ names }: { names: readonly string[] }) {
  if (names.length === 0) return null;
  return (
    <div className="pb-4">
      <Note tone="caution" icon="circle-alert">
        {names.map((name) => `“${name}”`).join(", ")} in the address could not be read and{" "}
        {names.length === 1 ? "was" : "were"} left out.
      </Note>
    </div>
  );
}
