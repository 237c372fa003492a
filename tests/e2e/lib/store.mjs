// Reads what the server has stored, directly from its database file. src/storage/sqlite/schema.cpp describes the tables.
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

// The rows of a query over DATA_DIR/belay.db. Uses the sqlite3 command, or Python's module if there is no such command.
async function query(dataDir, sql) {
  const file = `file:${path.join(dataDir, 'belay.db')}?mode=ro`;
  const options = { maxBuffer: 512 << 20 };
  try {
    const { stdout } = await run('sqlite3', ['-readonly', '-json', '-cmd', '.timeout 5000', file, sql], options);
    return stdout.trim() === '' ? [] : JSON.parse(stdout);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  const script = `
import json, sqlite3, sys
rows = sqlite3.connect(sys.argv[1], uri=True, timeout=5)
rows.row_factory = sqlite3.Row
print(json.dumps([dict(row) for row in rows.execute(sys.argv[2])]))`;
  return JSON.parse((await run('python3', ['-c', script, file, sql], options)).stdout);
}

// Sets a user's tier, as an operator does.
export async function setTier(dataDir, user, tier) {
  const script = `
import sqlite3, sys
rows = sqlite3.connect(sys.argv[1], timeout=5)
with rows: rows.execute('INSERT INTO users (name, tier, changed) VALUES (?, ?, 0)', sys.argv[2:4])`;
  await run('python3', ['-c', script, path.join(dataDir, 'belay.db'), user, tier]);
}

const roles = [null, 'user', 'assistant'];
const states = [null, 'queued', 'running', 'completed', 'failed', 'cancelled', 'interrupted'];

// All messages, oldest first: [{run, role, content, state}].
export async function storedMessages(dataDir) {
  const rows = await query(
    dataDir,
    'SELECT run_id AS run, role, state, hex(content) AS content FROM messages ORDER BY id',
  );
  return rows.map((row) => ({
    ...row,
    role: roles[row.role],
    content: Buffer.from(row.content, 'hex').toString('utf8'),
  }));
}

// The settled runs, in the order of their ids: [{run, state, last, textBytes}].
export async function settledRuns(dataDir) {
  const rows = await query(
    dataDir,
    'SELECT run_id AS run, state, last, text_bytes AS textBytes FROM runs ORDER BY run_id',
  );
  return rows.map((row) => ({ ...row, state: states[row.state] }));
}

// The ids of the runs that were charged. A run that was charged twice is listed twice.
export async function chargedRuns(dataDir) {
  return (await query(dataDir, 'SELECT run_id AS run FROM ledger ORDER BY run_id')).map((row) => row.run);
}

// What each run was charged, in the order of the runs: [{run, user, source, cost}]. `cost` is in billionths (1e-9) of a dollar.
export async function ledger(dataDir) {
  const sources = [null, 'generated', 'shared', 'cached', 'ready', 'stale'];
  const rows = await query(dataDir, 'SELECT run_id AS run, user, source, cost FROM ledger ORDER BY run_id');
  return rows.map((row) => ({ ...row, source: sources[row.source] }));
}

// What SQLite finds wrong with the database: ['ok'] if nothing.
export async function integrity(dataDir) {
  return (await query(dataDir, 'PRAGMA integrity_check')).map((row) => row.integrity_check);
}
