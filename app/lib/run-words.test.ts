import { expect, test } from "vitest";
import type { Run } from "../../db/read/runs";
import type { RunSubject } from "../../db/read/run-subject";
import { escrowLook, type EscrowStatus } from "../../domain/statuses";
import { endingOf } from "./run-words";

const failed: Pick<Run, "status" | "error" | "endedAt"> = {
  status: "failed",
  error: "the release did not go through",
  endedAt: 1,
};
const about = (status: EscrowStatus, isOver: boolean): RunSubject => ({
  type: "escrow",
  ref: "esc_1",
  look: escrowLook[status],
  isOver,
  amountMicro: 50n,
  deadline: null,
});

test("a failed run is a danger while what it was about is open, or was refused with it", () => {
  expect(endingOf(failed, about("pending", false))?.tone).toBe("danger");
  expect(endingOf(failed, about("not_created", true))?.tone).toBe("danger");
  expect(endingOf(failed, null)?.tone).toBe("danger");
});

test("what came to a good end without the run is told apart from the run's failure", () => {
  expect(endingOf(failed, about("released", true))).toEqual({
    tone: "none",
    title: "This run failed: the release did not go through",
    text: "It came to its end all the same. esc_1 is released now: Purple Flea and the mirror agree.",
  });
});
