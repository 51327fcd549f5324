// Build settings: static output with hashed names, and a proxy to a running Marquee for `npm run dev`.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

/** Where `npm run dev` finds the HTTP API. */
const api = process.env['MARQUEE_API'] ?? 'http://127.0.0.1:8400';
const apiPaths = ['/accounts', '/discovery', '/catalog', '/video-contents', '/artwork', '/viewing', '/playback', '/studio/v1', '/steering', '/delivery', '/p/'];

export default defineConfig({
  plugins: [svelte()],
  base: '/',
  build: {
    target: 'es2022',
    // Fonts inlined as data: addresses would be refused by the content security policy.
    assetsInlineLimit: 0,
    // The media engine is one dependency of about 500 kB, loaded only by the watch page.
    chunkSizeWarningLimit: 700,
  },
  server: {
    proxy: Object.fromEntries(apiPaths.map((path) => [path, { target: api }])),
  },
});
