import { useEffect, useState } from "react";
import { plainSaid } from "../../../domain/said-text";
import { Icon } from "./icon";

/** Copies a whole value. What it does when pressed is in `CopyListener`, one for the page: a list has fifty of these. */
export function CopyButton({ text }: { text: string }) {
  return (
    <button type="button" className="copy" data-copy={text} aria-label={`Copy ${plainSaid(text)}`}>
      <Icon name="copy" />
    </button>
  );
}

const SHOWN_MS = 2_000;

/** Makes the page's copy buttons copy, and says so to who cannot see it. */
export function CopyListener() {
  const [said, setSaid] = useState("");
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const press = (event: MouseEvent) => {
      const button = event.target instanceof Element ? event.target.closest("[data-copy]") : null;
      const text = button?.getAttribute("data-copy");
      if (!button || !text) return;
      void navigator.clipboard.writeText(text).then(
        () => {
          setSaid(`copied ${plainSaid(text)}`);
          button.setAttribute("data-copied", "");
          clearTimeout(timer);
          timer = setTimeout(() => {
            button.removeAttribute("data-copied");
            setSaid("");
          }, SHOWN_MS);
        },
        () => setSaid("The browser did not let it be copied."),
      );
    };
    document.addEventListener("click", press);
    return () => {
      document.removeEventListener("click", press);
      clearTimeout(timer);
    };
  }, []);
  return (
    <p className="sr" role="status">
      {said}
    </p>
  );
}
