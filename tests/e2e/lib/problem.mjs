// X9: errors outside a stream are application/problem+json with a stable code.
import assert from 'node:assert/strict';

// answer: a response of lib/http.mjs or lib/raw.mjs. code: null accepts any code.
export function assertProblem(answer, status, code, { field } = {}) {
  const header = (name) => (answer.headers instanceof Map ? answer.headers.get(name) : answer.headers[name]);
  const text = answer.text ?? answer.body;
  assert.equal(answer.status, status, `status ${status}, not ${answer.status}: ${text}`);
  assert.match(header('content-type') ?? '', /^application\/problem\+json\b/);
  const body = JSON.parse(text);
  assert.equal(body.status, status);
  if (code === null) assert.match(body.code, /^[a-z_]+$/, text);
  else assert.equal(body.code, code, text);
  assert.equal(typeof body.title, 'string');
  assert.ok(body.detail?.length > 0, 'a detail says what to change');
  if (field !== undefined) assert.equal(body.field, field, text);
  // These errors do not go away with time.
  const final = body.code === 'session_used_up' || body.code === 'quota_exceeded';
  if ((status === 429 || status === 503) && !final)
    assert.match(header('retry-after') ?? '', /^[1-9]\d*$/, 'Retry-After in whole seconds');
  return body;
}
