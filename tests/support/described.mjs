// Checks answers against openapi.yaml as the running server shows it: what it answers must be what it describes.
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import assert from 'node:assert/strict';

export class Described {
  static async of(world) {
    const described = new Described();
    described.world = world;
    described.api = await (await fetch(`${world.url}/api/v1/openapi.json`)).json();
    described.ajv = addFormats(new Ajv2020({ strict: false, allErrors: true }));
    described.ajv.addSchema(described.api, 'api');
    return described;
  }

  // The description of a path such as /tenants/contoso.com/health.
  find(path) {
    const parts = `/api/v1${path}`.split('?')[0].split('/');
    const fits = (template) => {
      const pieces = template.split('/');
      return pieces.length === parts.length && pieces.every((piece, i) => piece.startsWith('{') || piece === parts[i]);
    };
    const exact = Object.keys(this.api.paths).filter(fits);
    exact.sort((a, b) => a.split('{').length - b.split('{').length);
    assert.ok(exact.length, `${path} is not described`);
    return exact[0];
  }

  check(method, path, status, body) {
    const template = this.find(path);
    const pointer = (text) => text.replaceAll('~', '~0').replaceAll('/', '~1');
    const operation = this.api.paths[template][method.toLowerCase()];
    assert.ok(operation, `${method} ${template} is not described`);
    let response = operation.responses[status];
    assert.ok(response, `${method} ${template} does not describe ${status}: ${JSON.stringify(body)}`);
    let at = `#/paths/${pointer(template)}/${method.toLowerCase()}/responses/${status}`;
    if (response.$ref) {
      at = response.$ref;
      response = at.slice(2).split('/').reduce((value, key) => value[key], this.api);
    }
    const type = Object.keys(response.content ?? {}).find((name) => name.endsWith('json'));
    if (!type) return assert.equal(body, null, `${method} ${path} answers ${status} with a body`);
    const validate = this.ajv.compile({ $ref: `api${at}/content/${pointer(type)}/schema` });
    assert.ok(validate(body), `${method} ${path} ${status}: ${JSON.stringify(validate.errors?.slice(0, 5))}\n${JSON.stringify(body)?.slice(0, 2000)}`);
  }

  // As world.raw, checked: { status, body, etag, headers }.
  async ask(method, path, body, headers) {
    const answer = await this.world.raw(method, path, body, headers);
    const text = await answer.text();
    const value = text ? JSON.parse(text) : null;
    this.check(method, path, answer.status, value);
    return { status: answer.status, body: value, etag: answer.headers.get('etag'), headers: answer.headers };
  }
}
