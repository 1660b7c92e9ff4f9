import type { DeskForm, Said } from "../driver";

const TRIES = 400;
const AGAIN_MS = 250;
const ACCOUNT = { email: "operator@practice.test", password: "practice-operator-1" };

type Fields = Record<string, string>;
const unescaped = (text: string): string =>
  text
    .replace(/&quot;/g, '"')
    .replace(/&#x27;/g, "'")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&amp;/g, "&");

/** The hidden fields of the form that has this text in it, as the page rendered them; null when there is none. */
function hiddenFields(page: string, mark: string): Fields | null {
  const form = page
    .split("<form")
    .slice(1)
    .map((part) => part.split("</form>")[0] ?? "")
    .find((part) => part.includes(mark) && part.includes('name="command_id"'));
  if (!form) return null;
  const fields: Fields = {};
  for (const [input] of form.matchAll(/<input\b[^>]*\btype="hidden"[^>]*>/g)) {
    const name = /\bname="([^"]*)"/.exec(input)?.[1];
    if (name) fields[name] = unescaped(/\bvalue="([^"]*)"/.exec(input)?.[1] ?? "");
  }
  return fields;
}

/**
 * An operator with a browser that has no JavaScript: opens the pages, fills in their forms and sends them. When nobody answers
 * the same form is sent again, as a person does who reloads.
 */
export class Visitor {
  private cookie = "";

  constructor(private readonly url: string) {}

  /** The page's HTML. Signs in first when it has to. @throws when nobody answers for more than a minute */
  async page(path: string): Promise<string> {
    for (let signed = false; ; signed = true) {
      const response = await this.ask(path, {});
      if (response.status < 300 || response.status >= 400) return response.text();
      if (signed) throw new Error(`${path} leads to ${response.headers.get("location")}`);
      await this.signIn();
    }
  }

  /** Fills in one of the desk's forms. @throws as `submit` */
  async fillIn(form: DeskForm, twice: boolean): Promise<Said> {
    switch (form.form) {
      case "alert":
        return this.submit("/alerts/send", 'name="asset"', form.typed, twice);
      case "escrow":
        return this.submit("/new/escrow", 'name="escrow_id"', form.typed, twice);
      case "bet":
        return this.submit("/bets", 'name="stake_usdc"', form.typed, twice);
      case "claim":
        return this.submit("/faucet", 'action="/faucet"', {}, twice);
      case "decide": {
        const typed = { ...form.typed, decision: form.decision };
        return this.submit(`/escrows/${form.ref}?review=1`, 'name="seen_payee"', typed, twice);
      }
      case "settle":
        return this.submit(`/unknown/${encodeURIComponent(form.key)}`, 'name="choice"', form.typed, twice);
      case "pause":
      case "resume":
        return this.submit("/controls", `value="${form.form}"`, form.typed, twice);
      case "sync":
        // A page has it only where what it shows is old.
        return { kind: "no-form" };
      default:
        return form satisfies never;
    }
  }

  /**
   * Opens a page, fills in the form that has `mark` in it and sends it; `twice` is a double click.
   * @throws when nobody answers for more than a minute
   */
  async submit(path: string, mark: string, typed: Fields, twice = false): Promise<Said> {
    const hidden = hiddenFields(await this.page(path), mark);
    const id = hidden?.command_id;
    if (!id) return { kind: "no-form" };
    const body = new URLSearchParams({ ...hidden, ...typed }).toString();
    const send = () => this.ask(path, { method: "POST", body });
    const [response] = await Promise.all(twice ? [send(), send()] : [send()]);
    return response.status === 302 && !response.headers.get("location")?.startsWith("/login")
      ? { kind: "accepted", id }
      : { kind: "refused", why: `answered ${response.status}` };
  }

  private async signIn(): Promise<void> {
    const body = new URLSearchParams({ ...ACCOUNT, next: "/" }).toString();
    const response = await this.ask("/login", { method: "POST", body });
    const cookie = response.headers.get("set-cookie")?.split(";")[0];
    if (!cookie) throw new Error(`signing in was answered ${response.status}`);
    this.cookie = cookie;
  }

  private async ask(path: string, init: RequestInit): Promise<Response> {
    for (let n = 1; ; n++) {
      try {
        const response = await fetch(`${this.url}${path}`, {
          ...init,
          redirect: "manual",
          headers: {
            cookie: this.cookie,
            origin: this.url,
            connection: "close",
            ...(init.body ? { "content-type": "application/x-www-form-urlencoded" } : {}),
          },
        });
        // All of it, before the process may be gone.
        const text = await response.text();
        return new Response(text, { status: response.status, headers: response.headers });
      } catch (error) {
        if (n === TRIES) throw error;
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    }
  }
}
