// What the client tests share: where the simulator is, the application that it knows, and its control.
import { ConfidentialClientApplication } from '@azure/msal-node';

import { CLIENT_ID, HOME } from './state.mjs';

export const address = process.env.M365SIM_URL;
const host = new URL(address).host;

export async function control(method, path, body) {
  const answer = await fetch(`${address}/_sim/${path}`, {
    method,
    body: body === undefined ? undefined : JSON.stringify(body),
    headers: { 'Content-Type': 'application/json' },
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} /_sim/${path}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : undefined;
}

export function confidentialClient(credential, tenant = HOME) {
  return new ConfidentialClientApplication({
    auth: {
      clientId: CLIENT_ID,
      authority: `${address}/login/${tenant}`,
      knownAuthorities: [host],
      ...credential,
    },
  });
}

/** The requests that the simulator has received from here on. */
export async function requestsDuring(work) {
  const { last_id: since } = await control('GET', 'requests');
  const result = await work();
  const { items } = await control('GET', `requests?since=${since ?? 0}`);
  return { result, items };
}
