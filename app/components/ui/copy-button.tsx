import { useState } from "react";
import { Icon } from "./icon";

/** Copies a whole value and says so to who cannot see it. */
export function CopyButton({ text }: { text: string }) {
  const [said, setSaid] = useState("");
  return (
    <>
      <button
        type="button"
        className="copy"
        aria-label={`Copy ${text}`}
        onClick={() => {
          void navigator.clipboard.writeText(text).then(
            () => setSaid(`copied ${text}`),
            () => setSaid("The browser did not let it be copied."),
          );
        }}
        onBlur={() => setSaid("")}
      >
        <Icon name={said.startsWith("copied") ? "check" : "copy"} />
      </button>
      <span className="sr" aria-live="polite">
        {said}
      </span>
    </>
  );
}
