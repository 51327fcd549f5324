// A headless Chromium with nothing of its own going over the network.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { chromium } from 'playwright-core';

const OUT = join(import.meta.dirname, '../out');
const ARGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--autoplay-policy=no-user-gesture-required',
];

export const SIZES = { phone: { width: 390, height: 844 }, laptop: { width: 1440, height: 900 }, tv: { width: 1920, height: 1080 } };

export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ARGS });
}

/** A page that fails the journey when a script throws. */
export async function openPage(browser, size = SIZES.laptop) {
  const context = await browser.newContext({ viewport: size });
  const page = await context.newPage();
  page.problems = [];
  page.on('pageerror', (error) => page.problems.push(error.message));
  return page;
}

/** Keeps a picture of the page under `out/`, to be looked at. */
export async function keep(page, name) {
  mkdirSync(OUT, { recursive: true });
  await page.screenshot({ path: join(OUT, `${name}.png`) });
}

/** Waits until `read` in the page gives something `accept` takes; gives it. */
export async function until(page, read, accept, what, seconds = 60) {
  const end = Date.now() + seconds * 1000;
  let last;
  while (Date.now() < end) {
    last = await page.evaluate(read);
    if (accept(last)) return last;
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(done)));
  }
  throw new Error(`${what} did not happen within ${seconds} s; last: ${JSON.stringify(last)}`);
}

/** The watch page's own figures. */
export const stats = () => globalThis.__marquee?.stats?.() ?? null;
