import { CopyButton } from "../ui/copy-button";
import { Said } from "./said-text";
import { plainSaid } from "../../../domain/said-text";

const cut = (id: string): string => (id.length > 18 ? `${id.slice(0, 6)}…${id.slice(-4)}` : id);

/** An id: cut in the middle when long, with a button that copies the whole. */
export function Id({ id, whole = false }: { id: string; whole?: boolean }) {
  return (
    <span className="inline-flex items-center gap-0.5 whitespace-nowrap">
      <span className="mono" title={plainSaid(id)}>
        <Said text={whole ? id : cut(id)} />
      </span>
      <CopyButton text={id} />
    </span>
  );
}
