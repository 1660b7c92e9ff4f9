import { plainJson } from "../../../domain/said-text";
/** Anything JSON, laid out, with its names and words told apart. A region that scrolls, so it can be reached by keyboard. */
export function Payload({ title, value, note }: { title: string; value: unknown; note?: string }) {
  return (
    <section className="min-w-0">
      <h3>{title}</h3>
      {note ? (
        <p className="text-text-muted">{note}</p>
      ) : (
        // A region that scrolls must be reachable by keyboard.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <pre className="payload" tabIndex={0} aria-label={title} role="region">
          {pieces(plainJson(JSON.stringify(value ?? null, null, 2)))}
        </pre>
      )}
    </section>
  );
}

/** Names and punctuation muted, words in the accent; numbers, true, false and null as they are. */
function pieces(text: string) {
  return text
    .split(/("(?:\\.|[^"\\])*"\s*:?|[{}[\]])/)
    .filter(Boolean)
    .map((part, index) => {
      const kind =
        /^[{}[\]]$/.test(part) || part.endsWith(":") ? "k" : part.startsWith('"') ? "s" : undefined;
      return kind ? (
        <span key={index} className={kind}>
          {part}
        </span>
      ) : (
        part
      );
    });
}
