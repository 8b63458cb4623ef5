// Starts the simulator with a certificate of a fresh authority and runs the tests against it. Node reads
// NODE_EXTRA_CA_CERTS at its start only, hence the tests are a process of their own.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { makeState } from './state.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const START_MS = 60_000;

function simulatorPath() {
  const places = process.env.M365SIM
    ? [process.env.M365SIM]
    : ['build-test/sim/m365sim', 'build/sim/m365sim', 'build/m365sim'].map((path) =>
        join(here, '../..', path),
      );
  const found = places.find((path) => existsSync(path));
  if (!found)
    throw new Error(
      `m365sim was not found; build it, or name it in M365SIM (looked at ${places.join(', ')})`,
    );
  return resolve(found);
}

function openssl(...args) {
  execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** An authority, the simulator's certificate signed by it, and the application's own certificate. */
function makeCertificates(folder) {
  const at = (name) => join(folder, name);
  const newKey = ['-newkey', 'rsa:2048', '-nodes', '-sha256'];
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-days',
    '2',
    '-subj',
    '/CN=Test authority',
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.pem'),
  );
  openssl('req', ...newKey, '-subj', '/CN=127.0.0.1', '-keyout', at('server.key'), '-out', at('server.csr'));
  writeFileSync(at('server.ext'), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
  openssl(
    'x509',
    '-req',
    '-in',
    at('server.csr'),
    '-CA',
    at('ca.pem'),
    '-CAkey',
    at('ca.key'),
    '-CAcreateserial',
    '-days',
    '2',
    '-sha256',
    '-extfile',
    at('server.ext'),
    '-out',
    at('server.pem'),
  );
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-days',
    '2',
    '-subj',
    '/CN=Lastday',
    '-keyout',
    at('app.key'),
    '-out',
    at('app.pem'),
  );
}

async function startSimulator(folder) {
  const ports = join(folder, 'ports');
  const child = spawn(
    simulatorPath(),
    [
      '--listen',
      '127.0.0.1:0',
      '--tls-listen',
      '127.0.0.1:0',
      '--tls-certificate',
      join(folder, 'server.pem'),
      '--tls-key',
      join(folder, 'server.key'),
      '--seed',
      join(folder, 'state.json'),
      '--port-file',
      ports,
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const ended = new Promise((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`m365sim ended with ${code} before it was ready`)));
  });
  ended.catch(() => {});
  const ready = (async () => {
    for (const until = Date.now() + START_MS; Date.now() < until; ) {
      const lines = existsSync(ports) ? readFileSync(ports, 'utf8').split('\n') : [];
      const address = lines.find((line) => line.startsWith('https://'));
      if (address && lines.length > 1) return address.trim();
      await new Promise((done) => setTimeout(done, 50));
    }
    throw new Error('m365sim was not ready in time');
  })();
  return { child, address: await Promise.race([ready, ended]) };
}

const folder = mkdtempSync(join(tmpdir(), 'lastday-clients-'));
let simulator;
try {
  makeCertificates(folder);
  const certificate = readFileSync(join(folder, 'app.pem'), 'utf8');
  writeFileSync(join(folder, 'state.json'), JSON.stringify(makeState(certificate)));
  simulator = await startSimulator(folder);
  const tests = readdirSync(here)
    .filter((name) => name.endsWith('.test.mjs'))
    .map((name) => join(here, name));
  const child = spawn(process.execPath, ['--test', ...process.argv.slice(2), ...tests], {
    cwd: here,
    stdio: 'inherit',
    env: {
      ...process.env,
      NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
      M365SIM_URL: simulator.address,
      APP_CERTIFICATE: join(folder, 'app.pem'),
      APP_KEY: join(folder, 'app.key'),
    },
  });
  process.exitCode = await new Promise((done) => child.once('exit', (code) => done(code ?? 1)));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  simulator?.child.kill();
  rmSync(folder, { recursive: true, force: true });
}
