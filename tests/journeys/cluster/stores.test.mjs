// The real binary on a cluster's stores: a title is published, plays, and is there when the service starts
// again. `./test engines` starts the servers and says where they are.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { noisyFilm } from '../lib/master.mjs';
import { Service } from '../lib/service.mjs';

const at = (name) => process.env[`MARQUEE_TEST_${name}`] ?? assert.fail(`MARQUEE_TEST_${name} is missing; ./test engines sets it`);

/** `[stores]` of a service that no earlier run has used. */
function stores() {
  const run = `run_${process.pid}_${Date.now().toString(36)}`;
  return [
    '[stores]',
    `wide_rows = "cassandra://${at('CASSANDRA')}/${run}?replication=1"`,
    `events = "kafka://${at('KAFKA')}"`,
    `objects = "s3://${at('S3_BUCKET')}/${run}?endpoint=${at('S3')}&region=${at('S3_REGION')}&writers=one"`,
    `cache = "redis://${at('REDIS')}"`,
  ].join('\n');
}

let service;
let title;

before(async () => {
  const env = { AWS_ACCESS_KEY_ID: at('S3_KEY'), AWS_SECRET_ACCESS_KEY: at('S3_SECRET') };
  service = await Service.start({ appliances: 1, config: stores(), env });
});

after(async () => {
  await service?.stop();
});

test('a title is published into the cluster and plays', async () => {
  const film = noisyFilm(join(service.folder, 'noise.mp4'), 3, '160x90');
  const published = await service.command(['publish', film, '--title', 'Far', '--json']);
  assert.equal(published.code, 0, published.stderr);
  title = JSON.parse(published.stdout);
  const played = await service.command(['play', title.id, '--seconds', '2', '--json']);
  assert.equal(played.code, 0, played.stderr);
});

test('nothing of it is kept in the data folder', () => {
  for (const own of ['store', 'events', 'objects', 'datasets']) {
    assert.ok(!existsSync(join(service.data, own)), `${own} is the cluster's`);
  }
});

test('it plays after the service has started again, by an appliance that has nothing of it', async () => {
  await service.region.stop();
  await service.startRegion();
  const page = await service.api(`/catalog/v1/titles/${title.id}`);
  assert.equal(page.name, 'Far');
  await service.startAppliance('edge-2');
  await service.appliances.get('edge-1').stop();
  const played = await service.command(['play', title.id, '--seconds', '2', '--json']);
  assert.equal(played.code, 0, played.stderr);
});
