// Compresses the browser's files once and as small as can be: the server sends what lies beside them (server/pages.ts).
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

const TEXT = /\.(?:js|css|svg)$/;

for (const file of readdirSync("build/client", { recursive: true, withFileTypes: true })) {
  if (!file.isFile() || !TEXT.test(file.name)) continue;
  const path = join(file.parentPath ?? file.path, file.name);
  const content = readFileSync(path);
  const small = brotliCompressSync(content, {
    params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length },
  });
  if (small.length < content.length) writeFileSync(`${path}.br`, small);
}
