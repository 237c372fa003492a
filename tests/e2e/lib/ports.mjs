// Ports for servers that are down for a while: of the server under test, an issuer, a proxy.
import dgram from 'node:dgram';
import net from 'node:net';

// A UDP socket on the port, or null. No other process gets one there meanwhile, and who uses the port by TCP is not disturbed.
function claim(port) {
  return new Promise((resolve) => {
    const socket = dgram.createSocket('udp4');
    socket.on('error', () => resolve(null));
    socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => resolve(socket.unref()));
  });
}

function isFree(port) {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.on('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

// A port that no other test gets while this process runs, also while nothing listens there. It is outside the range of ports that
// the system uses for outgoing connections: one of those could take it, and a client that keeps connecting to a port of that range
// can end up connected to itself.
export async function freePort() {
  for (;;) {
    const port = 15000 + Math.floor(Math.random() * 15000);
    const claimed = await claim(port);
    if (claimed === null) continue;
    if (await isFree(port)) return port;
    claimed.close();
  }
}
