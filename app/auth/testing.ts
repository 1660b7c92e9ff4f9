import { openTestDatabase } from "../../db/testing";
import { saveOperator } from "../../db/desk/operators";
import { manualClock } from "../../domain/clock";
import type { DeskContext } from "../context";

export const NOW = Date.UTC(2026, 10, 24, 12);
export const PASSWORD = "correct horse battery staple";

/** A desk with a database and nothing else, as its door sees it. `close` removes the file. */
export function openTestDoor(): {
  context: DeskContext;
  /** The same desk, spoken to from another address. */
  from(address: string | null): DeskContext;
  addOperator(email: string): Promise<void>;
  close(): void;
} {
  const db = openTestDatabase();
  const context: DeskContext = {
    read: db.reader,
    desk: db.writer,
    clock: manualClock(NOW),
    address: "203.0.113.5",
    nonce: "",
    outboxChanged: () => undefined,
    report: (error) => {
      throw error;
    },
    config: {
      mode: "test",
      agentId: "ag_test",
      agentWallet: "0x01",
      tradeSizeMicro: 1n,
      limits: {
        tradeMinBalanceMicro: 0n,
        tradeAfterUnknown: "market",
        tradeMaxAlertAgeMs: 0,
        casinoStakeMicro: 0n,
        casinoDailyLossMicro: 0n,
      },
      driftApprovalLimitMicro: 0n,
      secureCookies: false,
      session: { secret: "of this test", idleMs: 3_600_000, lifeMs: 43_200_000 },
      demoAccounts: [],
      engine: "none",
      keys: [],
    },
  };
  return {
    context,
    from: (address) => ({ ...context, address }),
    addOperator: (email) =>
      saveOperator(db.writer, { email, name: email, password: PASSWORD, role: "operator" }, NOW),
    close: () => db.close(),
  };
}

/** What a browser does with the cookies it is given. */
export function cookieJar(): { take(headers: Headers): void; header(): { cookie: string } } {
  const kept = new Map<string, string>();
  return {
    take(headers) {
      for (const line of headers.getSetCookie()) {
        const [pair = "", ...rest] = line.split(";");
        const at = pair.indexOf("=");
        if (rest.some((part) => part.trim() === "Max-Age=0")) kept.delete(pair.slice(0, at));
        else kept.set(pair.slice(0, at), pair.slice(at + 1));
      }
    },
    header: () => ({ cookie: [...kept].map((pair) => pair.join("=")).join("; ") }),
  };
}
