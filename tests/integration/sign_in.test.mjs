// Signing in with an OpenID provider: the whole way with oidc-provider, and everything that must not come in with a
// provider of our own whose tokens are what a test wants them to be.
import assert from 'node:assert/strict';
import { createHash, createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import Provider from 'oidc-provider';
import { Described } from '../support/described.mjs';
import { World } from '../support/world.mjs';

const TENANT = '5f1c0b6e-6d0f-4c39-9f51-0f3b8f0f7a11';
const CLIENT = { id: 'lastday', secret: 'client-secret-that-is-long-enough' };

let world;
let api;
before(async () => {
  world = await World.make();
  api = await Described.of(world);
});
after(() => world.close());

async function useProvider(issuer) {
  await world.stop();
  world.env.LASTDAY_AUTH_OIDC_ISSUER = issuer;
  world.env.LASTDAY_AUTH_OIDC_CLIENT_ID = CLIENT.id;
  world.env.LASTDAY_AUTH_OIDC_CLIENT_SECRET = CLIENT.secret;
  await world.start();
}

function listen(handler) {
  return new Promise((done) => {
    const server = createServer(handler);
    server.listen(0, '127.0.0.1', () => done({ server, origin: `http://127.0.0.1:${server.address().port}` }));
  });
}

// A browser that keeps cookies and follows nothing by itself.
class Browser {
  cookies = new Map();

  async go(url, init = {}) {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(url, { redirect: 'manual', ...init, headers: { cookie, ...init.headers } });
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      if (value && !/max-age=0|expires=thu, 01 jan 1970/i.test(line)) this.cookies.set(name, value);
      else this.cookies.delete(name);
    }
    const location = answer.headers.get('location');
    return { status: answer.status, next: location && new URL(location, url).href, text: await answer.text(), lines: answer.headers.getSetCookie() };
  }

  post(url, form) {
    return this.go(url, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
  }

  me() {
    return this.go(`${world.url}/api/v1/me`);
  }
}

const keyPair = (kid) => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { kid, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' } };
};

test('without a provider there is none', async () => {
  const methods = await api.ask('GET', '/auth/methods', undefined, { authorization: '' });
  assert.deepEqual(methods.body, { password: true, oidc: null });
  assert.equal((await api.ask('GET', '/auth/oidc/start')).status, 404);
  assert.equal((await api.ask('GET', '/auth/oidc/callback')).status, 404);
});

test('a person signs in with a real provider, and out', async () => {
  const signing = keyPair('real');
  let callback;
  const { server, origin } = await listen((request, response) => callback(request, response));
  const prefix = `/${TENANT}/v2.0`;
  const people = {
    ann: { oid: 'aaaaaaaa-0000-4000-8000-000000000001', preferred_username: 'Ann@contoso.example', name: 'Ann', roles: ['technician'] },
    bob: { oid: 'aaaaaaaa-0000-4000-8000-000000000002', preferred_username: 'bob@contoso.example', name: 'Bob' },
  };
  const provider = new Provider(`${origin}${prefix}`, {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: [`${world.url}/api/v1/auth/oidc/callback`],
        token_endpoint_auth_method: 'client_secret_post',
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    jwks: { keys: [{ ...signing.privateKey.export({ format: 'jwk' }), kid: 'real', use: 'sig', alg: 'RS256' }] },
    pkce: { required: () => true },
    claims: { openid: ['sub', 'tid', 'oid', 'roles', 'preferred_username', 'name'] },
    conformIdTokenClaims: false,
    cookies: { keys: ['some key'] },
    findAccount: (_, id) => people[id] && { accountId: id, claims: () => ({ sub: id, tid: TENANT, ...people[id] }) },
  });
  callback = (request, response) => {
    request.originalUrl = request.url;
    request.url = request.url.slice(prefix.length) || '/';
    provider.callback()(request, response);
  };
  try {
    await useProvider(`${origin}${prefix}`);
    assert.equal((await api.ask('GET', '/auth/methods', undefined, { authorization: '' })).body.oidc.start, '/api/v1/auth/oidc/start');

    const signIn = async (browser, login, returnTo) => {
      let at = await browser.go(`${world.url}/api/v1/auth/oidc/start?return_to=${encodeURIComponent(returnTo)}`);
      assert.equal(at.status, 303);
      for (let i = 0; i < 12 && !at.next?.startsWith(`${world.url}/api`); i++) {
        if (at.status === 200 && at.text.includes('value="login"')) at = await browser.post(at.url, { prompt: 'login', login, password: 'x' });
        else if (at.status === 200) at = await browser.post(at.url, { prompt: 'consent' });
        else at = { url: at.next, ...(await browser.go(at.next)) };
      }
      return browser.go(at.next);
    };

    const browser = new Browser();
    const done = await signIn(browser, 'ann', '/offboardings?status=failed');
    assert.equal(done.next, `${world.url}/offboardings?status=failed`);
    const cookie = done.lines.find((line) => line.startsWith('lastday_session='));
    assert.match(cookie, /HttpOnly; SameSite=Strict/);
    assert.ok(!browser.cookies.has('lastday_flow'), 'what tied the two ends is gone');
    const me = JSON.parse((await browser.me()).text);
    assert.deepEqual([me.name, me.role, me.kind], ['ann@contoso.example', 'technician', 'account']);

    const again = await signIn(new Browser(), 'ann', '//evil.example/');
    assert.equal(again.next, `${world.url}/`, 'other places are not returned to');
    const accounts = (await api.ask('GET', '/accounts')).body.items;
    assert.equal(accounts.length, 1, 'the second sign-in finds the account of the first');
    assert.deepEqual([accounts[0].kind, accounts[0].display_name], ['external', 'Ann']);

    const refused = await signIn(new Browser(), 'bob', '/');
    assert.equal(refused.next, `${world.url}/?sign_in_error=no_role`);
    const log = (await api.ask('GET', '/logbook?what=sign_in,sign_in_failed')).body.items;
    assert.deepEqual(
      log.map((row) => [row.what, row.actor.name, row.details.method, row.details.code]),
      [
        ['sign_in_failed', 'bob@contoso.example', 'oidc', 'no_role'],
        ['sign_in', 'ann@contoso.example', 'oidc', undefined],
        ['sign_in', 'ann@contoso.example', 'oidc', undefined],
      ],
    );
    const out = await browser.go(`${world.url}/api/v1/session`, { method: 'DELETE', headers: { 'x-csrf-token': me.csrf_token } });
    assert.equal(out.status, 204);
    assert.equal((await browser.me()).status, 401);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

// --- a provider that says what a test wants ------------------------------------------------------------------

const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const first = keyPair('k1');
const second = keyPair('k2');
const stranger = keyPair('k1');

class Liar {
  static async start() {
    const liar = new Liar();
    liar.published = [first.jwk];
    liar.asked = { keys: 0, token: [] };
    Object.assign(liar, await listen((request, response) => liar.answer(request, response)));
    liar.issuer = `${liar.origin}/${TENANT}/v2.0`;
    return liar;
  }

  stop() {
    this.server.close();
    this.server.closeAllConnections();
  }

  async answer(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const send = (status, body) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    if (request.url.endsWith('/.well-known/openid-configuration'))
      return send(200, {
        issuer: this.issuer,
        authorization_endpoint: `${this.issuer}/authorize`,
        token_endpoint: `${this.issuer}/token`,
        jwks_uri: `${this.issuer}/keys`,
      });
    if (request.url.endsWith('/keys')) {
      this.asked.keys++;
      return send(200, { keys: this.published });
    }
    const form = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
    this.asked.token.push(form);
    return this.refusal ? send(400, this.refusal) : send(200, { token_type: 'Bearer', id_token: this.token });
  }

  claims(more = {}) {
    const now = Math.floor(Date.now() / 1000);
    return {
      iss: this.issuer, aud: CLIENT.id, iat: now, nbf: now, exp: now + 600, tid: TENANT, sub: 'subject', nonce: this.nonce,
      oid: 'bbbbbbbb-0000-4000-8000-000000000001', preferred_username: 'carol@contoso.example', roles: ['approver'], ...more,
    };
  }

  sign(claims, { key = first, header = {} } = {}) {
    const text = `${part({ alg: 'RS256', typ: 'JWT', kid: key.kid, ...header })}.${part(claims)}`;
    return `${text}.${createSign('RSA-SHA256').update(text).sign(key.privateKey, 'base64url')}`;
  }

  // A sign-in up to its end: where the browser is sent, and the browser.
  async signIn(makeToken, { state, browser = new Browser(), query = {} } = {}) {
    const begun = await browser.go(`${world.url}/api/v1/auth/oidc/start`);
    assert.equal(begun.status, 303);
    const sent = new URL(begun.next).searchParams;
    this.nonce = sent.get('nonce');
    this.sent = sent;
    this.token = makeToken(this);
    const back = new URLSearchParams({ code: 'the-code', state: state ?? sent.get('state'), ...query });
    const end = await browser.go(`${world.url}/api/v1/auth/oidc/callback?${back}`);
    return { place: end.next?.replace(world.url, ''), browser, status: end.status };
  }
}

test('forged, old and foreign tokens do not come in, good ones do', async () => {
  const liar = await Liar.start();
  try {
    await useProvider(liar.issuer);
    const good = await liar.signIn((one) => one.sign(one.claims()));
    assert.equal(good.place, '/');
    assert.equal(JSON.parse((await good.browser.me()).text).role, 'approver');

    // What went there is what the RFCs ask for.
    const { sent } = liar;
    assert.equal(sent.get('response_type'), 'code');
    assert.equal(sent.get('code_challenge_method'), 'S256');
    assert.match(sent.get('scope'), /\bopenid\b/);
    const [form] = liar.asked.token;
    assert.equal(createHash('sha256').update(form.code_verifier).digest('base64url'), sent.get('code_challenge'));
    assert.deepEqual([form.code, form.client_secret, form.redirect_uri], ['the-code', CLIENT.secret, `${world.url}/api/v1/auth/oidc/callback`]);

    const now = Math.floor(Date.now() / 1000);
    const hmac = (one) => {
      const text = `${part({ alg: 'HS256', typ: 'JWT', kid: 'k1' })}.${part(one.claims())}`;
      return `${text}.${createHmac('sha256', JSON.stringify(first.jwk)).update(text).digest('base64url')}`;
    };
    const refused = {
      'alg none': (one) => `${part({ alg: 'none', kid: 'k1' })}.${part(one.claims())}.`,
      'the published key as a secret': hmac,
      'another key under the same id': (one) => one.sign(one.claims(), { key: stranger }),
      'a key that was never published': (one) => one.sign(one.claims(), { key: keyPair('k9') }),
      'changed claims': (one) => one.sign(one.claims()).replace(/\.[^.]+\./, `.${part(one.claims({ roles: ['admin'] }))}.`),
      'another audience': (one) => one.sign(one.claims({ aud: 'another' })),
      'another issuer': (one) => one.sign(one.claims({ iss: 'https://login.example' })),
      'another tenant': (one) => one.sign(one.claims({ tid: '00000000-0000-4000-8000-000000000000' })),
      'another sign-in': (one) => one.sign(one.claims({ nonce: 'another' })),
      'no token': () => undefined,
      garbage: () => 'garbage',
    };
    for (const [what, makeToken] of Object.entries(refused)) {
      const { place, browser } = await liar.signIn(makeToken);
      assert.match(place, /^\/\?sign_in_error=(not_accepted|provider_failed)$/, what);
      assert.equal((await browser.me()).status, 401, what);
    }
    assert.equal((await liar.signIn((one) => one.sign(one.claims({ exp: now - 301 })))).place, '/?sign_in_error=clock');
    assert.equal((await liar.signIn((one) => one.sign(one.claims({ nbf: now + 400 })))).place, '/?sign_in_error=clock');
    assert.equal((await liar.signIn((one) => one.sign(one.claims({ roles: undefined })))).place, '/?sign_in_error=no_role');
    liar.refusal = { error: 'invalid_grant', error_description: 'used' };
    assert.equal((await liar.signIn((one) => one.sign(one.claims()))).place, '/?sign_in_error=expired');
    liar.refusal = { error: 'invalid_client' };
    assert.equal((await liar.signIn((one) => one.sign(one.claims()))).place, '/?sign_in_error=failed');
    liar.refusal = undefined;
    assert.equal((await api.ask('GET', '/accounts')).body.items.filter((one) => one.username.startsWith('carol')).length, 1);
    assert.ok(!world.log.includes(CLIENT.secret) && !world.log.includes('the-code'), 'no secret in the log');
  } finally {
    liar.stop();
  }
});

test('the answer belongs to the browser that began', async () => {
  const liar = await Liar.start();
  try {
    await useProvider(liar.issuer);
    const token = (one) => one.sign(one.claims());
    assert.equal((await liar.signIn(token, { state: 'another' })).place, '/?sign_in_error=expired');
    const tokens = liar.asked.token.length;
    const victim = new Browser(); // sent here with somebody else's answer
    const end = await victim.go(`${world.url}/api/v1/auth/oidc/callback?code=x&state=${liar.sent.get('state')}`);
    assert.equal(end.next, `${world.url}/?sign_in_error=expired`);
    const forged = new Browser();
    forged.cookies.set('lastday_flow', 'bm90IHNlYWxlZCBieSB1cw');
    assert.equal((await forged.go(`${world.url}/api/v1/auth/oidc/callback?code=x&state=y`)).next, `${world.url}/?sign_in_error=expired`);
    assert.equal(liar.asked.token.length, tokens, 'the code was not even redeemed');
    const denied = await liar.signIn(token, { query: { error: 'access_denied', error_description: '<script>' } });
    assert.equal(denied.place, '/?sign_in_error=refused');
  } finally {
    liar.stop();
  }
});

test('keys that roll are found once, and not asked for at every turn', async () => {
  const liar = await Liar.start();
  try {
    await useProvider(liar.issuer);
    assert.equal((await liar.signIn((one) => one.sign(one.claims()))).place, '/');
    assert.equal((await liar.signIn((one) => one.sign(one.claims()))).place, '/');
    assert.equal(liar.asked.keys, 1, 'the keys are kept');
    liar.published = [first.jwk, second.jwk];
    assert.equal((await liar.signIn((one) => one.sign(one.claims(), { key: second }))).place, '/');
    assert.equal(liar.asked.keys, 2);
    for (let i = 0; i < 3; i++)
      assert.equal((await liar.signIn((one) => one.sign(one.claims(), { key: keyPair(`u${i}`) }))).place, '/?sign_in_error=not_accepted');
    assert.equal(liar.asked.keys, 2, 'unknown ids do not make us ask again and again');
  } finally {
    liar.stop();
  }
});

test('a provider that is away or another sends the browser back with a word', async () => {
  const liar = await Liar.start();
  await useProvider(liar.issuer);
  liar.stop();
  const away = await new Browser().go(`${world.url}/api/v1/auth/oidc/start`);
  assert.equal(away.next, `${world.url}/?sign_in_error=provider_unreachable`);
  const other = await Liar.start();
  try {
    await useProvider(`${other.origin}/organizations/v2.0`); // calls itself something else
    const named = await new Browser().go(`${world.url}/api/v1/auth/oidc/start`);
    assert.equal(named.next, `${world.url}/?sign_in_error=failed`);
    assert.match(world.log, /calls itself/);
  } finally {
    other.stop();
  }
});

test('plain http to elsewhere, or half a configuration, stops the start', async () => {
  await world.stop();
  const serve = (settings) => {
    const saved = { ...world.env };
    Object.assign(world.env, settings);
    return world.run(['serve']).finally(() => (world.env = saved));
  };
  const plain = await serve({ LASTDAY_AUTH_OIDC_ISSUER: 'http://login.example/x' });
  assert.equal(plain.code, 4);
  assert.match(plain.stderr, /https/);
  const half = await serve({ LASTDAY_AUTH_OIDC_ISSUER: 'https://login.example/x', LASTDAY_AUTH_OIDC_CLIENT_ID: '' });
  assert.equal(half.code, 4);
  assert.match(half.stderr, /oidc_client_id/);
});
