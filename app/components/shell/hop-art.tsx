const hops = [
  { name: "Clicked", note: "at once" },
  { name: "Accepted", note: "on disk first" },
  { name: "Ran", note: "once" },
  { name: "Mirror agrees", note: "then it is done" },
];

/** The mark's two hops, made four: how a decision is followed. */
export function HopArt() {
  return (
    <svg
      className="hopart"
      viewBox="-5 30 490 114"
      role="img"
      aria-label="Four hops: clicked, event accepted, function ran, mirror agrees. The last hop is still open."
    >
      {hops.map((hop, index) => {
        const from = index * 120;
        const open = index === 3;
        return (
          <g key={hop.name}>
            <path
              d={`M${from} 96C${from} 20 ${from + 120} 20 ${from + 120} 96`}
              fill="none"
              stroke={open ? "var(--control-line)" : "var(--accent-text)"}
              strokeWidth="1.75"
              strokeDasharray={open ? "3 5" : undefined}
              strokeLinecap="round"
            />
            <circle cx={from} cy="96" r="4.5" fill="var(--accent-text)" />
            <text x={from + 60} y="122" textAnchor="middle">
              {hop.name}
            </text>
            <text className="tt" x={from + 60} y="139" textAnchor="middle">
              {hop.note}
            </text>
          </g>
        );
      })}
      <circle
        cx="480"
        cy="96"
        r="4.5"
        fill="var(--surface-sunken)"
        stroke="var(--control-line)"
        strokeWidth="1.75"
      />
    </svg>
  );
}
