/**
 * Whether somebody asked for this page, in difference to a page that was left open and reads itself again: an unattended
 * browser must go idle although its pages follow the desk. A document was asked for by somebody. What a page's scripts fetch
 * was, when it is another page than the one they stand on, which the browser tells as the referrer. Without one nobody was
 * there: the session ends rather too early than never.
 */
export function isDeliberate(request: Request): boolean {
  if (request.headers.get("accept")?.includes("text/html")) return true;
  const from = request.headers.get("referer");
  return from !== null && URL.canParse(from) && pageOf(from) !== pageOf(request.url);
}

function pageOf(address: string): string {
  const { pathname, searchParams } = new URL(address);
  // Which of two routes at one address a form is for: no part of the page.
  searchParams.delete("index");
  return `${pathname}?${searchParams.toString()}`;
}
