/** Two hops. */
export function Mark() {
  return (
    <svg
      width="22"
      height="22"
      viewBox="0 0 22 22"
      fill="none"
      aria-hidden
      className="text-accent-text flex-none"
    >
      <path
        d="M2 17C2 8 10 8 10 17M10 17C10 4.5 19 3.5 19 12"
        stroke="currentColor"
        strokeWidth="2.2"
        strokeLinecap="round"
      />
      <circle cx="19" cy="16.6" r="2" fill="currentColor" />
    </svg>
  );
}

export function BrandName() {
  return (
    <span>
      Purple Flea <small>Operator</small>
    </span>
  );
}
