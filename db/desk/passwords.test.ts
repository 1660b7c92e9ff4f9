import { describe, expect, test } from "vitest";
import { passwordFault } from "./passwords";

const alice = { email: "alice.smith@example.com", name: "Alice Smith" };

describe("a new password", () => {
  test.each([
    ["tangerine umbrella 42", "words that do not go together"],
    ["kxvqwzplmtrb", "twelve letters of chance"],
    ["päßwörter-sind-müde", "letters beyond ASCII"],
    ["🦊🐻🦁🐼🐨🐯🦄🐝🐛🦋🐌🐞", "twelve characters, whatever they take in bytes"],
    [`${"tangerine umbrella ".repeat(53)}1`, "a thousand and eight bytes"],
  ])("%s is taken: %s", (password) => {
    expect(passwordFault(password, alice)).toBeNull();
  });

  test.each([
    ["tangerine42", /shorter than 12 characters/],
    ["🦊🐻🦁🐼🐨🐯", /shorter than 12 characters/],
    [`${"tangerine umbrella ".repeat(54)}`, /longer than 1,024 bytes/],
    ["ü".repeat(513), /longer than 1,024 bytes/],
    ["password1234", /guessed early/],
    ["P@ssw0rd12345", /guessed early/],
    ["qwertyuiop12", /guessed early/],
    ["123456789012", /guessed early/],
    ["aaaaaaaaaaaaaaaa", /guessed early/],
    ["hunter2hunter2", /guessed early/],
    ["alice.smith2026", /e-mail or the name/],
    ["Smith-Alice-99", /e-mail or the name/],
    ["alice@example.com", /e-mail or the name/],
    ["practice-operator-1", /practice shows/],
    ["Practice-Viewer-1 ", /practice shows/],
  ])("%s is refused, without being repeated", (password, why) => {
    const fault = passwordFault(password, alice);
    expect(fault).toMatch(why);
    expect(fault).not.toContain(password);
  });
});
