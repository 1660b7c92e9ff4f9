import type { Role } from "./statuses";

/** The accounts of practice are of this domain, which no mail reaches (RFC 6761). */
export const PRACTICE_DOMAIN = "practice.test";

/** What the sign-in page of practice shows to everybody. */
export const practiceAccounts: readonly { email: string; password: string; role: Role; name: string }[] = [
  {
    email: `operator@${PRACTICE_DOMAIN}`,
    password: "practice-operator-1",
    role: "operator",
    name: "Olive Operator",
  },
  { email: `viewer@${PRACTICE_DOMAIN}`, password: "practice-viewer-1", role: "viewer", name: "Vera Viewer" },
];

/** True for an account that practice makes or might make: anybody may know its password. */
export const isPracticeAccount = (email: string): boolean =>
  email.trim().toLowerCase().endsWith(`@${PRACTICE_DOMAIN}`);
