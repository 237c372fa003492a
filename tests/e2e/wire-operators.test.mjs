// Every byte of the operators' API, held against wire/operators.txt.
import { table } from './lib/config.mjs';
import { tokenOf, withOperators } from './lib/operators.mjs';
import { unknownId } from './lib/assistant.mjs';
import { scripted } from './lib/wire/configuration.mjs';
import { recorded } from './lib/wire/wire.mjs';

const bearer = (token) => ({ Authorization: `Bearer ${token}` });
const olga = bearer(tokenOf('olga', { roles: ['operator'] }));
const ann = bearer(tokenOf('ann'));

const { env } = withOperators();
const options = scripted({
  dev: false,
  more: [table('[[auth.keys]]', { env: 'E2E_KEY', alg: 'HS256' }), table('[auth]', { max_revocations: 2 })].join('\n'),
  env,
});

recorded('operators', "the operators' API", options, async (wire) => {
  const ask = (title, request, more = {}) => wire.send(title, request, { headers: olga, ...more });
  const all = [
    'GET /api/admin/users',
    'GET /api/admin/users/ann',
    'PATCH /api/admin/users/ann',
    'GET /api/admin/users/ann/usage',
    'GET /api/admin/usage',
    'GET /api/admin/runs',
    `DELETE /api/admin/runs/${unknownId}`,
    'GET /api/admin/revocations',
    'POST /api/admin/revocations',
    'DELETE /api/admin/revocations?user=ann',
    'POST /api/admin/users/nobody/erase',
    'GET /api/admin/audit',
    'GET /api/admin/uploads/rotation',
    'POST /api/admin/uploads/rotation',
    'POST /api/admin/users/ann/climbs',
  ];
  for (const request of all) {
    const json = /^P/.test(request) ? {} : undefined;
    await wire.send('Not signed in', request, { json });
    await wire.send('A user', request, { headers: ann, json });
  }
  await ask('Through a proxy', 'GET /api/admin/users', { headers: { ...olga, Via: '1.1 proxy' } });

  await ask('A user is erased', 'POST /api/admin/users/nobody/erase');
  await ask('Nobody yet', 'GET /api/admin/users');
  await ask('An unknown user', 'GET /api/admin/users/ann');
  await ask('A tier and a phase', 'PATCH /api/admin/users/ann', { json: { tier: 'Premium', phase: 'tracking' } });
  await ask('The phase is removed', 'PATCH /api/admin/users/ann', { json: { phase: null } });
  await ask('An unknown tier', 'PATCH /api/admin/users/ann', { json: { tier: 'gold' } });
  await ask('An unknown field', 'PATCH /api/admin/users/ann', { json: { tire: 'pro' } });
  await ask('Too long', 'PATCH /api/admin/users/ann', { json: { tier: 'x'.repeat(4096) } });
  await ask('No JSON', 'PATCH /api/admin/users/ann', { headers: { ...olga, 'Content-Type': 'text/plain' }, body: 'pro' });
  await ask('The user', 'GET /api/admin/users/ann');
  await ask('The users', 'GET /api/admin/users?q=a&limit=1');
  await ask('A wrong limit', 'GET /api/admin/users?limit=0');

  await ask('No key to encrypt uploads with', 'POST /api/admin/uploads/rotation');
  await ask('Nothing to encrypt again', 'GET /api/admin/uploads/rotation');
  await ask('Climbs are imported', 'POST /api/admin/users/ann/climbs', { json: { climbs: [{ grade: 'V5' }] } });
  await ask('No climbs', 'POST /api/admin/users/ann/climbs', { json: { climbs: 7 } });
  await ask('Too many', 'POST /api/admin/users/ann/climbs', { json: { climbs: [{ note: 'x'.repeat(2 << 20) }] } });

  await ask('Nothing was used', 'GET /api/admin/usage');
  await ask('In a range of time', 'GET /api/admin/usage?from=2026-01-01&to=2026-02-01&by=day');
  await ask('By something unknown', 'GET /api/admin/usage?by=hour');
  await ask('Nothing was used by a user', 'GET /api/admin/users/ann/usage');
  await ask('By something unknown', 'GET /api/admin/users/ann/usage?by=hour');

  await ask('Nothing runs', 'GET /api/admin/runs');
  await ask('A wrong cursor', 'GET /api/admin/runs?cursor=x');
  await ask('An unknown run', `DELETE /api/admin/runs/${unknownId}`);
  await ask('No run', 'DELETE /api/admin/runs/x');
  const { json } = await wire.send('Something is asked', 'POST /assistant/request', {
    headers: ann,
    json: { prompt: 'three pieces', mode: 'chat' },
  });
  await wire.send('It is answered', `GET /assistant/stream/${json.request_id}`, { headers: ann });
  await ask('A run that has ended', `DELETE /api/admin/runs/${json.request_id}`);

  await ask('No revocation', 'GET /api/admin/revocations');
  await ask('Of a user', 'POST /api/admin/revocations', { json: { user: 'ann', reason: 'a laptop was lost' } });
  await ask('Of a token', 'POST /api/admin/revocations', { json: { token_id: 'jti-1', expires_in: 60 } });
  await ask('Too many', 'POST /api/admin/revocations', { json: { user: 'bob' } });
  await ask('Of what?', 'POST /api/admin/revocations', { json: {} });
  await ask('Too long', 'POST /api/admin/revocations', { json: { user: 'x'.repeat(4096) } });
  await ask('No JSON', 'POST /api/admin/revocations', { headers: { ...olga, 'Content-Type': 'text/plain' }, body: 'ann' });
  await ask('The revocations', 'GET /api/admin/revocations');
  await ask('A wrong cursor', 'GET /api/admin/revocations?cursor=x');
  await wire.send('The user', 'GET /assistant/stream/' + json.request_id, { headers: ann });
  await ask('It is lifted', 'DELETE /api/admin/revocations?user=ann');
  await ask('Once more', 'DELETE /api/admin/revocations?user=ann');
  await ask('Of what?', 'DELETE /api/admin/revocations');

  await ask('The audit log', 'GET /api/admin/audit');
  await ask('A page of it', 'GET /api/admin/audit?target=ann&action=user.change&limit=1');
  await ask('A wrong cursor', 'GET /api/admin/audit?cursor=x');
});

recorded(
  'operators-uploads',
  "the operators' API: keys of uploads",
  { ...options, config: `${options.config}\n${table('[[uploads.keys]]', { id: 'k1', env: 'E2E_UPLOAD_KEY' })}`, env: { ...env, E2E_UPLOAD_KEY: Buffer.from('a key of 32 bytes for this test.').toString('base64') } },
  async (wire) => {
    await wire.send('All is encrypted', 'POST /api/admin/uploads/rotation', { headers: olga });
    await wire.until('it has ended', 'GET /api/admin/uploads/rotation', olga, ({ json }) => json.running === false);
    await wire.send('Nothing is left', 'GET /api/admin/uploads/rotation', { headers: olga });
  },
);

recorded(
  'operators-elsewhere',
  "the operators' API: the product knows its users",
  { ...options, settings: { ...options.settings, 'context.url': 'http://127.0.0.1:9/users/{user}' } },
  async (wire) => {
    await wire.send('Climbs are not imported here', 'POST /api/admin/users/ann/climbs', { headers: olga, json: { climbs: [{ grade: 'V5' }] } });
  },
);
