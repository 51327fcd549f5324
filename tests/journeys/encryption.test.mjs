// A title that is encrypted: published, played by three players with the key of its play, checked with that key, and no use without.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { launch, openPage, stats, until } from './lib/browser.mjs';
import { decodedFrames, noisyFilm } from './lib/master.mjs';
import { servePages } from './lib/pages.mjs';
import { Service, command } from './lib/service.mjs';

const SECONDS = 12;
let service;
let browser;
let pages;
let title;

before(async () => {
  service = await Service.start({ appliances: 1, studio: 'encryption = "cbcs"' });
  const film = noisyFilm(join(service.folder, 'secret.mp4'), SECONDS, '320x180');
  const published = await service.command(['publish', film, '--title', 'Secret', '--json']);
  assert.equal(published.code, 0, published.stderr);
  title = JSON.parse(published.stdout);
  pages = await servePages();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  pages?.close();
  await service?.stop();
});

const playing = (use) => service.playing(title.id, use);

const licenseOf = (session) => new URL('license', session.manifests.dash).href;
const keyIdOf = (mpd) => mpd.match(/default_KID="([^"]+)"/)[1].replaceAll('-', '');

async function keyOf(session) {
  const kid = keyIdOf(await (await fetch(session.manifests.dash)).text());
  const body = JSON.stringify({ kids: [Buffer.from(kid, 'hex').toString('base64url')], type: 'temporary' });
  const answer = await fetch(licenseOf(session), { method: 'POST', body });
  return { status: answer.status, kid, keys: (await answer.json()).keys };
}

test('the web client plays it', async () => {
  const page = await openPage(browser);
  await page.goto(`${service.url}/`);
  await page.getByTestId('signin-name').fill('owner');
  await page.getByTestId('signin-password').fill(service.password);
  await page.getByTestId('signin-submit').click();
  await page.getByTestId('card').first().waitFor();
  await page.goto(`${service.url}/watch/${title.id}`);
  await until(page, stats, (now) => now && now.currentTime >= 3 && now.decodedFrames >= 60, 'three seconds of playback');
  assert.deepEqual(page.problems, []);
  await page.close();
});

for (const format of ['hls', 'dash']) {
  test(`${format}.js plays the manifest`, () => playing(async (session) => {
    const page = await openPage(browser);
    const query = new URLSearchParams({ manifest: session.manifests[format], license: licenseOf(session) });
    await page.goto(`${pages.url}/${format}.html?${query}`);
    const now = await until(page, () => globalThis.read?.(), (read) => read?.fatal.length > 0 || (read?.time > 3 && read.frames > 60), `${format}.js playing`);
    assert.deepEqual(now.fatal, []);
    await page.close();
  }));

  test(`the checker decrypts and decodes every segment of the ${format} manifest`, () => playing(async (session) => {
    const { kid, keys: [{ k }] } = await keyOf(session);
    const check = async (key) => {
      const path = join(service.folder, 'keys');
      writeFileSync(path, `${kid}:${key}\n`);
      const checked = await command(['check', session.manifests[format], '--every-segment', '--keys', path, '--json']);
      return JSON.parse(checked.stdout).findings;
    };
    assert.deepEqual(await check(Buffer.from(k, 'base64url').toString('hex')), []);
    const rules = new Set((await check('00'.repeat(16))).map((it) => it.rule));
    assert.deepEqual(rules, new Set(['undecodable']));
  }));
}

test('nothing of it decodes without the key, and the key is in no manifest', () => playing(async (session) => {
  const { keys: [{ k }] } = await keyOf(session);
  for (const url of Object.values(session.manifests)) {
    const text = await (await fetch(url)).text();
    const playlist = text.match(/^http.*m3u8$/m)?.[0];
    const all = text + (playlist ? await (await fetch(playlist)).text() : '');
    assert.ok(!all.includes(k) && !all.includes(Buffer.from(k, 'base64url').toString('hex')));
    if (playlist) assert.match(all, /#EXT-X-KEY:METHOD=SAMPLE-AES/);
  }
  assert.throws(() => decodedFrames('-xerror', '-err_detect', 'explode', '-i', session.manifests.dash, '-map', '0:v:0'));
}));

test('the key goes with the play: when that is over there is none, nor of another title', async () => {
  let ended;
  await playing(async (session) => {
    assert.equal((await keyOf(session)).status, 200);
    const body = JSON.stringify({ kids: ['AAAAAAAAAAAAAAAAAAAAAA'] });
    assert.equal((await fetch(licenseOf(session), { method: 'POST', body })).status, 403);
    ended = licenseOf(session);
  });
  assert.equal((await fetch(ended, { method: 'POST', body: '{"kids":[]}' })).status, 410);
});
