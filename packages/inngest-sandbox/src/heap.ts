/** Something that has a place in a line: lower ranks first, then who came first. */
export interface Placed {
  rank: number;
  seq: number;
}

const before = (a: Placed, b: Placed): boolean => a.rank < b.rank || (a.rank === b.rank && a.seq < b.seq);

/** A line that hands out its first in O(log n). */
export class Line<T extends Placed> {
  #items: T[] = [];

  get size(): number {
    return this.#items.length;
  }

  push(item: T): void {
    const items = this.#items;
    let at = items.push(item) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = items[parent];
      if (!above || !before(item, above)) break;
      items[at] = above;
      at = parent;
    }
    items[at] = item;
  }

  shift(): T | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (!first || !last || items.length === 0) return first;
    let at = 0;
    for (;;) {
      const left = items[2 * at + 1];
      if (!left) break;
      const right = items[2 * at + 2];
      const child = right && before(right, left) ? right : left;
      if (!before(child, last)) break;
      items[at] = child;
      at = 2 * at + (child === left ? 1 : 2);
    }
    items[at] = last;
    return first;
  }
}
