// `belay backup` and `belay restore` as tests use them, and the checks of what they leave.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { belay } from './server.mjs';

// Runs the command, which must succeed. Returns what it printed.
async function succeed(args) {
  const { code, signal, stdout, stderr } = await belay(args);
  assert.equal(code, 0, `belay ${args.join(' ')}: ${signal ?? code}: ${stderr}`);
  assert.equal(stderr, '');
  return stdout;
}

export function backUp(dataDir, to) {
  return succeed(['backup', to, '--data', dataDir]);
}

export function restore(backup, dataDir) {
  return succeed(['restore', backup, '--data', dataDir]);
}

export function check(backup) {
  return succeed(['restore', '--check', backup]);
}

// Runs the command, which must be refused. Returns the reason.
export async function refusal(args) {
  const { code, stdout, stderr } = await belay(args);
  assert.equal(code, 1, `belay ${args.join(' ')}: ${stdout}${stderr}`);
  assert.equal(stdout, '');
  return stderr;
}

export async function manifestOf(backup) {
  return JSON.parse(await readFile(path.join(backup, 'belay-backup.json'), 'utf8'));
}

// Whether the data directory has every file of the backup, unchanged.
export async function hasAllOf(dataDir, backup) {
  for (const file of (await manifestOf(backup)).files) {
    const bytes = await readFile(path.join(dataDir, file.path)).catch(() => null);
    if (bytes === null || createHash('sha256').update(bytes).digest('hex') !== file.sha256) return false;
  }
  return true;
}
