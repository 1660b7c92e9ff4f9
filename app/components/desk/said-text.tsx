import { saidPieces } from "../../../domain/said-text";

/**
 * Text from outside, as a part of the page that nothing in it can reach out of: its direction ends with it, and what is not seen
 * or deceives in it is named. `quoted` sets it off by how it is drawn, which no quotation mark in it can end.
 */
export function Said({ text, quoted = false }: { text: string; quoted?: boolean }) {
  return (
    <bdi
      className={
        quoted
          ? "rounded-tag bg-sunken px-1 text-text box-decoration-clone [overflow-wrap:anywhere]"
          : undefined
      }
    >
      {saidPieces(text).map((piece, index) =>
        piece.kind === "text" ? (
          piece.text
        ) : piece.kind === "hidden" ? (
          <Mark key={index} title={piece.name}>
            {piece.code}
            {piece.times > 1 && ` ×${piece.times}`}
          </Mark>
        ) : (
          <span key={index}>
            {piece.text}
            <Mark title={piece.why}>{piece.why.split(":")[0]}</Mark>
          </span>
        ),
      )}
    </bdi>
  );
}

/** A small label in the text: what stands there, with the rest of it for who hears the page or points at it. */
function Mark({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <span
      className="relative mx-0.5 rounded-tag border border-current px-1 text-meta font-medium text-caution whitespace-nowrap"
      title={title}
    >
      {children}
      <span className="sr"> ({title})</span>
    </span>
  );
}
