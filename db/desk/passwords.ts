import { ZxcvbnFactory } from "@zxcvbn-ts/core";
import { adjacencyGraphs, dictionary } from "@zxcvbn-ts/language-common";
import { practiceAccounts } from "../../domain/practice-accounts";

/** Characters. As NIST SP 800-63B asks: length and no common ones, and no rules about digits and signs. */
const SHORTEST = 12;
/** Bytes, as hashing takes them: more is not more secret. */
const LONGEST = 1_024;
/** From 0 to 4, zxcvbn's: below this, 10^8 guesses find it, and a stolen file is guessed at offline. */
const STRENGTH = 3;
/** Characters that must be left of a password when what its owner is called is taken out. */
const OWN = 8;

let meter: ZxcvbnFactory | undefined;

/** What somebody is called, in words that a guess would begin with. */
const wordsOf = (text: string): string[] =>
  [...new Set(text.toLowerCase().split(/[^\p{L}\p{N}]+/u))].filter((word) => word.length >= 3);

/**
 * Why this may not become an operator's password, as what "the password …" goes on with; null when it may. Passwords that are
 * in use already are not asked: nobody is locked out by a rule that came later.
 */
export function passwordFault(password: string, owner: { email: string; name: string }): string | null {
  if ([...password].length < SHORTEST) return `is shorter than ${SHORTEST} characters`;
  if (Buffer.byteLength(password) > LONGEST) return "is longer than 1,024 bytes";
  if (practiceAccounts.some((account) => account.password === password.trim().toLowerCase()))
    return "is one that practice shows to everybody";
  const own = wordsOf(`${owner.email} ${owner.name}`).sort((a, b) => b.length - a.length);
  const rest = own.reduce((left, word) => left.replaceAll(word, ""), password.toLowerCase());
  if ([...rest].length < OWN) return "is made of the e-mail or the name";
  meter ??= new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs });
  return meter.check(password, own).score < STRENGTH ? "is one that is guessed early" : null;
}
