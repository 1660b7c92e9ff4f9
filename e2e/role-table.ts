/** Who may ask, from nobody upwards. */
export const ranks = ["nobody", "viewer", "operator", "admin"] as const;
export type Rank = (typeof ranks)[number];

/** A form: what it says, and the least rank whose word counts. */
export interface Form {
  what: string;
  fields: Record<string, string>;
  least: Rank;
}
export interface Row {
  /** The least rank that may read it; null where nothing is read. */
  read: Rank | null;
  /** An address of it, where the route has parameters. */
  at?: string;
  forms?: Form[];
}

/** Refused for what it says when the role is right: the table is about who may ask, not about what comes of it. */
const damaged = { command_id: "damaged" };
const form = (what: string, least: Rank, fields: Record<string, string> = damaged): Form => ({
  what,
  fields,
  least,
});
const page = (at?: string, ...forms: Form[]): Row => ({ read: "viewer", at, forms });

/** Every route of the pages, by its file. A route that is not here fails the test. */
export const roleTable: Record<string, Row> = {
  "routes/_desk._index": page(),
  "routes/_desk.$": page("/nothing/here"),
  "routes/_desk.alerts._index": page(),
  "routes/_desk.alerts.received.$id": page("/alerts/received/none"),
  "routes/_desk.alerts.send": page(undefined, form("send-price-alert", "operator")),
  "routes/_desk.audit": page(),
  "routes/_desk.balances": page(undefined, form("accept-drift", "operator")),
  "routes/_desk.bets._index": page(undefined, form("place-bet", "operator")),
  "routes/_desk.bets.$ref": page("/bets/none"),
  "routes/_desk.controls": page(
    undefined,
    form("pause-actions", "operator", { ...damaged, verb: "pause" }),
    form("resume-actions", "operator", { ...damaged, verb: "resume" }),
  ),
  "routes/_desk.domains": page(),
  "routes/_desk.escrows._index": page(),
  "routes/_desk.new.escrow": page(undefined, form("create-escrow", "operator")),
  "routes/_desk.escrows.$ref": page(
    "/escrows/none",
    form("approve-escrow", "operator", { ...damaged, decision: "release" }),
    form("reject-escrow", "operator", { ...damaged, decision: "cancel" }),
  ),
  "routes/_desk.faucet": page(undefined, form("claim-faucet", "operator")),
  "routes/_desk.keys": page(),
  "routes/_desk.outbox": page(undefined, form("send-again", "operator")),
  "routes/_desk.runs._index": page(),
  "routes/_desk.runs.$id": page("/runs/none"),
  "routes/_desk.sandbox": page(undefined, form("practice", "operator", { do: "clear" })),
  "routes/_desk.search": page(),
  "routes/_desk.sent.$id": page("/sent/none"),
  "routes/_desk.settings": page(
    undefined,
    form("sync-now", "operator"),
    form("zone", "viewer", { do: "zone", zone: "UTC" }),
    form("end-session", "viewer", { do: "end-session", session: "none" }),
    form("end-others", "viewer", { do: "end-others" }),
  ),
  "routes/_desk.trades._index": page(undefined, form("columns", "viewer", { do: "columns" })),
  "routes/_desk.trades.$ref": page("/trades/none"),
  "routes/_desk.unknown._index": page(),
  "routes/_desk.unknown.$key": page("/unknown/none", form("settle-unknown", "operator")),
  "routes/_desk.webhooks._index": page(),
  "routes/_desk.webhooks.$id": page("/webhooks/none"),
  "routes/login": { read: "nobody", forms: [form("sign-in", "nobody", { email: "a@b.c", password: "x" })] },
  "routes/logout": { read: "nobody" },
  "routes/live.runs": { read: "viewer" },
  "routes/sandbox.clock": { read: "viewer" },
  "routes/sync": { read: "nobody", forms: [form("sync-now", "operator")] },
  "routes/theme": { read: "nobody", forms: [form("theme", "nobody", { theme: "dark" })] },
  "routes/live.trades": { read: "viewer" },
  "routes/trades[.]csv": { read: "viewer" },
};
