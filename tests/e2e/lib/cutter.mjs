// A TCP proxy in front of the server that resets connections, for clients that have no way to cut themselves off.
import net from 'node:net';

class Cutter {
  constructor(port, cuts) {
    this.port = port;
    this.cuts = cuts;
    this.connections = 0;
    this.sockets = new Set();
  }

  get origin() {
    return `http://127.0.0.1:${this.server.address().port}`;
  }

  accept(client) {
    const cut = this.cuts(this.connections++);
    const server = net.connect(this.port, '127.0.0.1');
    let bytes = 0;
    const both = [client, server];
    for (const socket of both) {
      this.sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        this.sockets.delete(socket);
        for (const other of both) other.destroy();
      });
    }
    const reset = () => {
      client.resetAndDestroy();
      server.destroy();
    };
    client.on('data', (data) => {
      server.write(data);
      if (cut?.afterRequest) setTimeout(reset, cut.afterRequest);
    });
    server.on('data', (data) => {
      const left = cut?.after === undefined ? data.length : cut.after - bytes;
      bytes += data.length;
      if (left >= data.length) return client.write(data);
      client.write(data.subarray(0, Math.max(left, 0)), reset);
    });
  }
}

// cuts(number of the connection): null: none; {after}: the answer is cut behind so many bytes; {afterRequest}: the
// connection is cut so many milliseconds after the client has sent something.
export async function startCutter(t, port, cuts) {
  const cutter = new Cutter(port, cuts);
  cutter.server = net.createServer((client) => cutter.accept(client));
  await new Promise((resolve) => cutter.server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of cutter.sockets) socket.destroy();
    return new Promise((resolve) => cutter.server.close(resolve));
  });
  return cutter;
}
