// What became of one run, asked of the simulator: is the final state the promise, and was something done twice?
import { TASKS } from '../support/tasks.mjs';
import { writesOf } from '../support/upstream.mjs';

// The write as such, and who it is about: { exact, coarse }. A repeated step writes only what is still missing, so the
// bodies of some (Set-Mailbox) may differ from those of a run that nothing disturbed.
function signature({ method, path, body }) {
  const input = body?.CmdletInput;
  if (!input) return { exact: `${method} ${path} ${JSON.stringify(body ?? '')}`, coarse: `${method} ${path.replace(/\(\d+\)/, '()')}` };
  const { Identity, Member, User, Trustee } = input.Parameters ?? {};
  return {
    exact: `${input.CmdletName} ${JSON.stringify(input.Parameters)}`,
    coarse: [input.CmdletName, Identity, Member ?? User ?? Trustee].filter(Boolean).join(' '),
  };
}

// The changes in a log, those that were answered well apart from the others.
export function changes(log) {
  const found = { all: new Map(), kinds: new Set() };
  for (const write of writesOf(log)) {
    if (write.path.endsWith('/$batch')) continue; // refused as a whole: its parts were not looked at
    // A query of SharePoint only reads unless it sets something.
    if (write.path.endsWith('/ProcessQuery') && !/SetProperty|Method Name="(Update|Set)/.test(String(write.body))) continue;
    const { exact, coarse } = signature(write);
    found.kinds.add(coarse);
    if (write.status >= 200 && write.status < 300) found.all.set(exact, (found.all.get(exact) ?? 0) + 1);
  }
  return found;
}

const GIVEN_UP = ['failed', 'blocked'];
const saysWhy = ({ error, reason }) => (error ? error.code && error.message.length > 20 : reason);

// Every promise that does not hold. Of what was given up, if it may be, the reason alone is asked for.
export function broken({ before, after, done, manager, mayGiveUp }) {
  const row = (id) => done.tasks.find((task) => task.id === id);
  if (mayGiveUp && GIVEN_UP.includes(row('remove_licenses').status)) {
    // Groups that give licenses are left with those.
    const kept = row('remove_from_groups').items.filter((item) => item.status === 'skipped').map((item) => item.id);
    after = { ...after, groups: after.groups.filter((group) => !kept.includes(group.id)) };
  }
  return done.tasks.flatMap((task) => {
    if (mayGiveUp && GIVEN_UP.includes(task.status)) return saysWhy(task) ? [] : [`${task.id} (${task.status}) does not say why`];
    try {
      TASKS[task.id].holds(after, before, manager, task);
      return [];
    } catch (error) {
      return [`${task.id} (${task.status}): ${error.message.split('\n')[0]}`];
    }
  });
}

// What was done more often than `again` excuses: how often the server was killed or kept from hearing an answer.
export function doubled({ after, log, reference, again }) {
  const found = [];
  const passwords = new Set(after.user._passwords ?? []);
  if (passwords.size > 1) found.push(`${passwords.size} different passwords were set`);
  const { all, kinds } = changes(log);
  for (const [exact, count] of all) {
    const usual = reference.all.get(exact) ?? 1;
    if (count > usual + again) found.push(`${count} times: ${exact}`);
  }
  for (const kind of kinds) if (!reference.kinds.has(kind)) found.push(`nobody asked for ${kind}`);
  return found;
}
