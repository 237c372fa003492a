// Serves web/dist as Belay serves it, with the same headers, and passes everything else on to a real Belay. Once Belay itself serves the
// page, `direct` uses that.
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.json': 'application/json', '.svg': 'image/svg+xml', '.png': 'image/png', '.ico': 'image/x-icon', '.woff2': 'font/woff2', '.txt': 'text/plain', '.webmanifest': 'application/manifest+json' };
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data: blob:; connect-src 'self'; frame-ancestors 'none'";
const docsPolicy = policy.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'");

async function file(name) {
  if (name === '/') return 'index.html';
  if (name === '/docs') return 'docs.html';
  return /^\/assets\/[\w.-]+$/.test(name) ? name.slice(1) : undefined;
}

export class PageServer {
  constructor(belay) {
    this.belay = belay; // {port}; 0 while it is down
    this.sockets = new Set();
    this.isDown = false;
  }

  async start() {
    this.server = http.createServer((request, response) => void this.answer(request, response));
    this.server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
    this.server.on('upgrade', (request, socket, head) => this.upgrade(request, socket, head));
    await new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.port = this.server.address().port;
    return this;
  }

  get origin() {
    return `http://127.0.0.1:${this.port}`;
  }

  async answer(request, response) {
    const { pathname } = new URL(request.url, 'http://localhost');
    const name = await file(pathname);
    if (name && request.method === 'GET') {
      try {
        const bytes = await readFile(path.join(dist, name));
        response.writeHead(200, {
          'content-type': types[path.extname(name)],
          'content-security-policy': name === 'docs.html' ? docsPolicy : policy,
          'x-content-type-options': 'nosniff',
          'referrer-policy': 'no-referrer',
          'cache-control': name.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
        });
        return response.end(bytes);
      } catch {
        response.writeHead(404);
        return response.end();
      }
    }
    if (this.belay.port === 0) return response.destroy();
    const upstream = http.request({ host: '127.0.0.1', port: this.belay.port, method: request.method, path: request.url, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
      answer.on('error', () => response.destroy());
      answer.on('aborted', () => response.destroy());
    });
    upstream.on('error', () => response.destroy());
    response.on('close', () => upstream.destroy());
    request.pipe(upstream);
  }

  upgrade(request, socket, head) {
    if (this.belay.port === 0) return socket.destroy();
    const upstream = net.connect(this.belay.port, '127.0.0.1', () => {
      const lines = [`${request.method} ${request.url} HTTP/1.1`];
      for (let i = 0; i < request.rawHeaders.length; i += 2) lines.push(`${request.rawHeaders[i]}: ${request.rawHeaders[i + 1]}`);
      upstream.write(`${lines.join('\r\n')}\r\n\r\n`);
      upstream.write(head);
      upstream.pipe(socket);
      socket.pipe(upstream);
    });
    this.sockets.add(upstream);
    upstream.on('close', () => this.sockets.delete(upstream));
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
    socket.on('close', () => upstream.destroy());
  }

  async stop() {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
