// Connections to a server under test. Those to the ports in `secured` are inside TLS, so that every client of these tests can
// use either.
import net from 'node:net';
import tls from 'node:tls';

// port → the certificate to trust, as PEM. lib/server.mjs fills it.
export const secured = new Map();

// {socket, ready, reset}: `ready` is the event after which bytes may be sent, `reset()` ends the connection by RST.
export function connect(port) {
  const plain = net.connect({ port, host: '127.0.0.1', noDelay: true });
  const ca = secured.get(port);
  const reset = () => plain.resetAndDestroy();
  if (ca === undefined) return { socket: plain, ready: 'connect', reset };
  const socket = tls.connect({ socket: plain, ca, host: '127.0.0.1', servername: 'localhost' });
  return { socket, ready: 'secureConnect', reset };
}
