// A play's journey in a real browser: sign in, play, subtitles, seek, a poor network, a dead appliance.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { keep, launch, openPage, stats, until } from './lib/browser.mjs';
import { noisyFilm, subtitles } from './lib/master.mjs';
import { Service } from './lib/service.mjs';

const SECONDS = 80;
let service;
let browser;
let page;
let title;

before(async () => {
  service = await Service.start({ appliances: 2 });
  const film = noisyFilm(join(service.folder, 'noise.mp4'), SECONDS, '640x360');
  const text = join(service.folder, 'noise.vtt');
  writeFileSync(text, subtitles('second', SECONDS));
  const published = await service.command(['publish', film, '--title', 'Noise', '--subtitles', `en=${text}`, '--json']);
  assert.equal(published.code, 0, published.stderr);
  title = JSON.parse(published.stdout);
  browser = await launch();
  page = await openPage(browser);
});

after(async () => {
  await browser?.close();
  await service?.stop();
});

test('signing in leads home, where the title is', async () => {
  await page.goto(`${service.url}/`);
  await page.getByTestId('signin-name').fill('owner');
  await page.getByTestId('signin-password').fill('wrong-password');
  await page.getByTestId('signin-submit').click();
  await page.getByRole('alert').waitFor();
  await page.getByTestId('signin-password').fill(service.password);
  await page.getByTestId('signin-submit').click();
  await page.getByTestId('card').first().waitFor();
  await keep(page, 'signed-in-laptop');
});

test('the title plays: five seconds of decoded frames', async () => {
  await page.goto(`${service.url}/watch/${title.id}`);
  const played = await until(page, stats, (now) => now && now.currentTime >= 5 && now.decodedFrames >= 100, 'five seconds of playback');
  assert.ok(played.height > 0);
  await keep(page, 'player-laptop');
});

test('subtitles are shown when chosen', async () => {
  await page.keyboard.press('c');
  await until(page, stats, (now) => now?.subtitleVisible, 'a subtitle', 20);
});

test('the appliance in use is killed and playback goes on', async () => {
  const before = await until(page, stats, (now) => now?.appliance, 'an appliance in use');
  await service.appliances.get(before.appliance)?.stop('SIGKILL');
  // Far outside what is buffered, so that the next bytes must come from somewhere else.
  await page.evaluate(() => { document.querySelector('video').currentTime = 50; });
  const after = await until(page, stats, (now) => now && now.currentTime >= 54, 'playback past the death', 40);
  assert.notEqual(after.appliance, before.appliance);
  assert.deepEqual(page.problems, []);
  await service.startAppliance(before.appliance);
});

test('quality falls on a poor network and rises again', async () => {
  const shown = () => document.querySelector('video').videoHeight;
  const seek = (seconds) => page.evaluate((to) => { document.querySelector('video').currentTime = to; }, seconds);
  await until(page, shown, (height) => height === 360, 'a picture of the best rung');
  const network = await page.context().newCDPSession(page);
  const limit = (kbps) => network.send('Network.emulateNetworkConditions', {
    offline: false, latency: 20, downloadThroughput: kbps < 0 ? -1 : (kbps * 1000) / 8, uploadThroughput: -1,
  });
  await network.send('Network.enable');
  await limit(900);
  // Before what is buffered, so that the picture comes over the poor network.
  await seek(5);
  await until(page, shown, (height) => height > 0 && height < 360, 'a picture of a lower rung');
  await limit(-1);
  await until(page, shown, (height) => height === 360, 'a picture of the best rung again');
});

test('a seek lands where it was asked to', async () => {
  await page.evaluate(() => { document.querySelector('video').currentTime = 60; });
  await until(page, stats, (now) => now && !now.paused && now.currentTime > 60.5 && now.currentTime < 70, 'the new position', 20);
});

test('a reload resumes where the viewer was', async () => {
  await page.reload();
  const resumed = await until(page, stats, (now) => now && now.currentTime > 0, 'playback after the reload');
  assert.ok(resumed.currentTime > 55, `resumed at ${resumed.currentTime}`);
});
