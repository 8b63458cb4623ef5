// The evidence report over a real offboarding: everything that the simulator received is in it, before and after are
// what the simulator's state was, no secret is, and whoever changes a byte of it or of the journal is found out.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium } from '@playwright/test';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { canonical } from '../support/canonical.mjs';
import { ALL, CLIENT_SECRET, World } from '../support/world.mjs';

const run = promisify(execFile);
const FORMATS = ['html', 'pdf', 'json'];
// Arabic, Chinese, a letter with a combining mark, and what would like to be HTML.
const NAME = 'Zoe\u0301 عبد الله 李小龍 <script>alert(1)</script>';

let world, start, id, first;
const files = {};
before(async () => {
  world = await World.make({ certificate: true, store: 'sqlite' }); // it changes rows behind the server's back, in the file
  start = await world.look();
  await world.sim('PATCH', `/state?tenant=${world.tenant.id}&user=${start.user.id}`, { user: { displayName: NAME } });
  await world.sim('DELETE', '/requests');
  ({ id } = await world.offboard(
    start.user.id,
    { ...ALL, remove_mfa_methods: true, remove_mobile_devices: true, remove_rules: true, grant_onedrive_access: { users: ['manager'] } },
    { reference: 'TICKET-1234', reason: 'Last working day <b>of</b> all' },
  ));
  await world.finished(id);
  for (const format of FORMATS) {
    files[format] = join(world.folder, `report.${format}`);
    const got = await world.run(['report', id, '--format', format, '--output', files[format]]);
    assert.equal(got.code, 0, got.stderr);
  }
  first = JSON.parse(await readFile(files.json, 'utf8'));
});
after(() => world.close());

const text = async (format) =>
  format === 'pdf'
    ? (await run('pdftotext', ['-layout', files.pdf, '-'], { maxBuffer: 1 << 26 })).stdout
    : readFile(files[format], 'utf8');
const verifyFile = (file, ...more) => world.run(['report', '--verify', file, ...more]);

test('every call that the simulator received during the offboarding is in the report, with its request id', async () => {
  const { report } = first;
  const since = Date.parse(report.request.created_at);
  const log = (await world.requests()).filter((one) => one.time >= since && !one.path.startsWith('/login'));
  const known = new Set([...report.calls, ...report.reads].map((call) => call.request_id));
  assert.ok(log.length > 10);
  for (const one of log) assert.ok(known.has(one.request_id), `${one.method} ${one.path} (${one.request_id}) is missing`);
  const received = new Set(log.map((one) => one.request_id));
  for (const call of report.calls) {
    assert.ok(received.has(call.request_id), `${call.what}: the simulator knows no request ${call.request_id}`);
    assert.equal(call.outcome, 'done');
    assert.ok(call.sent_at <= call.answered_at);
  }
});

test('before and after are what the simulator had, before and after', async () => {
  const end = await world.look(start.user.id);
  const tasks = Object.fromEntries(first.report.tasks.map((task) => [task.id, task]));
  assert.deepEqual([tasks.disable_sign_in.before, tasks.disable_sign_in.after], [{ accountEnabled: true }, { accountEnabled: end.user.accountEnabled }]);
  assert.equal(tasks.convert_to_shared.before.RecipientTypeDetails, start.mailbox.RecipientTypeDetails);
  assert.equal(tasks.convert_to_shared.after.RecipientTypeDetails, end.mailbox.RecipientTypeDetails);
  assert.deepEqual(
    tasks.remove_from_groups.before.groups.map((group) => group.id).sort(),
    start.groups.map((group) => group.id).sort(),
  );
  const items = (task, status) => task.items.filter((item) => item.status === status).map((item) => item.id);
  const left = new Set(end.groups.map((group) => group.id));
  for (const group of items(tasks.remove_from_groups, 'succeeded')) assert.ok(!left.has(group), group);
  assert.equal(end.user.assignedLicenses.length, 0);
  assert.ok(items(tasks.remove_licenses, 'succeeded').length >= start.user.assignedLicenses.length);
  assert.equal(first.report.request.user.display_name, NAME);
  assert.ok(first.report.lockout_ms >= 0 && first.report.lockout_ms <= first.report.duration_ms);
});

test('no secret of this world is in any report', async () => {
  const end = await world.look(start.user.id);
  assert.notEqual(end.user._password, start.user._password);
  const key = await readFile(join(world.env.LASTDAY_SERVER_DATA_DIR, 'master.key'), 'utf8');
  const pem = await readFile(world.env.LASTDAY_APP_CERTIFICATE_KEY_FILE, 'utf8');
  const secrets = [end.user._password, CLIENT_SECRET, world.token, key.trim(), pem.split('\n')[1]];
  for (const format of FORMATS)
    for (const secret of secrets) {
      assert.ok(secret.length > 8);
      assert.ok(!(await text(format)).includes(secret), `${format} holds ${secret.slice(0, 3)}…`);
    }
});

test('the PDF tells the same in text that can be searched, in every script', async () => {
  const pdf = (await text('pdf')).normalize('NFC');
  const flat = pdf.replace(/\s+/g, '');
  for (const words of ['李小龍', '<script>alert(1)</script>', 'Zo\u00e9', 'TICKET-1234', 'Lastworkingday<b>of</b>all', start.user.userPrincipalName, first.signature.sha256, first.signature.key])
    assert.ok(flat.includes(words.normalize('NFC')), words);
  // An extractor may give Arabic in the order of the page, or as presentation forms.
  const arabic = pdf.normalize('NFKC');
  assert.ok(['عبد', 'دبع'].some((word) => arabic.includes(word)), 'Arabic');
  for (const task of first.report.tasks) assert.ok(flat.includes(task.label.replace(/\s+/g, '')), task.label);
  for (const call of first.report.calls) assert.ok(flat.includes(call.request_id), call.request_id);
  const { stdout } = await run('pdfinfo', [files.pdf]);
  assert.match(stdout, /Title: +Offboarding of Zoe/);
  assert.match(stdout, /Tagged: +yes/);
  assert.match(pdf, /Page 1 of \d+/);
});

test('the page is well-formed, needs nothing from elsewhere and runs nothing', async () => {
  const html = await text('html');
  await run('python3', ['-c', 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])', files.html]);
  const scripts = html.match(/<script[^>]*>/g);
  assert.deepEqual(scripts, ['<script type="application/json" id="signed-report">']);
  const page = html.slice(0, html.indexOf(scripts[0]));
  // What others wrote cannot hold a "<", so what looks like a tag is one of ours.
  for (const tag of page.match(/<[^>]*>/g)) {
    assert.ok(!/\s(src|href|action|data|srcset|style|on\w+)=/i.test(tag), tag);
    for (const [address] of tag.matchAll(/https?:[^"]*/g)) assert.match(address, /^http:\/\/www\.w3\.org\/(1999\/xhtml|2000\/svg)$/);
  }
  assert.ok(!/@import|url\(/.test(page.slice(page.indexOf('<style>'), page.indexOf('</style>'))));
  assert.ok(page.includes('&lt;script&gt;alert(1)&lt;/script&gt;'));
});

test('a browser shows the page on a desk, in the dark and on a phone: accessible, nothing sideways, no script run', async () => {
  // A short report has everything that a long one has, and is looked through faster.
  const other = Object.values((await world.whole()).users).find((user) => user.accountEnabled && user.id !== start.user.id && !user.onPremisesSyncEnabled && !user._roles?.length);
  const small = join(world.folder, 'small.html');
  const done = await world.finished((await world.offboard(other.id, { disable_sign_in: true, remove_mobile_devices: true })).id);
  assert.equal((await world.run(['report', done.id, '--format', 'html', '--output', small])).code, 0);
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium-headless-shell', args: ['--no-sandbox'] });
  try {
    for (const looks of [{ viewport: { width: 1200, height: 900 } }, { viewport: { width: 375, height: 700 }, colorScheme: 'dark' }]) {
      const context = await browser.newContext({ ...looks, bypassCSP: true }); // for axe alone
      const page = await context.newPage();
      const asked = [];
      page.on('request', (request) => asked.push(request.url()));
      page.on('dialog', (dialog) => assert.fail(`a script said ${dialog.message()}`));
      await page.goto(`file://${small}`);
      assert.deepEqual((await new AxeBuilder({ page }).analyze()).violations.map((one) => one.id), []);
      await page.goto(`file://${files.html}`);
      assert.deepEqual(asked, [`file://${small}`, `file://${files.html}`]);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
      assert.equal(await page.locator('h1').innerText().then((words) => words.includes('<script>alert(1)</script>')), true);
      await context.close();
    }
    const strict = await (await browser.newContext()).newPage();
    const complaints = [];
    strict.on('console', (message) => complaints.push(message.text()));
    await strict.goto(`file://${files.html}`);
    assert.deepEqual(complaints, [], 'its own policy lets its style sheet through');
    assert.notEqual(await strict.evaluate(() => getComputedStyle(document.querySelector('main')).maxWidth), 'none');
  } finally {
    await browser.close();
  }
});

test('anybody can check the JSON: canonical bytes, Ed25519, the chain of the journal', async () => {
  const bytes = await readFile(files.json, 'utf8');
  assert.equal(bytes, `${canonical(first)}\n`);
  const ajv = new Ajv2020({ strict: false });
  addFormats(ajv);
  ajv.addSchema(await world.api('GET', '/openapi.json'), 'api');
  assert.ok(ajv.validate({ $ref: 'api#/components/schemas/SignedReport' }, first), ajv.errorsText());
  const { report, signature } = first;
  const key = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(signature.public_key, 'base64')]);
  const publicKey = createPublicKey({ key, format: 'der', type: 'spki' });
  assert.ok(verify(null, Buffer.from(canonical(report)), publicKey, Buffer.from(signature.value, 'base64')));
  const sha256 = (data) => createHash('sha256').update(data).digest('hex');
  assert.equal(signature.sha256, sha256(canonical(report)));
  let hash = sha256(`lastday-journal\n${id}\n`);
  for (const event of report.journal.events) {
    if (event.data) assert.equal(event.data_sha256, sha256(canonical(event.data)));
    hash = sha256(['lastday-event', hash, event.seq, event.at, event.kind, event.task ?? '-', event.data_sha256, ''].join('\n'));
    assert.equal(hash, event.hash);
  }
  assert.deepEqual(report.journal.end, { seq: report.journal.events.length, hash });
  assert.deepEqual(report.journal.findings, []);
});

test('the command tells a genuine report from a changed one, without a server', async () => {
  const keys = join(world.folder, 'keys.json');
  await writeFile(keys, await (await fetch(`${world.url}/api/v1/report-keys`)).text());
  const offline = { ...world, url: 'http://127.0.0.1:9' };
  for (const format of FORMATS) {
    const known = await verifyFile(files[format], '--key', keys);
    assert.equal(known.code, 0, known.stderr);
    assert.match(known.stdout, /one of the keys that were given/);
    const alone = await World.prototype.run.call(offline, ['report', '--verify', files[format]]);
    assert.equal(alone.code, 0);
    assert.match(alone.stdout, /anybody can make a key/);
    const bytes = await readFile(files[format]);
    for (const place of [20, Math.floor(bytes.length / 2), bytes.length - 40]) {
      const changed = Buffer.from(bytes);
      changed[place] ^= 1;
      await writeFile(`${files[format]}.changed`, changed);
      const verdict = await verifyFile(`${files[format]}.changed`, '--key', keys);
      assert.equal(verdict.code, 3, `${format} at ${place}`);
      assert.equal(verdict.stdout, '');
    }
  }
  const verdict = JSON.parse((await verifyFile(files.html, '--key', keys, '--json')).stdout);
  assert.deepEqual([verdict.offboarding, verdict.key_known, verdict.journal_checked], [id, true, true]);
});

test('the endpoint names its files and types, answers 304, and shows nothing to strangers', async () => {
  const types = { html: 'text/html; charset=utf-8', pdf: 'application/pdf', json: 'application/json' };
  for (const format of FORMATS) {
    const answer = await world.raw('GET', `/offboardings/${id}/report?format=${format}`);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type'), types[format]);
    assert.equal(answer.headers.get('content-disposition'), `attachment; filename="offboarding-adele.vance-${id}.${format}"`);
    assert.deepEqual(Buffer.from(await answer.arrayBuffer()), await readFile(files[format]), 'the same state, the same bytes');
    if (format === 'pdf') continue;
    const again = await world.raw('GET', `/offboardings/${id}/report?format=${format}`, undefined, { 'if-none-match': answer.headers.get('etag') });
    assert.deepEqual([again.status, await again.text()], [304, '']);
  }
  const html = await world.raw('GET', `/offboardings/${id}/report`);
  assert.match(html.headers.get('content-security-policy'), /default-src 'none'; style-src 'sha256-[^']+'.*sandbox/);
  assert.equal((await world.raw('GET', `/offboardings/${id}/report?format=docx`)).status, 422);
  assert.equal((await world.raw('GET', '/offboardings/01900000-0000-7000-8000-000000000000/report')).status, 404);
  assert.equal((await fetch(`${world.url}/api/v1/offboardings/${id}/report`)).status, 401);
  const [, other] = await world.tenants();
  const keep = world.token;
  world.token = (await world.run(['admin', 'token-create', '--name', 'other', '--role', 'viewer', '--tenant', other.default_domain])).stdout.trim();
  const foreign = await world.raw('GET', `/offboardings/${id}/report`);
  world.token = keep;
  assert.equal(foreign.status, 404);
});

test('an undo is told as well; what was signed before stays good after a new key', async () => {
  const asked = await world.api('POST', `/offboardings/${id}/undo`, { tasks: ['disable_sign_in'] });
  assert.ok(asked.id);
  await world.finished(id);
  await world.api('GET', `/offboardings/${id}`);
  const until = Date.now() + 20_000;
  let report;
  do ({ report } = await world.api('GET', `/offboardings/${id}/report?format=json`));
  while (!report.undo?.ended_at && Date.now() < until);
  assert.equal(report.undo.requested_by, 'tests');
  assert.deepEqual(report.undo.tasks.map((task) => [task.id, task.status]), [['disable_sign_in', 'succeeded']]);
  assert.ok(report.calls.some((call) => call.direction === 'undo' && call.task === 'disable_sign_in' && call.outcome === 'done'));
  const rotated = await world.run(['admin', 'rotate-report-key']);
  assert.equal(rotated.code, 0, rotated.stderr);
  const keys = join(world.folder, 'keys2.json');
  await writeFile(keys, await (await fetch(`${world.url}/api/v1/report-keys`)).text());
  const list = JSON.parse(await readFile(keys, 'utf8')).items;
  assert.deepEqual(list.map((key) => [key.id === rotated.stdout.trim(), key.retired_at === null]), [[true, true], [false, false]]);
  assert.equal((await verifyFile(files.json, '--key', keys)).code, 0);
  const { items: noted } = await world.api('GET', '/logbook?what=report_key_rotated');
  assert.deepEqual(noted.map((entry) => [entry.object.id, entry.actor.kind]), [[rotated.stdout.trim(), 'local']]);
});

const sql = (statement) =>
  run('python3', ['-c', 'import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); db.execute(sys.argv[2]); db.commit()', join(world.env.LASTDAY_SERVER_DATA_DIR, 'lastday.db'), statement]);

test('who changes the journal or the rows is found by the audit, with a server and without', async () => {
  const whole = await world.run(['admin', 'verify-audit', '--report', files.html]);
  assert.equal(whole.code, 0, whole.stdout + whole.stderr);
  assert.match(whole.stdout, /2 offboardings, \d+ events: the journal is whole/);
  await world.stop();
  await sql(`UPDATE events SET data_json = replace(data_json, 'tests', 'eve') WHERE seq = 1 AND offboarding_id = '${id}'`);
  await sql(`UPDATE tasks SET status = 'skipped' WHERE task = 'reset_password' AND offboarding_id = '${id}'`);
  const alone = await world.run(['admin', 'verify-audit', '--json']);
  assert.equal(alone.code, 1);
  const found = JSON.parse(alone.stdout).findings;
  assert.deepEqual(new Set(found.map((finding) => finding.offboarding)), new Set([id]));
  const codes = found.map((finding) => [finding.code, finding.seq]);
  assert.deepEqual(codes, [['changed', 1], ['row_changed', 0], ['row_changed', 0]]);
  await sql(`UPDATE events SET data_json = '{}' WHERE seq = 40 AND offboarding_id = '${id}'`);
  await world.start();
  const running = await world.run(['admin', 'verify-audit']);
  assert.equal(running.code, 1);
  assert.match(running.stdout, /event 1: This event is not as it was written\./);
  assert.match(running.stdout, /the journal is not as it was written/);
  const { report } = await world.api('GET', `/offboardings/${id}/report?format=json`);
  assert.ok(report.journal.findings.length >= 3, 'the report says so itself');
});

test('a journal that was computed anew is contradicted by a report that was issued before', async () => {
  const { seq, hash } = first.report.journal.end;
  await world.stop();
  await sql(`UPDATE events SET hash = '${hash.split('').reverse().join('')}' WHERE seq = ${seq} AND offboarding_id = '${id}'`);
  const audit = await world.run(['admin', 'verify-audit', '--report', files.json, '--json']);
  assert.equal(audit.code, 1);
  assert.ok(JSON.parse(audit.stdout).findings.some((finding) => finding.code === 'rewritten' && finding.seq === seq));
  await world.start();
});
