// Every main page at three sizes: kept as pictures, checked by axe, walked by keyboard.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';

import { SIZES, keep, launch, openPage, stats, until } from './lib/browser.mjs';
import { Service } from './lib/service.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let service;
let browser;
let titles;

before(async () => {
  service = await Service.start({ appliances: 1, demo: true });
  await service.region.line(/demonstration films are published/);
  ({ titles } = await service.api('/studio/v1/titles'));
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await service?.stop();
});

async function signedIn(size) {
  const page = await openPage(browser, size);
  await page.context().addCookies([{ name: 'marquee_session', value: service.token, url: service.url }]);
  return page;
}

async function findings(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
}

test('the first start published three films with subtitles in two languages', () => {
  assert.deepEqual(titles.map((title) => title.state), ['published', 'published', 'published']);
});

for (const [name, size] of Object.entries(SIZES)) {
  test(`every main page stands at ${name} size`, async () => {
    const page = await signedIn(size);
    const pages = { home: '/', title: `/title/${titles[0].id}`, search: '/search?q=orbit', studio: '/studio', 'studio-title': `/studio/title/${titles[0].id}`, network: '/network' };
    for (const [what, path] of Object.entries(pages)) {
      await page.goto(service.url + path + (name === 'tv' ? `${path.includes('?') ? '&' : '?'}tv=1` : ''));
      await page.locator('h1, h2').first().waitFor();
      await page.waitForLoadState('networkidle');
      await keep(page, `${what}-${name}`);
      assert.deepEqual(await findings(page), [], `${what} at ${name}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      assert.equal(wide, false, `${what} at ${name} scrolls sideways`);
    }
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });
}

test('by arrow keys alone from home to a playing film and back', async () => {
  const page = await signedIn(SIZES.tv);
  await page.goto(`${service.url}/?tv=1`);
  await page.getByTestId('card').first().waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  const focused = await page.evaluate(() => document.activeElement?.closest('[data-testid]')?.dataset.testid);
  assert.equal(focused, 'card');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/title\//);
  await until(page, () => document.activeElement?.dataset?.testid, (id) => id === 'title-play', 'focus on play', 10);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/watch\//);
  await until(page, stats, (now) => now?.currentTime > 1, 'playback');
  await keep(page, 'player-tv');
  await page.keyboard.press('Escape');
  await page.waitForURL(/\/title\//);
  await page.context().close();
});

test('a film resumed half-way has its sound from there', async () => {
  await service.api(`/viewing/v1/bookmarks/${titles[0].id}`, { method: 'PUT', body: { position_ms: 14_000, duration_ms: 30_000 } });
  const page = await signedIn(SIZES.laptop);
  await page.goto(`${service.url}/watch/${titles[0].id}`);
  const { currentTime } = await until(page, stats, (now) => now?.currentTime > 15, 'playback from the bookmark');
  const sound = await page.evaluate(() => globalThis.__marquee.player.getBufferedInfo().audio);
  assert.ok(sound.some(({ start, end }) => start <= currentTime && currentTime <= end), `sound buffered: ${JSON.stringify(sound)}`);
  await page.context().close();
});

test('the network page says where bytes came from, and who fell silent', async () => {
  const page = await signedIn(SIZES.laptop);
  await page.goto(`${service.url}/network`);
  await page.getByTestId('network-mark').first().waitFor();
  const belongs = page.getByTestId('misses-place').filter({ hasText: 'edge-1' });
  await belongs.getByText('100 %').waitFor();
  await keep(page, 'network-played-laptop');
  await service.appliances.get('edge-1').stop();
  const row = page.locator('[data-testid="network-appliance"][data-appliance="edge-1"]');
  await row.getByText(/Silent.*no report for \d+ s/).waitFor();
  await page.getByTestId('network-answers').getByText('in trouble: edge-1').waitFor();
  await page.context().close();
});
