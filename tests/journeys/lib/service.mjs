// Starts the real binary on loopback, in folders of its own, and stops it by pid.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

export const ROOT = resolve(import.meta.dirname, '../../..');
const BINARY = process.env.MARQUEE_BINARY ?? join(ROOT, 'target/debug/marquee');

/** A port nothing listens on. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** A process whose output lines can be waited for. */
export class Running {
  constructor(name, args, env = {}) {
    this.lines = [];
    this.waiting = [];
    this.child = spawn(BINARY, args, { cwd: ROOT, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    this.exited = once(this.child, 'exit').then(([code, signal]) => {
      this.ended = { code, signal };
      for (const wait of this.waiting.splice(0)) wait.reject(new Error(`${name} ended (${code ?? signal}):\n${this.lines.join('\n')}`));
      return this.ended;
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => this.heard(line));
    }
  }

  heard(line) {
    this.lines.push(line);
    if (process.env.MARQUEE_SHOW) console.error(line);
    this.waiting = this.waiting.filter((wait) => {
      const found = line.match(wait.pattern);
      if (found) wait.resolve(found);
      return !found;
    });
  }

  /** The first line, past or to come, that matches. */
  async line(pattern) {
    for (const line of this.lines) {
      const found = line.match(pattern);
      if (found) return found;
    }
    if (this.ended) throw new Error(`ended before ${pattern}:\n${this.lines.join('\n')}`);
    return new Promise((resolve, reject) => this.waiting.push({ pattern, resolve, reject }));
  }

  async stop(signal = 'SIGTERM') {
    if (!this.ended) this.child.kill(signal);
    return this.exited;
  }
}

/** Runs a command of the binary to its end. */
export async function command(args, env = {}) {
  const running = spawn(BINARY, args, { cwd: ROOT, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  running.stdout.on('data', (data) => (stdout += data));
  running.stderr.on('data', (data) => (stderr += data));
  const [code] = await once(running, 'close');
  return { code, stdout, stderr };
}

/** A region (API, origin, studio) and appliances in processes of their own. */
export class Service {
  /** `ladder` and `studio` are settings of `[studio]`; `config` is for other tables. Most journeys count rungs, so they have the fixed ladder. */
  static async start({ appliances = 2, demo = false, data, ladder = 'fixed', studio = '', config = '', env = {} } = {}) {
    const service = new Service();
    service.folder = mkdtempSync(join(tmpdir(), 'marquee-journey-'));
    service.data = data ?? join(service.folder, 'data');
    service.ports = { api: await freePort(), origin: await freePort() };
    service.demo = demo;
    service.config = `[studio]\nladder = "${ladder}"\n${studio}\n${config}`;
    service.env = env;
    service.appliances = new Map();
    await service.startRegion();
    for (let index = 1; index <= appliances; index++) await service.startAppliance(`edge-${index}`);
    return service;
  }

  get url() {
    return `http://127.0.0.1:${this.ports.api}`;
  }

  async startRegion() {
    const config = join(this.folder, 'region.toml');
    writeFileSync(config, `[origin]\nlisten = "127.0.0.1:${this.ports.origin}"\n${this.config}\n`);
    const demo = this.demo ? [] : ['--no-demo'];
    this.region = new Running('region', [
      'serve', '--roles', 'api,origin,studio', '--data', this.data, '--config', config,
      '--listen', `127.0.0.1:${this.ports.api}`, ...demo,
    ], this.env);
    const password = this.region.line(/password: (\S+)/).then((found) => (this.password = found[1]));
    password.catch(() => {});
    await this.region.line(/ready/);
    this.token = readFileSync(join(this.data, 'owner.token'), 'utf8').trim();
  }

  async startAppliance(name) {
    const port = await freePort();
    const config = join(this.folder, `${name}.toml`);
    writeFileSync(config, [
      '[[edges]]', `id = "${name}"`, `listen = "127.0.0.1:${port}"`,
      `cache = "${join(this.folder, name)}"`, 'location = { latitude = 52.37, longitude = 4.9 }', '[upstream]', `control = "${this.url}"`,
      `origin = "http://127.0.0.1:${this.ports.origin}"`, `secret_file = "${join(this.data, 'cluster.secret')}"`,
    ].join('\n'));
    const running = new Running(name, ['serve', '--roles', 'edge', '--config', config]);
    await running.line(/ready/);
    this.appliances.set(name, running);
    return running;
  }

  /** A request to the API with the owner's credential. */
  async api(path, { method = 'GET', body } = {}) {
    const response = await fetch(this.url + path, {
      method,
      headers: { authorization: `Bearer ${this.token}`, ...(body && { 'content-type': 'application/json' }) },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    const json = text ? JSON.parse(text) : undefined;
    if (!response.ok) throw Object.assign(new Error(`${method} ${path}: ${response.status} ${json?.detail}`), { status: response.status, json });
    return json;
  }

  /** Begins a play, hands it to `use`, and ends it, so that its place is free for the next. */
  async playing(title, use) {
    const session = await this.api('/playback/v1/sessions', { method: 'POST', body: { title_id: title, device: { kind: 'headless' } } });
    try {
      return await use(session);
    } finally {
      await this.api(`/playback/v1/sessions/${session.session_id}`, { method: 'DELETE' });
    }
  }

  /** The command line's view of this service. */
  command(args) {
    return command([...args, '--server', this.url, '--data', this.data]);
  }

  async stop({ keep = false } = {}) {
    for (const appliance of this.appliances.values()) await appliance.stop();
    await this.region?.stop();
    if (!keep) rmSync(this.folder, { recursive: true, force: true });
  }
}
