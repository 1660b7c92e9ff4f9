/** Only a path of this desk is led back to; anything else is the overview. */
export const safePath = (path: FormDataEntryValue | null): string =>
  typeof path === "string" && /^\/(?![/\\])/.test(path) ? path : "/";

/** Where a call whose outcome is not known is decided about. */
export const unknownPath = (intentKey: string): string => `/unknown/${encodeURIComponent(intentKey)}`;
