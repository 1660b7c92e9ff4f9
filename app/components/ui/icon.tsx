import {
  Ban,
  Circle,
  CircleCheck,
  CircleDashed,
  CircleDot,
  CircleMinus,
  CircleQuestionMark,
  CircleSlash,
  CircleX,
  Hourglass,
  Inbox,
  OctagonAlert,
  RotateCw,
  Scale,
  Send,
  Undo2,
  type LucideIcon,
} from "lucide-react";

const icons: Record<string, LucideIcon> = {
  ban: Ban,
  "circle-check": CircleCheck,
  "circle-dashed": CircleDashed,
  "circle-dot": CircleDot,
  "circle-minus": CircleMinus,
  "circle-question-mark": CircleQuestionMark,
  "circle-slash": CircleSlash,
  "circle-x": CircleX,
  hourglass: Hourglass,
  inbox: Inbox,
  "octagon-alert": OctagonAlert,
  "rotate-cw": RotateCw,
  scale: Scale,
  send: Send,
  "undo-2": Undo2,
};

/** A status icon by its name; it stands beside a word and says nothing by itself. */
export function Icon({ name, className }: { name: string; className?: string }) {
  const Drawn = icons[name] ?? Circle;
  return <Drawn aria-hidden size={14} strokeWidth={2} className={className} />;
}
