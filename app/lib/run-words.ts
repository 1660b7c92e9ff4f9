import type { Run, Step } from "../../db/read/runs";
import type { RunSubject } from "../../db/read/run-subject";
import { backOffWindow } from "../../domain/retries";
import type { Tone } from "../../domain/statuses";
import { usdcText } from "./money";
import { formatDuration, formatTime } from "./time";

interface Moment {
  zone: string;
  /** ms. */
  now: number;
}

/** When the next attempt comes, as far as that is known. */
export function nextAttempt(
  run: Pick<Run, "attempt" | "nextAttemptAt" | "updatedAt">,
  { zone, now }: Moment,
): string {
  if (run.nextAttemptAt !== null) return `at ${formatTime(run.nextAttemptAt, zone, now)}`;
  const { from, to } = backOffWindow(run.attempt, run.updatedAt);
  return `between ${formatTime(from, zone, now, { bare: true })} and ${formatTime(to, zone, now)}`;
}

/** A run's state in words: which attempt, and when the next one comes. */
export function attemptText(
  run: Pick<Run, "status" | "attempt" | "maxAttempts" | "nextAttemptAt" | "updatedAt">,
  moment: Moment,
): string | null {
  if (run.status !== "retrying") return null;
  const of = run.maxAttempts === null ? "" : ` of ${run.maxAttempts}`;
  return `attempt ${run.attempt + 1}${of} ${nextAttempt(run, moment)}`;
}

export interface Consequence {
  tone: Tone;
  icon: string;
  title: string;
  text: string;
}

const standsAs = ({ ref, look }: RunSubject): string =>
  `${ref} is ${look.label.toLowerCase()} now: ${look.meaning}`;

/** Whether what a run was about came to a good end without it. A refusal is the run's own. */
const endedWell = (subject: RunSubject | null): boolean =>
  subject !== null && subject.isOver && subject.look.tone !== "danger";

/** A failure is a danger as long as what it was about is not well: what has come to its end needs nobody any more. */
const toneOfFailure = (subject: RunSubject | null): Tone => (endedWell(subject) ? "none" : "danger");

/** How a run ended that has an error, beside what it was about as that stands now; null for a run without. */
export function endingOf(
  run: Pick<Run, "status" | "error" | "endedAt">,
  subject: RunSubject | null,
): Omit<Consequence, "icon"> | null {
  if (!run.error || run.endedAt === null) return null;
  return {
    tone: run.status === "failed" ? toneOfFailure(subject) : "none",
    title: `This run ${run.status === "failed" ? "failed" : "ended"}: ${run.error}`,
    text: subject
      ? `${endedWell(subject) ? "It came to its end all the same. " : ""}${standsAs(subject)}.`
      : "The run is about no money of its own.",
  };
}

/** What a step's state means for the money and what comes next; null when it simply went through. */
export function consequenceOf(
  run: Run,
  step: Step,
  subject: RunSubject | null,
  moment: Moment,
): Consequence | null {
  const stands = subject
    ? `${standsAs(subject)}${subject.amountMicro === null ? "" : `, ${usdcText(subject.amountMicro)}`}.`
    : "The run is about no money of its own.";
  switch (step.status) {
    case "retrying":
      return {
        tone: "caution",
        icon: "rotate-cw",
        title: `Attempt ${step.attempts} did not go through: ${step.error ?? "no reason was given"}`,
        text: `${stands} Attempt ${step.attempts + 1}${run.maxAttempts === null ? "" : ` of ${run.maxAttempts}`} starts ${nextAttempt(run, moment)}${run.nextAttemptAt === null ? "; the engine draws the exact moment and does not tell it" : ""}.`,
      };
    case "failed":
      return {
        tone: toneOfFailure(subject),
        icon: "circle-x",
        title: step.error ?? "This step did not go through.",
        text: `${stands} It is not tried again${run.status === "failed" ? ", and the run ended with it" : " as a step; the function went on and decided what to do"}.`,
      };
    case "waiting":
      return {
        tone: "info",
        icon: "hourglass",
        title: step.waitsFor ? `Waits for ${step.waitsFor}` : "Sleeps",
        text: `${step.waitsUntil === null ? "It has no end of its own." : `Until ${formatTime(step.waitsUntil, moment.zone, moment.now)} at the longest, in ${formatDuration(step.waitsUntil - moment.now)}; then the function goes on without it.`} ${stands}`,
      };
    case "dropped":
      return {
        tone: "none",
        icon: "circle-minus",
        title: "Not needed any more",
        text: `Its run ended first. ${stands}`,
      };
    case "running":
    case "completed":
      return null;
    default:
      return step.status satisfies never;
  }
}
