/** Where a call whose outcome is not known is decided about. */
export const unknownPath = (intentKey: string): string => `/unknown/${encodeURIComponent(intentKey)}`;
