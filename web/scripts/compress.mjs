/* Compresses every file of dist and writes dist/manifest.txt, from which the program embeds the client:
 * path, content type, immutable or no-store, then the brotli, gzip and plain file, "-" where there is none.
 * index.html stays plain, because the server writes a nonce into it for every answer. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));

const types = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.md': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
};

for (const name of readdirSync(dist, { recursive: true })) {
  if (name.endsWith('.br') || name.endsWith('.gz')) rmSync(join(dist, name));
}

const lines = readdirSync(dist, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(dist, join(entry.parentPath, entry.name)).split(sep).join('/'))
  .filter((file) => !file.startsWith('.vite/') && file !== 'manifest.txt')
  .sort()
  .map((file) => {
    const type = types[extname(file)];
    if (!type) throw new Error(`no content type for ${file}`);
    if (file === 'index.html') return `/${file}\t${type}\tno-store\t-\t-\t${file}`;
    const bytes = readFileSync(join(dist, file));
    const brotli = brotliCompressSync(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    });
    writeFileSync(join(dist, `${file}.br`), brotli);
    writeFileSync(join(dist, `${file}.gz`), gzipSync(bytes, { level: 9 }));
    const caching = file.startsWith('assets/') ? 'immutable' : 'no-store';
    return `/${file}\t${type}\t${caching}\t${file}.br\t${file}.gz\t-`;
  });

writeFileSync(join(dist, 'manifest.txt'), `${lines.join('\n')}\n`);
