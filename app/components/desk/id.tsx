import { Copy } from "lucide-react";
import { useState } from "react";

const cut = (id: string): string => (id.length > 18 ? `${id.slice(0, 7)}…${id.slice(-5)}` : id);

/** An id: cut in the middle when long, with a button that copies the whole. */
export function Id({ id, whole = false }: { id: string; whole?: boolean }) {
  const [copied, setCopied] = useState(false);
  return (
    <span className="inline-flex items-center gap-1 mono" title={id}>
      {whole ? id : cut(id)}
      <button
        type="button"
        aria-label={`Copy ${id}`}
        className="inline-flex items-center justify-center text-text-muted"
        style={{ minWidth: 24, minHeight: 24 }}
        onClick={() => {
          void navigator.clipboard.writeText(id).then(() => setCopied(true));
        }}
      >
        <Copy aria-hidden size={14} />
      </button>
      <span className="sr" aria-live="polite">
        {copied ? `copied ${id}` : ""}
      </span>
    </span>
  );
}
