// @azure/msal-node against the token endpoint: discovery, a secret, a certificate assertion, its cache, its errors.
import assert from 'node:assert/strict';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { CUSTOMER, GRAPH_ROLES, HOME, REFRESH_TOKEN, SECRET } from './state.mjs';
import { confidentialClient, requestsDuring } from './support.mjs';

const GRAPH = 'https://graph.microsoft.com/.default';
const certificate = readFileSync(process.env.APP_CERTIFICATE, 'utf8');
const privateKey = readFileSync(process.env.APP_KEY, 'utf8');
const thumbprintSha256 = new X509Certificate(certificate).fingerprint256.replaceAll(':', '');

function claims(token) {
  return JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
}

test('a client secret gets a token with the granted permissions', async () => {
  const result = await confidentialClient({ clientSecret: SECRET }).acquireTokenByClientCredential({
    scopes: [GRAPH],
  });
  assert.equal(result.tokenType, 'Bearer');
  const found = claims(result.accessToken);
  assert.equal(found.aud, 'https://graph.microsoft.com');
  assert.equal(found.tid, HOME);
  assert.equal(found.appidacr, '1');
  assert.deepEqual(found.roles, GRAPH_ROLES);
  const left = (result.expiresOn.getTime() - Date.now()) / 60_000;
  assert.ok(left > 55 && left <= 60, `expires in ${left} minutes`);
});

test('a certificate assertion gets a token that says so', async () => {
  const result = await confidentialClient({
    clientCertificate: { thumbprintSha256, privateKey },
  }).acquireTokenByClientCredential({
    scopes: [GRAPH],
  });
  assert.equal(claims(result.accessToken).appidacr, '2');
});

test('the certificate may come along in the assertion', async () => {
  const result = await confidentialClient({
    clientCertificate: { thumbprintSha256, privateKey, x5c: certificate },
  }).acquireTokenByClientCredential({ scopes: ['https://outlook.office365.com/.default'] });
  assert.deepEqual(claims(result.accessToken).roles, ['Exchange.ManageAsApp']);
});

test('a second request is answered from the cache', async () => {
  const one = confidentialClient({ clientSecret: SECRET });
  const first = await one.acquireTokenByClientCredential({ scopes: [GRAPH] });
  const { result: second, items } = await requestsDuring(() =>
    one.acquireTokenByClientCredential({ scopes: [GRAPH] }),
  );
  assert.equal(second.fromCache, true);
  assert.equal(second.accessToken, first.accessToken);
  assert.equal(items.filter((item) => item.path.startsWith('/login')).length, 0);
});

test('a wrong secret is refused with its number', async () => {
  await assert.rejects(
    confidentialClient({ clientSecret: 'wrong' }).acquireTokenByClientCredential({ scopes: [GRAPH] }),
    (error) => {
      assert.equal(error.errorCode, 'invalid_client');
      assert.match(error.errorMessage, /AADSTS7000215/);
      assert.match(error.correlationId, /^[0-9a-f-]{36}$/);
      return true;
    },
  );
});

test('a key that does not belong to the certificate is refused', async () => {
  const { privateKey: other } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  await assert.rejects(
    confidentialClient({
      clientCertificate: { thumbprintSha256, privateKey: other },
    }).acquireTokenByClientCredential({
      scopes: [GRAPH],
    }),
    /AADSTS50012/,
  );
});

test('an unknown tenant is refused at discovery', async () => {
  await assert.rejects(
    confidentialClient(
      { clientSecret: SECRET },
      '99999999-9999-4999-8999-999999999999',
    ).acquireTokenByClientCredential({
      scopes: [GRAPH],
    }),
  );
});

test("a partner's refresh token works in a customer's tenant", async () => {
  const result = await confidentialClient({ clientSecret: SECRET }, CUSTOMER).acquireTokenByRefreshToken({
    refreshToken: REFRESH_TOKEN,
    scopes: [GRAPH],
  });
  const found = claims(result.accessToken);
  assert.equal(found.tid, CUSTOMER);
  assert.ok(found.scp.includes('User.ReadWrite.All'), found.scp);
});
