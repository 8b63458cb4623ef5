/* Holds the client to its size: what the first page needs, what each further route adds, and the editor,
 * in brotli as it travels. */
import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const manifest = JSON.parse(readFileSync(`${dist}.vite/manifest.json`, 'utf8'));

const startPage = ['index.html', 'src/dashboard/DashboardPage.tsx'];
const editor = 'src/wizard/editor/HtmlEditor.tsx';
const limits = { start: 320, route: 40, editor: 120 };

function filesOf(key, seen = new Set()) {
  const chunk = manifest[key];
  if (!chunk) throw new Error(`the build has no ${key}`);
  if (seen.has(chunk.file)) return seen;
  seen.add(chunk.file);
  for (const css of chunk.css ?? []) seen.add(css);
  for (const next of chunk.imports ?? []) filesOf(next, seen);
  return seen;
}

const size = (files) => [...files].reduce((sum, file) => sum + statSync(`${dist}${file}.br`).size, 0) / 1024;

const start = new Set(startPage.flatMap((key) => [...filesOf(key)]));
const wizard = new Set([...start, ...filesOf('src/wizard/Wizard.tsx')]);
const options = new Set([...wizard, ...filesOf('src/wizard/OptionsStep.tsx')]);

const template = new Set([...start, ...filesOf('src/templates/TemplatePage.tsx')]);

/* What is on the page already when this part of it is opened. */
function before(key) {
  if (key === editor) return options;
  if (key === 'src/options/OptionsForm.tsx') return template;
  return key.startsWith('src/wizard/') && key !== 'src/wizard/Wizard.tsx' ? wizard : start;
}

const added = (key) => new Set([...filesOf(key)].filter((file) => !before(key).has(file)));
const lazy = Object.keys(manifest).filter((key) => manifest[key].isDynamicEntry && !startPage.includes(key));

const rows = [
  ['start page', size(start), limits.start],
  ...lazy.map((key) => [key, size(added(key)), key === editor ? limits.editor : limits.route]),
];

let over = false;
for (const [name, kib, limit] of rows) {
  const tooMuch = kib > limit;
  over ||= tooMuch;
  console.log(`${tooMuch ? 'OVER' : 'ok  '} ${kib.toFixed(1).padStart(7)} KiB of ${limit}  ${name}`);
}
if (over) {
  console.error('The client is larger than its budget.');
  process.exit(1);
}
