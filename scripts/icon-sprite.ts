import * as lucide from "lucide-react";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";

/** One SVG file with a symbol for each name. @throws for a name that lucide does not have */
export async function spriteOf(names: readonly string[]): Promise<string> {
  // Everything lucide exports, its icons under their present and their former names among it.
  const known = lucide as unknown as Record<string, lucide.LucideIcon | undefined>;
  const symbols = names.map((name) => {
    const icon = known[name.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())];
    if (!icon) throw new Error(`lucide has no icon ${name}`);
    const shapes = renderToStaticMarkup(createElement(icon)).replace(/^<svg[^>]*>|<\/svg>$/g, "");
    return `<symbol id="${name}" viewBox="0 0 24 24">${shapes.replaceAll(/><\/\w+>/g, "/>")}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`;
}
