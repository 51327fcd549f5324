// A backup is taken while the service serves; another service is made of it, and its titles play.

import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { noisyFilm } from './lib/master.mjs';
import { Service, command } from './lib/service.mjs';

let service;
let title;
let copy;

before(async () => {
  service = await Service.start({ appliances: 1 });
  const film = noisyFilm(join(service.folder, 'noise.mp4'), 12, '320x180');
  const published = await service.command(['publish', film, '--title', 'Kept', '--json']);
  assert.equal(published.code, 0, published.stderr);
  title = JSON.parse(published.stdout);
  copy = join(service.folder, 'copy');
});

after(async () => {
  await service?.stop();
});

test('a backup is taken while a title plays', async () => {
  const playing = service.command(['play', title.id, '--seconds', '6', '--json']);
  const made = await service.command(['backup', copy, '--json']);
  assert.equal(made.code, 0, made.stderr);
  assert.ok(JSON.parse(made.stdout).rows > 0);
  assert.ok(existsSync(join(copy, 'backup.json')));
  const played = await playing;
  assert.equal(played.code, 0, played.stderr);
});

test('a folder in use is refused', async () => {
  const again = await service.command(['backup', copy]);
  assert.equal(again.code, 1);
  assert.match(again.stderr, /is not empty; choose a new folder/);
});

test('what was restored plays, after the first service and its files are gone', async () => {
  await service.stop({ keep: true });
  const restored = join(service.folder, 'restored');
  const made = await command(['restore', copy, '--data', restored]);
  assert.equal(made.code, 0, made.stderr);
  const second = await Service.start({ appliances: 1, data: restored });
  try {
    const played = await second.command(['play', title.id, '--seconds', '6', '--json']);
    assert.equal(played.code, 0, played.stderr);
  } finally {
    await second.stop();
  }
});

test('a damaged backup is refused, and makes no folder', async () => {
  const objects = join(copy, 'files/objects');
  const fan = readdirSync(objects).find((name) => /^[0-9a-f]{2}$/.test(name) && readdirSync(join(objects, name)).length > 0);
  const victim = join(objects, fan, readdirSync(join(objects, fan))[0]);
  const before = readFileSync(victim).length;
  appendFileSync(victim, 'x');
  assert.equal(readFileSync(victim).length, before + 1);
  const data = join(service.folder, 'refused');
  const made = await command(['restore', copy, '--data', data]);
  assert.equal(made.code, 1);
  assert.match(made.stderr, /is not what was backed up; use another backup/);
  assert.ok(!existsSync(data));
});
