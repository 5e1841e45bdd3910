import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';

interface File {
  body: Buffer<ArrayBuffer>;
  headers: Record<string, string>;
}

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
};

/** The bundler names these by their content. */
const HASHED = /^\/assets\/.+-[\w-]{8,}\.\w+$/;

const NOT_BUILT = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>sysprobe: the page is not built</title>
<h1>The page is not built</h1>
<p>node-agent works, but the files of its page are missing. In the folder of sysprobe run:</p>
<pre>npm run build</pre>
<p>and load this page again. Meanwhile the map is at <a href="api/v1/map">api/v1/map</a>.</p>
</html>
`;

/**
 * The files of the page, read once: no request reaches the file system, so none can leave the folder. A folder that
 * is not there is looked for again with every request of the page.
 */
export class Page {
  readonly #folder: string;
  #files: Map<string, File> | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Undefined when there is no such file. `etag` is what the client has. */
  answer(path: string, etag: string | undefined): Response | undefined {
    this.#files ??= readFiles(this.#folder);
    if (this.#files === undefined) return path === '/' ? notBuilt() : undefined;
    const file = this.#files.get(path === '/' ? '/index.html' : path);
    if (file === undefined) return undefined;
    if (etag === file.headers.etag) return new Response(null, { status: 304, headers: file.headers });
    return new Response(file.body, { headers: file.headers });
  }
}

function notBuilt(): Response {
  const headers = { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' };
  return new Response(NOT_BUILT, { status: 503, headers });
}

function readFiles(folder: string): Map<string, File> | undefined {
  const files = new Map<string, File>();
  try {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      files.set(`/${relative(folder, path).split(sep).join('/')}`, fileOf(path, folder));
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return files.has('/index.html') ? files : undefined;
}

function fileOf(path: string, folder: string): File {
  const body = readFileSync(path);
  const hashed = HASHED.test(`/${relative(folder, path)}`);
  const headers = {
    'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
    'cache-control': hashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
  };
  return { body, headers };
}
