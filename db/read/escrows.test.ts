import { eq } from "drizzle-orm";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkSums, escrowMoney } from "../../domain/escrow-sums";
import { escrowSums } from "../../domain/money";
import { escrows } from "../schema";
import { explainQueries, openTestDatabase } from "../testing";
import { countEscrows, listEscrows } from "./escrows";

let db: ReturnType<typeof openTestDatabase>;
beforeEach(() => {
  db = openTestDatabase();
});
afterEach(() => db.close());

function add(ref: string, amountMicro: bigint, off: { fee?: bigint; net?: bigint; referral?: bigint } = {}) {
  const { fee, net, referral } = escrowSums(amountMicro);
  db.writer
    .insert(escrows)
    .values({
      ref,
      agentId: "ag_1",
      amountMicro,
      feeMicro: fee + (off.fee ?? 0n),
      netMicro: net - (off.fee ?? 0n) + (off.net ?? 0n),
      referralMicro: referral + (off.referral ?? 0n),
      counterparty: "0xabcd",
      description: "work",
      timeoutHours: 168,
      status: "released",
      createdAt: 1_000,
      observedAt: 1_000,
      updatedAt: 1_000,
      version: 1,
    })
    .run();
}
const odd = () => listEscrows(db.reader, "odd", { at: "first" }, 50).rows.map((row) => row.ref);

describe("escrows whose sums somebody has to check", () => {
  test("what adds up to the micro is never listed, whatever the amount", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 100_000n, max: 10n ** 15n }), (amount) => {
        db.writer.delete(escrows).run();
        add("esc_1", amount);
        expect(odd()).toEqual([]);
      }),
    );
  });
  test("one micro off in fee, net or referral is", () => {
    add("good", 50_000_000n);
    add("fee", 50_000_000n, { fee: 1n });
    add("net", 50_000_000n, { net: -1n });
    add("referral", 50_000_000n, { referral: 1n });
    expect(odd().sort()).toEqual(["fee", "net", "referral"]);
    expect(countEscrows(db.reader).odd.n).toBe(3);
  });
  test("are judged by the rate that the row was created with, and by 1 % where it has none", () => {
    const rates = { amountMicro: 100_000_000n, referralMicro: null };
    add("older", 100_000_000n);
    add("of its time", 100_000_000n);
    const at2 = { ...rates, feeMicro: 2_000_000n, netMicro: 98_000_000n, feeRatePpm: 20_000 };
    db.writer.update(escrows).set(at2).where(eq(escrows.ref, "of its time")).run();
    expect(odd()).toEqual([]);
    db.writer.update(escrows).set({ feeRatePpm: null }).run();
    expect(odd()).toEqual(["of its time"]);
  });
  test("are the same in SQL as for a page, whatever is known", () => {
    const small = fc.bigInt({ min: 0n, max: 12_000n });
    const maybe = fc.option(fc.bigInt({ min: -3n, max: 12_000n }));
    const amount = fc.oneof(small, fc.bigInt({ min: 0n, max: 9n * 10n ** 18n }));
    const rate = fc.option(fc.integer({ min: 0, max: 1_000_000 }));
    fc.assert(
      fc.property(
        amount,
        maybe,
        maybe,
        maybe,
        rate,
        fc.boolean(),
        (amountMicro, fee, net, referral, ppm, right) => {
          const ours = escrowSums(amountMicro, ppm ?? undefined);
          const near = (known: bigint | null, sum: bigint) =>
            known === null ? null : right ? sum : sum + known;
          const row = {
            amountMicro,
            feeMicro: near(fee, ours.fee),
            netMicro: near(net, ours.net),
            referralMicro: near(referral, ours.referral),
            feeRatePpm: ppm,
          };
          db.writer.delete(escrows).run();
          add("esc_1", 1n);
          db.writer.update(escrows).set(row).run();
          expect(odd().length).toBe(checkSums(escrowMoney(row)) === "good" ? 0 : 1);
        },
      ),
      { numRuns: 400 },
    );
  });
  test("what is not known yet is not wrong", () => {
    add("esc_1", 50_000_000n);
    db.writer.update(escrows).set({ feeMicro: null, netMicro: null, referralMicro: null }).run();
    expect(odd()).toEqual([]);
  });
  test("they are found by an index of their own", () => {
    const plans = explainQueries(db.reader, () => void odd());
    expect(plans.join("\n")).toMatch(/escrows_sums_to_check/);
  });
});
