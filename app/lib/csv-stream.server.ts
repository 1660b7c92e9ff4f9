/** Sends pieces one at a time as the reader takes them: what is not taken yet is not read yet, so memory stays flat. */
export function streamLines(pieces: Iterator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      // Other requests get their turn between two pages.
      await new Promise((resolve) => setImmediate(resolve));
      const next = pieces.next();
      if (next.done) controller.close();
      else controller.enqueue(encoder.encode(next.value));
    },
  });
}
