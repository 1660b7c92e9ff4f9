import { Line, type Placed } from "./heap";

export interface Slot {
  key: string;
  limit: number;
}
/** A queue item that is due. */
export interface ReadyItem extends Placed {
  id: string;
  /** What it must hold while it is under way. */
  slots: Slot[];
}
interface Waiting extends ReadyItem {
  /** The slot it last stood in line for. */
  from?: string;
}

/**
 * What is due, in order, less what waits for a concurrency slot. An item that finds its slot taken stands in that slot's
 * own line and is looked at again when one is given back, so that a long line costs nothing.
 */
export class Ready {
  #line = new Line<Waiting>();
  #lines = new Map<string, Line<Waiting>>();
  #held = new Map<string, number>();

  push(item: ReadyItem): void {
    this.#line.push(item);
  }

  /** The first item that has all its slots, which it now holds. */
  take(): ReadyItem | undefined {
    for (let item; (item = this.#line.shift());) {
      const taken = item.slots.find((slot) => this.#count(slot.key) >= slot.limit);
      const { from } = item;
      if (!taken) {
        for (const slot of item.slots) this.#held.set(slot.key, this.#count(slot.key) + 1);
        return { id: item.id, rank: item.rank, seq: item.seq, slots: item.slots };
      }
      item.from = taken.key;
      const line = this.#lines.get(taken.key) ?? new Line<Waiting>();
      this.#lines.set(taken.key, line);
      line.push(item);
      // What it came for is still free: the next in that line may have it.
      if (from && from !== taken.key) this.#call(from);
    }
    return undefined;
  }

  /** Gives back what an item held. */
  release(item: ReadyItem): void {
    for (const { key } of item.slots) {
      const left = this.#count(key) - 1;
      if (left > 0) this.#held.set(key, left);
      else this.#held.delete(key);
      this.#call(key);
    }
  }

  #count(key: string): number {
    return this.#held.get(key) ?? 0;
  }

  #call(key: string): void {
    const line = this.#lines.get(key);
    const next = line?.shift();
    if (next) this.#line.push(next);
    if (line?.size === 0) this.#lines.delete(key);
  }
}
