// Certificates for the server under test, made by openssl in a directory that is removed at the end.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

// An authority, and certificates of 127.0.0.1 and localhost that it signs.
export class Authority {
  static async make(t) {
    const home = await mkdtemp(path.join(tmpdir(), 'belay-e2e-tls-'));
    t.after(() => rm(home, { recursive: true, force: true }));
    const authority = new Authority(home);
    await authority.openssl('req', '-x509', ...newKey('ca.key'), '-out', 'ca.pem', '-days', '2', '-subj', '/CN=e2e authority');
    authority.pem = await readFile(authority.path('ca.pem'), 'utf8');
    return authority;
  }

  constructor(home) {
    this.home = home;
    this.serial = 0;
  }

  path(name) {
    return path.join(this.home, name);
  }

  openssl(...args) {
    return run('openssl', args, { cwd: this.home });
  }

  // Writes NAME.pem and NAME.key over what is there. {cert, key, ca, serial}: the paths, the authority as PEM, the number.
  async certify(name) {
    const serial = ++this.serial;
    await this.openssl('req', '-new', ...newKey(`${name}.key`), '-out', `${name}.csr`, '-subj', `/CN=${name}`);
    await writeFile(this.path('names'), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
    const signing = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-set_serial', String(serial), '-extfile', 'names', '-days', '2'];
    await this.openssl('x509', '-req', '-in', `${name}.csr`, ...signing, '-out', `${name}.pem`);
    return { cert: this.path(`${name}.pem`), key: this.path(`${name}.key`), ca: this.pem, serial };
  }

  // Writes the authority's OCSP response about NAME.pem. Returns its path.
  async respond(name) {
    const [{ stdout: serial }, { stdout: expires }] = await Promise.all([
      this.openssl('x509', '-in', `${name}.pem`, '-noout', '-serial'),
      this.openssl('x509', '-in', `${name}.pem`, '-noout', '-enddate', '-dateopt', 'iso_8601'),
    ]);
    const digits = serial.trim().split('=')[1];
    const date = expires.trim().split('=')[1].replace(/[-: ]/g, '').slice(2);
    await writeFile(this.path('index'), `V\t${date}\t\t${digits}\tunknown\t/CN=${name}\n`);
    const about = ['-issuer', 'ca.pem', '-cert', `${name}.pem`];
    await this.openssl('ocsp', ...about, '-reqout', `${name}.request`, '-no_nonce');
    const signer = ['-index', 'index', '-CA', 'ca.pem', '-rsigner', 'ca.pem', '-rkey', 'ca.key', '-ndays', '1'];
    await this.openssl('ocsp', ...signer, '-reqin', `${name}.request`, '-respout', `${name}.ocsp`);
    return this.path(`${name}.ocsp`);
  }
}

function newKey(file) {
  return ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', file];
}
