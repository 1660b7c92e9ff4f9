import { Form, useLocation } from "@remix-run/react";
import { useEffect } from "react";
import { themes, type Theme } from "../../lib/theme";
import { Icon } from "../ui/icon";

export const themeIcon: Record<Theme, string> = { light: "sun", dark: "moon", system: "sun-moon" };

/** Light, dark, or what the system shows. A plain form, so it works without scripts. */
export function ThemeChoice({ theme }: { theme: Theme }) {
  const { pathname, search } = useLocation();
  useEffect(() => {
    const frame = requestAnimationFrame(() => delete document.documentElement.dataset.themeSwitching);
    return () => cancelAnimationFrame(frame);
  }, [theme]);
  return (
    <Form
      method="post"
      action="/theme"
      replace
      preventScrollReset
      aria-label="Theme"
      onSubmit={() => (document.documentElement.dataset.themeSwitching = "")}
    >
      <input type="hidden" name="back" value={pathname + search} />
      {themes.map((one) => (
        <button
          key={one}
          className="pop-item"
          type="submit"
          name="theme"
          value={one}
          aria-pressed={one === theme}
        >
          <Icon name={themeIcon[one]} size={16} />
          {{ light: "Light", dark: "Dark", system: "As the system" }[one]}
          {one === theme && (
            <span className="ml-auto">
              <Icon name="check" />
            </span>
          )}
        </button>
      ))}
    </Form>
  );
}
