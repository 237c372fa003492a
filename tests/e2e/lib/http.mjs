// One HTTP request and its response, on a connection of its own. A kept-alive connection would outlive a server that the test
// kills.
import http from 'node:http';
import https from 'node:https';
import { secured } from './connect.mjs';
import { slowness } from './deadline.mjs';

export function call(port, method, path, { headers = {}, json, body, deadline = 15000 } = {}) {
  const payload = json === undefined ? body : JSON.stringify(json);
  const all = { ...headers };
  if (json !== undefined) all['content-type'] ??= 'application/json';
  if (payload !== undefined) all['content-length'] = Buffer.byteLength(payload);
  return new Promise((resolve, reject) => {
    const ca = secured.get(port);
    const { request: send } = ca === undefined ? http : https;
    const request = send({ host: '127.0.0.1', port, method, path, headers: all, agent: false, ca }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        clearTimeout(timer);
        const text = Buffer.concat(chunks).toString('utf8');
        const isJson = /[/+]json/.test(response.headers['content-type'] ?? '');
        resolve({
          status: response.statusCode,
          headers: response.headers,
          text,
          json: isJson ? JSON.parse(text) : undefined,
        });
      });
    });
    const timer = setTimeout(() => {
      request.destroy(new Error(`no answer to ${method} ${path} within ${deadline * slowness} ms`));
    }, deadline * slowness);
    request.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    request.end(payload);
  });
}
