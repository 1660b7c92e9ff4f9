const escaped = (text: string) =>
  text.replace(/[&<>"]/g, (one) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[one] ?? "&quot;");

/** What a page says of a refusal: its status, what happened and what now, and the name under which it is on the log. */
interface Said {
  status: number;
  words: string;
  id?: string;
}

/** A refusal as a page: looks like the desk where its stylesheet can be had, and reads the same where it cannot. */
export const refusalPage = ({ status, words, id }: Said, stylesheet?: string): string => `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<title>${status} · Purple Flea Operator</title>
<link rel="icon" href="/mark.svg" type="image/svg+xml">
${stylesheet ? `<link rel="stylesheet" href="${escaped(stylesheet)}">\n` : ""}</head>
<body>
<main class="page">
<p class="brand px-0"><img src="/mark.svg" alt="" width="20" height="20"><span>Purple Flea <small>Operator</small></span></p>
<h1>${status < 500 ? "This was not accepted" : "This did not work"}</h1>
<div class="empty">
<b>${escaped(words)}</b>
${id ? `<p>On the log as <code>${escaped(id)}</code>.</p>\n` : ""}<p class="actions"><a class="btn" href="/">Overview</a></p>
</div>
</main>
</body>
</html>
`;
