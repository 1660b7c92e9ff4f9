import { useNavigate } from "@remix-run/react";
import { useEffect, useRef, type RefObject } from "react";
import { pagesHere } from "../../lib/navigation";
import { Icon } from "../ui/icon";

const CHORD_MS = 1_500;

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));

/** The link each row of the page's lists leads by, top to bottom. */
function rowLinks(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("main tbody tr, main [data-row]")].flatMap((row) => {
    const link = row.querySelector<HTMLElement>("a.id, a");
    return link && link.offsetParent !== null ? [link] : [];
  });
}

function step(by: 1 | -1): void {
  const links = rowLinks();
  const row = document.activeElement?.closest("tr, [data-row]");
  const at = links.findIndex((link) => link.closest("tr, [data-row]") === row);
  const next = links[at === -1 ? (by === 1 ? 0 : links.length - 1) : at + by];
  next?.focus();
  next?.closest("tr, [data-row]")?.scrollIntoView({ block: "nearest" });
}

/** Listens for the desk's keys; none fires while somebody types, in a dialog, or together with another modifier. */
export function useKeys(practice: boolean, dialog: RefObject<HTMLDialogElement>): void {
  const navigate = useNavigate();
  const chord = useRef(-CHORD_MS);
  useEffect(() => {
    const search = (event: KeyboardEvent) => {
      const box = document.getElementById("search");
      event.preventDefault();
      if (box && box.offsetParent !== null) box.focus();
      else navigate("/search");
    };
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || document.querySelector("dialog:modal")) return;
      if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey)) return search(event);
      if (event.key === "Escape" && event.target instanceof HTMLInputElement && event.target.id === "search")
        return event.target.blur();
      if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return undefined;
      if (performance.now() - chord.current < CHORD_MS) {
        chord.current = -CHORD_MS;
        const page = pagesHere(practice).find((one) => one.key === event.key.toLowerCase());
        if (page) {
          event.preventDefault();
          navigate(page.path);
        }
        return undefined;
      }
      switch (event.key) {
        case "g":
          chord.current = performance.now();
          return undefined;
        case "/":
          return search(event);
        case "?":
          return dialog.current?.showModal();
        case "j":
          return step(1);
        case "k":
          return step(-1);
        case "Escape": {
          const up = document.querySelector<HTMLAnchorElement>("main a[data-up]");
          return up?.click();
        }
        default:
          return undefined;
      }
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [navigate, practice, dialog]);
}

/** What each key does. */
export function KeyList({ practice }: { practice: boolean }) {
  const keys: [string[], string][] = [
    [["Ctrl", "K"], "search, or jump to a page or an id"],
    [["/"], "the same"],
    [["J"], "next row"],
    [["K"], "previous row"],
    [["Enter"], "open the row"],
    [["Esc"], "close, or back to the list"],
    [["?"], "these keys"],
    ...pagesHere(practice).flatMap((page): [string[], string][] =>
      page.key ? [[["G", page.key.toUpperCase()], page.label]] : [],
    ),
  ];
  return (
    <table className="srcs">
      <caption className="sr">Keyboard keys</caption>
      <tbody>
        {keys.map(([pressed, does]) => (
          <tr key={pressed.join(" ")}>
            <th scope="row">
              {pressed.map((key, index) => (
                <span key={key}>
                  {index > 0 && (pressed[0] === "Ctrl" ? " + " : " then ")}
                  <kbd>{key}</kbd>
                </span>
              ))}
            </th>
            <td>{does}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The same list over any page. */
export function KeysDialog({
  practice,
  dialog,
}: {
  practice: boolean;
  dialog: RefObject<HTMLDialogElement>;
}) {
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby="keys-title">
      <div className="sheet-head">
        <h2 id="keys-title">Keyboard keys</h2>
        <button
          type="button"
          className="btn btn-quiet btn-icon"
          aria-label="Close"
          onClick={() => dialog.current?.close()}
        >
          <Icon name="x" size={16} />
        </button>
      </div>
      <div className="px-6 py-3">
        <KeyList practice={practice} />
        <p className="hint pt-3">None of them works while you type.</p>
      </div>
    </dialog>
  );
}
