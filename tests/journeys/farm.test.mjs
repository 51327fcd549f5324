// The farm as an operator meets it: workers in processes of their own, one of them killed in mid-chunk.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { ffmpeg } from './lib/master.mjs';
import { Running, Service } from './lib/service.mjs';

let service;

before(async () => {
  service = await Service.start({ appliances: 1, studio: 'encoders = 1' });
});

after(() => service?.stop());

test('a worker killed with -9 in mid-chunk costs that chunk, and the title publishes', async () => {
  const film = join(service.folder, 'film.mp4');
  ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=640x360:r=25:d=36', '-vf', 'noise=alls=12:allf=t', '-pix_fmt', 'yuv420p', '-c:v', 'libx264', '-preset', 'ultrafast', film);
  const first = await worker('first');
  const sending = service.command(['publish', film, '--title', 'Farmed', '--json']);
  const encoder = await eventually(() => childOf(first.child.pid, 'ffmpeg'));
  const before = chunks();
  await first.stop('SIGKILL');
  process.kill(encoder, 'SIGKILL');
  const second = await worker('second');
  await service.region.line(/a worker was lost with its chunk/);
  const kept = new Map(chunks());
  for (const [name, made] of before) assert.equal(kept.get(name), made, `${name} was not made again`);
  const { code, stdout, stderr } = await sending;
  assert.equal(code, 0, stderr);
  assert.equal(JSON.parse(stdout).state, 'published');
  await second.stop();
});

/** Names of finished chunks, with when they were made. */
function chunks() {
  const works = join(service.data, 'studio', 'work');
  return readdirSync(works).flatMap((work) => {
    const names = readdirSync(join(works, work)).filter((name) => /^\w+-\d+p-\d{5}\.mp4$/.test(name));
    return names.map((name) => [name, statSync(join(works, work, name)).mtimeMs]);
  });
}

async function worker(id) {
  const config = join(service.folder, `${id}.toml`);
  writeFileSync(config, [
    '[studio]', 'encoders = 1', '[worker]', `id = "${id}"`, `folder = "${join(service.folder, id)}"`,
    '[upstream]', `control = "${service.url}"`, `secret_file = "${join(service.data, 'cluster.secret')}"`,
  ].join('\n'));
  const running = new Running(id, ['serve', '--roles', 'studio-worker', '--config', config]);
  await running.line(/ready/);
  return running;
}

/** The pid of a child process by its program's name. */
function childOf(parent, name) {
  for (const pid of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const [, comm, , ppid] = readFileSync(`/proc/${pid}/stat`, 'utf8').match(/\((.*)\) (\S) (\d+)/);
      if (comm === name && Number(ppid) === parent) return Number(pid);
    } catch {
      // It ended while it was looked at.
    }
  }
  return undefined;
}

/** The first answer that is not nothing; a journey looks at files and processes, which send no events. */
async function eventually(look) {
  for (const end = Date.now() + 120_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 20))) {
    const found = await look();
    if (found) return found;
  }
  throw new Error(`waited two minutes for ${look}`);
}
