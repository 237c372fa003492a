// TLS as such: what a handshake shows of the server, and connections that stop in the middle of one.
import net from 'node:net';
import tls from 'node:tls';
import { within } from './deadline.mjs';
import { secured } from './connect.mjs';

// Opens a connection. The socket, after its handshake.
export async function open(port, options = {}) {
  const socket = tls.connect({ port, host: '127.0.0.1', ca: secured.get(port), servername: 'localhost', ...options });
  const done = new Promise((resolve, reject) => {
    socket.on('secureConnect', resolve);
    socket.on('error', reject);
  });
  await within(15000, 'the handshake is done', done);
  return socket;
}

// The server's certificate.
export async function peer(port) {
  const socket = await open(port);
  const certificate = socket.getPeerCertificate();
  socket.destroy();
  return certificate;
}

// Connects with a ticket, and has one request answered: then the server's tickets have arrived too. {reused, ticket}: whether
// the ticket was accepted, and the newest one.
export async function resume(port, session) {
  const socket = tls.connect({ port, host: '127.0.0.1', ca: secured.get(port), servername: 'localhost', session });
  let ticket = session;
  socket.on('session', (newest) => (ticket = newest));
  const answered = new Promise((resolve, reject) => socket.once('data', resolve).once('error', reject));
  socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await within(15000, 'the server answers', answered);
  const reused = socket.isSessionReused();
  socket.destroy();
  return { reused, ticket };
}

// The beginning of a ClientHello of 512 bytes.
export const halfGreeting = Buffer.concat([Buffer.from('1603010200010001fc0303', 'hex'), Buffer.alloc(100, 7)]);

// Sends `bytes` and nothing more. {socket, closed}: `closed` resolves when the server ends the connection.
export async function stall(port, bytes) {
  const socket = net.connect({ port, host: '127.0.0.1' });
  const closed = new Promise((resolve) => socket.on('close', resolve).on('error', resolve));
  socket.resume();
  await new Promise((resolve) => socket.on('connect', resolve).on('error', resolve));
  if (bytes.length) socket.write(bytes);
  return { socket, closed };
}
