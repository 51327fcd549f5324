// Serves the pages of other players, and those players, to the browser.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

const HERE = join(import.meta.dirname, '..');
const FILES = {
  '/hls.html': 'pages/hls.html',
  '/hls-page.js': 'pages/hls-page.js',
  '/hls.js': 'node_modules/hls.js/dist/hls.min.js',
  '/dash.html': 'pages/dash.html',
  '/dash-page.js': 'pages/dash-page.js',
  '/wind.html': 'pages/wind.html',
  '/wind-page.js': 'pages/wind-page.js',
  '/shaka.js': '../../client/web/node_modules/shaka-player/dist/shaka-player.compiled.js',
  '/dash.js': 'node_modules/dashjs/dist/modern/umd/dash.all.min.js',
};

/** A server on a free port; `close()` it. */
export async function servePages() {
  const server = createServer((request, response) => {
    const file = FILES[new URL(request.url, 'http://localhost').pathname];
    if (!file) return response.writeHead(404).end();
    const type = file.endsWith('.html') ? 'text/html' : 'text/javascript';
    response.writeHead(200, { 'content-type': type }).end(readFileSync(join(HERE, file)));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}
