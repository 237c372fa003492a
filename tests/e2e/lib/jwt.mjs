// Makes valid and invalid JSON Web Tokens.
import { constants, createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';

const encode = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

// A key that Node has just generated shares a lock with the job that made it. If the garbage collector removes the job while
// the key is exported, that lock is taken twice and the process hangs for ever (Node 20.20). Keys that were read have no job.
function pairOf(type, options) {
  const pair = generateKeyPairSync(type, {
    ...options,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return { pem: pair.publicKey, publicKey: createPublicKey(pair.publicKey), privateKey: createPrivateKey(pair.privateKey) };
}

const rsa = () => pairOf('rsa', { modulusLength: 2048 });
const makePair = {
  RS256: rsa,
  PS256: rsa,
  ES256: () => pairOf('ec', { namedCurve: 'P-256' }),
  EdDSA: () => pairOf('ed25519'),
};

export function newKey(algorithm) {
  if (algorithm === 'HS256') return { algorithm, secret: 'a secret of more than thirty-two bytes, for tests' };
  const { pem, publicKey, privateKey } = makePair[algorithm]();
  return { algorithm, privateKey, pem, jwk: { ...publicKey.export({ format: 'jwk' }), alg: algorithm } };
}

function signature(key, input) {
  switch (key.algorithm) {
    case 'HS256':
      return createHmac('sha256', key.secret).update(input).digest();
    case 'ES256':
      return sign('sha256', Buffer.from(input), { key: key.privateKey, dsaEncoding: 'ieee-p1363' });
    case 'EdDSA':
      return sign(null, Buffer.from(input), key.privateKey);
    case 'PS256':
      return sign('sha256', Buffer.from(input), {
        key: key.privateKey,
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
      });
    default:
      return sign('sha256', Buffer.from(input), key.privateKey);
  }
}

// A token with these `claims`, valid for five minutes unless the claims say otherwise. If `claims` is a string, it is used as
// the payload without changes.
export function token(key, claims = {}, header = {}) {
  const now = Math.floor(Date.now() / 1000);
  const payload = typeof claims === 'string' ? claims : { sub: 'alice', iat: now, exp: now + 300, ...claims };
  const input = `${encode({ alg: key.algorithm, typ: 'JWT', ...header })}.${encode(payload)}`;
  return `${input}.${signature(key, input).toString('base64url')}`;
}

// A token without a signature, whose header says so (alg "none").
export function unsigned(claims = {}, alg = 'none') {
  const now = Math.floor(Date.now() / 1000);
  return `${encode({ alg, typ: 'JWT' })}.${encode({ sub: 'alice', iat: now, exp: now + 300, ...claims })}.`;
}
