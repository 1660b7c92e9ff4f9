/** Only a path of this desk is led back to; anything else is the overview. */
export const safePath = (path: FormDataEntryValue | null): string =>
  typeof path === "string" && /^\/(?![/\\])/.test(path) ? path : "/";
