// @microsoft/microsoft-graph-client against Graph: reading, paging, throttling, errors, batches, foreign tokens.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

import {
  BatchRequestContent,
  BatchResponseContent,
  Client,
  PageIterator,
} from '@microsoft/microsoft-graph-client';

import { SECRET, users } from './state.mjs';
import { address, confidentialClient, control, requestsDuring } from './support.mjs';

const login = confidentialClient({ clientSecret: SECRET });
const graph = graphClient('https://graph.microsoft.com/.default');

function graphClient(scope) {
  return Client.initWithMiddleware({
    baseUrl: `${address}/graph/`,
    customHosts: new Set(['127.0.0.1']),
    authProvider: {
      getAccessToken: async () =>
        (await login.acquireTokenByClientCredential({ scopes: [scope] })).accessToken,
    },
  });
}

/** A step's address is relative to the version root, which the Request of Node cannot be made with. */
function batchStep(path, init) {
  return Object.defineProperty(new Request(`https://graph.microsoft.com${path}`, init), 'url', {
    value: path,
  });
}

afterEach(() => control('DELETE', 'faults'));

test('a user is read with the selected properties', async () => {
  const [wanted] = users;
  const user = await graph.api(`/users/${wanted.id}`).select('id,displayName,userPrincipalName').get();
  assert.equal(user.displayName, wanted.displayName);
  assert.equal(user.userPrincipalName, wanted.userPrincipalName);
  assert.equal(user.accountEnabled, undefined);
});

test('every page of a list is followed', async () => {
  const first = await graph.api('/users').select('id').top(7).get();
  assert.equal(first.value.length, 7);
  assert.ok(first['@odata.nextLink'].startsWith(`${address}/graph/`), first['@odata.nextLink']);
  const ids = new Set();
  await new PageIterator(graph, first, (user) => Boolean(ids.add(user.id))).iterate();
  assert.deepEqual([...ids].sort(), users.map((user) => user.id).sort());
});

test('Retry-After is honoured', async () => {
  await control('POST', 'faults', {
    service: 'graph',
    path: `*/users/${users[0].id}*`,
    times: 1,
    status: 429,
    retry_after: 1,
  });
  const started = performance.now();
  const { result, items } = await requestsDuring(() => graph.api(`/users/${users[0].id}`).get());
  assert.equal(result.id, users[0].id);
  assert.ok(performance.now() - started >= 1000, 'did not wait');
  const statuses = items.filter((item) => item.path.includes(users[0].id)).map((item) => item.status);
  assert.deepEqual(statuses, [429, 200]);
});

test("an error carries Microsoft's code and the request id", async () => {
  await assert.rejects(graph.api('/users/nobody@nowhere.example').get(), (error) => {
    assert.equal(error.statusCode, 404);
    assert.equal(error.code, 'Request_ResourceNotFound');
    assert.match(error.requestId, /^[0-9a-f-]{36}$/);
    assert.match(error.message, /nobody@nowhere\.example/);
    return true;
  });
});

test('a write is seen by the next read', async () => {
  await graph.api(`/users/${users[1].id}`).patch({ accountEnabled: false });
  const user = await graph.api(`/users/${users[1].id}`).select('accountEnabled').get();
  assert.equal(user.accountEnabled, false);
});

test('a batch runs its steps in the order they depend on', async () => {
  const path = `/users/${users[2].id}`;
  const change = batchStep(path, {
    method: 'PATCH',
    body: JSON.stringify({ accountEnabled: false }),
    headers: { 'Content-Type': 'application/json' },
  });
  const read = batchStep(`${path}?$select=accountEnabled`, { method: 'GET' });
  const content = new BatchRequestContent([
    { id: '1', request: change },
    { id: '2', request: read, dependsOn: ['1'] },
  ]);
  const answer = new BatchResponseContent(await graph.api('/$batch').post(await content.getContent()));
  assert.equal(answer.getResponseById('1').status, 204);
  assert.deepEqual((await answer.getResponseById('2').json()).accountEnabled, false);
});

test('a step fails with the one it depends on', async () => {
  const answer = await graph.api('/$batch').post({
    requests: [
      { id: '1', method: 'GET', url: '/users/nobody@nowhere.example' },
      { id: '2', method: 'GET', url: `/users/${users[0].id}`, dependsOn: ['1'] },
    ],
  });
  const statuses = Object.fromEntries(answer.responses.map((response) => [response.id, response.status]));
  assert.deepEqual(statuses, { 1: 404, 2: 424 });
});

test('a token for another resource is refused', async () => {
  await assert.rejects(graphClient('https://outlook.office365.com/.default').api('/users').get(), (error) => {
    assert.equal(error.statusCode, 401);
    assert.equal(error.code, 'InvalidAuthenticationToken');
    return true;
  });
});
