const LONGEST = 14;

/** An id cut in the middle when it is long: what tells two of them apart stands at both ends. */
export const shortId = (id: string): string =>
  id.length > LONGEST ? `${id.slice(0, 6)}…${id.slice(-4)}` : id;
