// Octavo's programs as processes of a test, with the demo catalogue: on loopback, on ports they choose, in a folder that
// goes with them.
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const SOURCE = join(dirname(fileURLToPath(import.meta.url)), '../..');
export const BINARY = process.env.OCTAVO_TEST_BINARY_DIR ?? join(SOURCE, 'build/dev/bin');
const START_MS_MAX = 120_000; // With sanitizers, on a busy machine.

// One program. `ready` maps names to patterns; what their first group matched in the log is in `found` once all have.
class Program {
  constructor(name, options, ready) {
    this.name = name;
    this.found = {};
    this.said = '';
    this.process = spawn(join(BINARY, name), options, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.ended = new Promise((resolve) => this.process.on('exit', (code, signal) => resolve(signal ?? code)));
    this.ready = new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${name} is not ready:\n${this.said}`)), START_MS_MAX);
      const listen = (text) => {
        this.said += text;
        for (const [key, pattern] of Object.entries(ready)) this.found[key] ??= pattern.exec(this.said)?.[1];
        if (Object.keys(ready).every((key) => this.found[key])) {
          clearTimeout(timer);
          resolve(this);
        }
      };
      this.process.stdout.on('data', listen);
      this.process.stderr.on('data', listen);
      this.ended.then((how) => {
        clearTimeout(timer);
        reject(new Error(`${name} ended with ${how}:\n${this.said}`));
      });
    });
    this.ready.catch(() => {}); // Whoever waits for it hears of it.
  }

  signal(name) {
    this.process.kill(name);
  }

  // Lets it run for 5 ms in every 55 from now on; gives what ends that.
  slowDown() {
    let timer;
    const turn = (name, ms, next) => {
      this.signal(name);
      timer = setTimeout(next, ms);
    };
    const rest = () => turn('SIGSTOP', 50, work);
    const work = () => turn('SIGCONT', 5, rest);
    rest();
    return () => {
      clearTimeout(timer);
      this.signal('SIGCONT');
    };
  }

  async stop() {
    this.process.kill('SIGCONT'); // One that was hung must hear that it is over.
    this.process.kill('SIGTERM');
    return this.ended;
  }
}

const GRPC_PORT = /event=ready\b.*\bport=(\d+)/;
const ADDRESS = /event=shop_open address="?(http:\/\/[^\s"]+)\//;

// A set of programs over one data folder.
export class Shop {
  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'octavo-browser-'));
    this.programs = {};
  }

  async start(name, options, ready) {
    const common = [`--data-dir=${this.folder}`, '--listen=127.0.0.1:0', '--metrics-listen=', '--log-level=info'];
    this.programs[name] = new Program(name, [...common, ...options], ready);
    return this.programs[name].ready;
  }

  // The whole shop in one process, with the demo catalogue.
  async startWhole() {
    const port = await this.startEmpty();
    await loadDemo(this.folder, { catalog: port, inventory: port, recommendations: port, promotions: port });
    return this;
  }

  // The whole shop in one process, without anything to sell; gives its port for gRPC.
  async startEmpty(more = []) {
    // With sanitizers, on a busy machine, a page waits longer than for readers.
    const options = ['--marketplace.listen=127.0.0.1:0', '--marketplace.patience_ms=5000', ...more];
    const octavo = await this.start('octavo', options, { grpc: GRPC_PORT, address: ADDRESS });
    this.address = octavo.found.address;
    const port = octavo.found.grpc;
    this.grpcAddress = `127.0.0.1:${port}`;
    this.token = (await promisify(execFile)(join(BINARY, 'octavo'), ['token', `--data-dir=${this.folder}`])).stdout.trim();
    return port;
  }

  // One process per service, of those that look and find; nobody sells (port 1 is nobody's).
  async startApart() {
    const ports = { cart: 1, transactions: 1, accounts: 1 };
    const peers = (names) => names.map((name) => `--peers.${name}=127.0.0.1:${ports[name]}`);
    const asks = { catalog: [], inventory: [], promotions: ['catalog', 'transactions'],
      recommendations: ['catalog', 'inventory'] };
    for (const [name, names] of Object.entries(asks)) {
      const options = name === 'catalog' ? ['--catalog.alone'] : peers(names);
      ports[name] = (await this.start(`octavo-${name}`, options, { grpc: GRPC_PORT })).found.grpc;
    }
    const options = ['--marketplace.listen=127.0.0.1:0', ...peers(Object.keys(ports))];
    const marketplace = await this.start('octavo-marketplace', options, { address: ADDRESS });
    this.address = marketplace.found.address;
    await loadDemo(this.folder, ports);
    return this;
  }

  async stop() {
    const endings = {};
    for (const name of Object.keys(this.programs).reverse()) endings[name] = await this.programs[name].stop();
    rmSync(this.folder, { recursive: true, force: true });
    return endings;
  }
}

// The demo catalogue, its readers and campaigns, by the owner's own command.
async function loadDemo(folder, { catalog, inventory, recommendations, promotions }) {
  const options = [`--data-dir=${folder}`, `--folder=${join(SOURCE, 'demo')}`, `--address=127.0.0.1:${catalog}`,
    `--inventory-address=127.0.0.1:${inventory}`, `--recommendations-address=127.0.0.1:${recommendations}`,
    `--promotions-address=127.0.0.1:${promotions}`];
  await promisify(execFile)(join(BINARY, 'octavo'), ['demo', ...options, 'load']);
}
