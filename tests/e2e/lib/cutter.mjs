// A TCP proxy in front of the server that cuts connections, for clients that have no way to cut themselves off. It resets them,
// or ends a chunked body in the middle as if it were whole: some proxies do so when the server behind them is gone.
import net from 'node:net';

// Where the chunks of an answer's body end. The answer begins at the first byte, and its chunks have no trailers.
class Chunks {
  head = Buffer.alloc(0);
  line = '';
  left = 0; // of the chunk and the line end behind it
  state = 'head'; // size, data, other: the body is not chunked, or has ended

  // Takes bytes; stops behind the end of a chunk that is at `from` or behind it. Returns how many bytes it took, and whether it
  // stopped at such an end.
  take(data, from) {
    let at = 0;
    if (this.state === 'head') {
      const before = this.head.length;
      this.head = Buffer.concat([this.head, data]);
      const end = this.head.indexOf('\r\n\r\n');
      if (end < 0) return { taken: data.length, atEnd: false };
      at = end + 4 - before;
      this.state = /^transfer-encoding: *chunked\r?$/im.test(this.head.subarray(0, end).toString('latin1')) ? 'size' : 'other';
    }
    while (at < data.length && this.state !== 'other') {
      if (this.state === 'size') {
        this.line += String.fromCharCode(data[at++]);
        if (!this.line.endsWith('\r\n')) continue;
        const size = parseInt(this.line, 16);
        this.line = '';
        this.left = size + 2;
        this.state = size === 0 ? 'other' : 'data';
      } else {
        const some = Math.min(this.left, data.length - at);
        at += some;
        this.left -= some;
        if (this.left > 0) continue;
        this.state = 'size';
        if (at >= from) return { taken: at, atEnd: true };
      }
    }
    return { taken: data.length, atEnd: false };
  }
}

class Cutter {
  constructor(port, cuts) {
    this.port = port;
    this.cuts = cuts;
    this.connections = 0;
    this.made = 0; // cuts
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
    const chunks = cut?.clean && new Chunks();
    const reset = () => {
      client.resetAndDestroy();
      server.destroy();
    };
    const endCleanly = () => {
      client.end('0\r\n\r\n');
      server.destroy();
    };
    cut?.at?.then(reset, reset);
    client.on('data', (data) => server.write(data));
    server.on('data', (data) => {
      const left = cut?.after === undefined ? data.length : cut.after - bytes;
      bytes += data.length;
      if (chunks) {
        const { taken, atEnd } = chunks.take(data, Math.max(left, 0));
        client.write(data.subarray(0, taken));
        if (!atEnd) return;
        this.made++;
        server.removeAllListeners('data');
        return endCleanly();
      }
      if (left >= data.length) return client.write(data);
      this.made++;
      server.removeAllListeners('data');
      const end = Math.max(left, 0);
      const isBehindAnId = cut.sparesIds && /(^|\n)id: [^\n]*\n$/.test(data.toString('latin1', 0, end));
      client.write(data.subarray(0, isBehindAnId ? end + 1 : end), reset);
    });
  }
}

// cuts(number of the connection): null: none; {after}: the connection is reset behind so many bytes of the answer; {after, clean}:
// its chunked body is ended at the first chunk's end from there on; {after, sparesIds}: not between the line of an id and the empty line
// behind it; {at}: the connection is reset when this promise is settled.
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
