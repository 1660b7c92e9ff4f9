import { newEscrowPath, refIn } from "./paths";
import { plainSaid } from "../../domain/said-text";

/** The desk's pages: what the sidebar, the bottom tabs, the search box, the keys and the tab's title know of them. */
export interface DeskPage {
  path: string;
  label: string;
  /** An icon's name in components/ui/icon.tsx. */
  icon: string;
  group: "top" | "money" | "system" | "foot";
  /** Pressed after G. One letter, no two alike. */
  key?: string;
  /** Only where there is a sandbox. */
  practice?: true;
  /** An address that belongs to it and does not begin like its own, and what stands there. */
  also?: { path: string; label: string };
  /** In the row of tabs on a narrow screen; the others are under More. */
  tab?: true;
}

export const deskPages: readonly DeskPage[] = [
  { path: "/", label: "Overview", icon: "layout-dashboard", group: "top", key: "o", tab: true },
  {
    path: "/escrows",
    label: "Escrows",
    icon: "handshake",
    group: "money",
    key: "e",
    tab: true,
    also: { path: newEscrowPath, label: "New" },
  },
  { path: "/trades", label: "Trades", icon: "arrow-left-right", group: "money", key: "t", tab: true },
  { path: "/alerts", label: "Price alerts", icon: "bell", group: "money", key: "p" },
  { path: "/balances", label: "Balances", icon: "wallet", group: "money", key: "b" },
  { path: "/bets", label: "Bets", icon: "dices", group: "money", key: "c" },
  { path: "/faucet", label: "Faucet", icon: "droplets", group: "money", key: "f" },
  { path: "/domains", label: "Domains", icon: "globe", group: "money", key: "d" },
  { path: "/unknown", label: "Unknown outcomes", icon: "circle-question-mark", group: "system", key: "u" },
  { path: "/controls", label: "Pauses and limits", icon: "circle-pause", group: "system", key: "l" },
  { path: "/runs", label: "Runs", icon: "workflow", group: "system", key: "r", tab: true },
  { path: "/outbox", label: "Outbox", icon: "inbox", group: "system", key: "q" },
  { path: "/webhooks", label: "Webhooks", icon: "webhook", group: "system", key: "w" },
  { path: "/audit", label: "Audit log", icon: "scroll-text", group: "system", key: "a" },
  { path: "/sandbox", label: "Sandbox", icon: "flask-conical", group: "system", key: "x", practice: true },
  { path: "/settings", label: "Settings", icon: "settings", group: "foot", key: "s" },
  { path: "/keys", label: "Keyboard keys", icon: "keyboard", group: "foot" },
];

export const pagesHere = (practice: boolean): DeskPage[] =>
  deskPages.filter((page) => practice || !page.practice);

/** The page an address belongs to: the longest path it begins with. */
export function pageAt(pathname: string): DeskPage | undefined {
  return deskPages
    .filter((page) =>
      page.path === "/"
        ? pathname === "/"
        : pathname === page.path || pathname.startsWith(`${page.path}/`) || pathname === page.also?.path,
    )
    .sort((a, b) => b.path.length - a.path.length)[0];
}

/** Where a page's number stands and what it counts; none when there is nothing to tell. */
export interface NavCount {
  text: string;
  of: string;
  alert: boolean;
}
export type NavCounts = Partial<Record<string, NavCount>>;

/** The tab's title: how many wait, then the thing, then the page. */
export function titleAt(pathname: string, counts: NavCounts): string {
  const page = pageAt(pathname);
  const count = page && counts[page.path];
  const rest =
    page && page.path !== "/" && pathname.startsWith(`${page.path}/`)
      ? pathname.slice(page.path.length + 1)
      : "";
  const named =
    pathname === page?.also?.path ? page.also.label : rest.includes("/") ? "" : refIn(decoded(rest));
  const thing = named === "" ? "" : `${plainSaid(named)}, `;
  return `${count ? `(${count.text}) ` : ""}${thing}${page?.label ?? "Desk"} · Purple Flea Operator`;
}

/** A segment as it was meant, or as it stands when it is no text at all. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
