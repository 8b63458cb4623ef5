// The tenants of these tests, small enough to be read at a glance.

export const CLIENT_ID = 'aaaaaaaa-0000-4000-8000-000000000001';
export const SECRET = 's3cret~with+odd/signs=';
export const REFRESH_TOKEN = '0.Apartner-of-the-client-tests';
export const HOME = '11111111-1111-4111-8111-111111111111';
export const CUSTOMER = '22222222-2222-4222-8222-222222222222';
export const GRAPH_ROLES = ['User.ReadWrite.All', 'Group.ReadWrite.All', 'Directory.ReadWrite.All'];
const USER_COUNT = 20;

export function userOf(number) {
  const digits = String(number).padStart(12, '0');
  const name = `user${number}`;
  return {
    id: `33333333-3333-4333-8333-${digits}`,
    userPrincipalName: `${name}@contoso.com`,
    displayName: `User ${number}`,
    mail: `${name}@contoso.com`,
    mailNickname: name,
    accountEnabled: true,
    userType: 'Member',
  };
}

export const users = Array.from({ length: USER_COUNT }, (_, index) => userOf(index + 1));

function tenant(id, name, { certificate, refreshTokens = [], people = [] }) {
  return {
    id,
    display_name: name,
    default_domain: `${name.toLowerCase()}.com`,
    initial_domain: `${name.toLowerCase()}.onmicrosoft.com`,
    apps: [
      {
        client_id: CLIENT_ID,
        secret: SECRET,
        // The whole certificate, not its thumbprint: the simulator then checks signatures too.
        certificates: [certificate],
        refresh_tokens: refreshTokens,
        graph_roles: GRAPH_ROLES,
        exchange_roles: ['Exchange.ManageAsApp'],
        sharepoint_roles: ['Sites.FullControl.All'],
        directory_roles: ['Exchange Administrator', 'User Administrator'],
      },
    ],
    skus: [],
    users: Object.fromEntries(people.map((user) => [user.id, user])),
    deleted_users: {},
    groups: {},
    mailboxes: {},
    sites: {},
  };
}

export function makeState(certificate) {
  return {
    tenants: {
      [HOME]: tenant(HOME, 'Contoso', { certificate, refreshTokens: [REFRESH_TOKEN], people: users }),
      [CUSTOMER]: tenant(CUSTOMER, 'Fabrikam', { certificate }),
    },
    operations: {},
  };
}
