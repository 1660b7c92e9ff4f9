import type { Config } from "tailwindcss";

const token = (name: string) => `var(--${name})`;

/** Names by meaning; the values behind them, light and dark, are in app/styles/tokens.css. */
export default {
  content: ["./app/**/*.{ts,tsx}"],
  theme: {
    colors: {
      transparent: "transparent",
      current: "currentColor",
      surface: token("surface"),
      sunken: token("surface-sunken"),
      raised: token("surface-raised"),
      hover: token("surface-hover"),
      selected: token("surface-selected"),
      line: token("line"),
      "line-strong": token("line-strong"),
      "control-line": token("control-line"),
      text: token("text"),
      "text-muted": token("text-muted"),
      "text-faint": token("text-faint"),
      accent: token("accent"),
      "accent-hover": token("accent-hover"),
      "accent-text": token("accent-text"),
      "accent-tint": token("accent-tint"),
      "on-accent": token("on-accent"),
      positive: token("positive"),
      "positive-tint": token("positive-tint"),
      caution: token("caution"),
      "caution-tint": token("caution-tint"),
      danger: token("danger"),
      "danger-tint": token("danger-tint"),
      "danger-solid": token("danger-solid"),
      info: token("info"),
      "info-tint": token("info-tint"),
      unknown: token("unknown"),
    },
    fontFamily: { text: token("font-text"), mono: token("font-mono") },
    fontWeight: { regular: "410", medium: "510", strong: "610", figure: "560" },
    borderRadius: {
      tag: token("radius-tag"),
      control: token("radius-control"),
      panel: token("radius-panel"),
    },
    fontSize: {
      meta: ["12px", "16px"],
      body: ["13px", "20px"],
      lead: ["14px", "22px"],
      section: ["16px", "24px"],
      title: ["20px", { lineHeight: "28px", letterSpacing: "-0.014em" }],
      figure: ["26px", { lineHeight: "32px", letterSpacing: "-0.022em" }],
    },
  },
} satisfies Config;
