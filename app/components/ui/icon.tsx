import sprite from "./icons.svg?url";

/**
 * A lucide icon by its name: 14 px in text, 16 in controls, 20 in tabs. It stands beside a word and says nothing by itself.
 * All of them are one file that the browser keeps (icons.svg): a list of fifty rows has a hundred of them.
 */
export function Icon({
  name,
  size = 14,
  className = "",
}: {
  name: string;
  size?: 14 | 16 | 20;
  className?: string;
}) {
  return (
    <svg aria-hidden="true" width={size} height={size} className={`i ${className}`}>
      <use href={`${sprite}#${name}`} />
    </svg>
  );
}
