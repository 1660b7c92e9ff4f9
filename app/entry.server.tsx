import { Writable } from "node:stream";
import type { ActionFunctionArgs, AppLoadContext, EntryContext, LoaderFunctionArgs } from "@remix-run/node";
import { RemixServer } from "@remix-run/react";
import { renderToPipeableStream } from "react-dom/server";

const LIMIT_MS = 10_000;

/**
 * A whole page in one piece: everything is known when it is sent, so it reads the same with and without JavaScript, and one
 * piece is compressed once.
 */
export default function handleRequest(
  request: Request,
  status: number,
  headers: Headers,
  remix: EntryContext,
  context: AppLoadContext,
) {
  return new Promise<Response>((resolve, reject) => {
    let code = status;
    const { pipe, abort } = renderToPipeableStream(
      <RemixServer context={remix} url={request.url} nonce={context.nonce} />,
      {
        nonce: context.nonce,
        onAllReady() {
          clearTimeout(tooLong);
          const pieces: Buffer[] = [];
          const body = new Writable({
            write(piece: Buffer, _encoding, done) {
              pieces.push(piece);
              done();
            },
            final(done) {
              headers.set("content-type", "text/html; charset=utf-8");
              resolve(new Response(Buffer.concat(pieces), { headers, status: code }));
              done();
            },
          });
          pipe(body);
        },
        onShellError: reject,
        onError() {
          code = 500;
        },
      },
    );
    const tooLong = setTimeout(abort, LIMIT_MS).unref();
  });
}

/** What a loader or an action threw that was not meant for people: on the log, with a name to find it by. */
export function handleError(
  error: unknown,
  { request, context }: LoaderFunctionArgs | ActionFunctionArgs,
): void {
  if (request.signal.aborted) return;
  context.report(error, `${request.method} ${new URL(request.url).pathname}`);
}
