// The same manifests in other players: hls.js, dash.js and ffmpeg; and the headless viewer.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { launch, openPage, until } from './lib/browser.mjs';
import { HLS_OPTIONS, decodedFrames, noisyFilm, subtitles } from './lib/master.mjs';
import { servePages } from './lib/pages.mjs';
import { Service, command } from './lib/service.mjs';

const SECONDS = 20;
const FRAMES = SECONDS * 25;
let service;
let browser;
let pages;
let title;

before(async () => {
  service = await Service.start({ appliances: 2 });
  const film = noisyFilm(join(service.folder, 'short.mp4'), SECONDS);
  const text = join(service.folder, 'short.vtt');
  writeFileSync(text, subtitles('word', SECONDS));
  const published = await service.command(['publish', film, '--title', 'Short', '--subtitles', `en=${text}`, '--json']);
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

for (const format of ['hls', 'dash']) {
  test(`${format}.js plays the manifest`, () => playing(async ({ manifests }) => {
    const page = await openPage(browser);
    await page.goto(`${pages.url}/${format}.html?manifest=${encodeURIComponent(manifests[format])}`);
    const now = await until(page, () => globalThis.read?.(), (read) => read?.time > 5 && read.frames > 100, `${format}.js playing`);
    assert.deepEqual(now.fatal, []);
    assert.equal(now.levels, 3);
    assert.equal(now.subtitles, 1);
    await page.close();
  }));

  test(`ffmpeg decodes every frame of the ${format} manifest`, () => playing(({ manifests }) => {
    const options = format === 'hls' ? HLS_OPTIONS : [];
    assert.equal(decodedFrames(...options, '-i', manifests[format], '-map', '0:v:0', '-map', '0:a:0'), FRAMES);
  }));
}

for (const format of ['hls', 'dash']) {
  test(`Shaka Player winds by the key frames of the ${format} manifest`, () => playing(async ({ manifests }) => {
    const mpd = await (await fetch(manifests.dash)).text();
    const [, keyFrames] = mpd.match(/id="key-frames"[^]*?<BaseURL>([^<]+)/);
    const page = await openPage(browser);
    await page.goto(`${pages.url}/wind.html?manifest=${encodeURIComponent(manifests[format])}`);
    const wound = (read) => read && (read.fatal.length > 0 || (read.time > SECONDS / 2 && read.files.includes(keyFrames)));
    const now = await until(page, () => globalThis.read?.(), wound, 'winding');
    assert.deepEqual(now.fatal, []);
    await page.close();
  }));
}

test('the headless viewer plays and tells how it went', async () => {
  const played = await service.command(['play', 'Short', '--json', '--seconds', '8']);
  assert.equal(played.code, 0, played.stderr);
  const report = JSON.parse(played.stdout);
  assert.ok(report.played_s >= 8 && report.startup_s < 2 && report.stalls === 0, played.stdout);
  assert.equal(report.appliances.length, 1);
});

test('the headless viewer fails when there is nothing to play', async () => {
  const played = await service.command(['play', 'No such title', '--json']);
  assert.notEqual(played.code, 0);
  assert.match(played.stderr, /No such title/);
});

for (const format of ['hls', 'dash']) {
  test(`the checker finds nothing in the ${format} manifest`, () => playing(async ({ manifests }) => {
    const checked = await command(['check', manifests[format], '--every-segment', '--json']);
    assert.equal(checked.code, 0, checked.stderr);
    const report = JSON.parse(checked.stdout);
    assert.deepEqual(report.findings, []);
    assert.ok(report.read > 10 && report.read === report.segments, checked.stdout);
  }));
}

test('the checker finds what a playlist says wrong', () => playing(async ({ manifests }) => {
  const read = async (url) => (await fetch(url)).text();
  const main = (await read(manifests.hls)).split('\n').find((line) => line.startsWith('http') || line.endsWith('.m3u8'));
  const media = new URL(main, manifests.hls);
  const absolute = (text) => text.replaceAll(/URI="([^"]+)"/g, (_, uri) => `URI="${new URL(uri, media)}"`)
    .replaceAll(/^[^#\n].*$/gm, (uri) => new URL(uri, media).href);
  const path = join(service.folder, 'wrong.m3u8');
  writeFileSync(path, absolute(await read(media)).replace(/#EXTINF:[\d.]+/, '#EXTINF:9.5'));
  const checked = await command(['check', path, '--json']);
  assert.equal(checked.code, 1, checked.stdout);
  const rules = new Set(JSON.parse(checked.stdout).findings.map((it) => it.rule));
  for (const rule of ['target-exceeded', 'length-differs', 'time-differs']) assert.ok(rules.has(rule), `${rule} in ${checked.stdout}`);
}));

test('one progressive file from an offset, for players without manifests', async () => {
  const path = join(service.folder, 'offset.mp4');
  const response = await fetch(`${service.url}/video-contents/v1/videos/${title.id}?offset=10`, { headers: { authorization: `Bearer ${service.token}` } });
  assert.equal(response.status, 200);
  writeFileSync(path, Buffer.from(await response.arrayBuffer()));
  const frames = decodedFrames('-xerror', '-i', path);
  assert.ok(frames >= FRAMES / 2 && frames < FRAMES, `${frames} frames from 10 s on`);
});
