// A plain relay in Node, as a product team would write it in an afternoon. It forwards requests to the provider, whose port is
// the first argument, and sends the answer to the client as it arrives.
import http from 'node:http';

const agent = new http.Agent({ keepAlive: true });
const port = Number(process.argv[2]);

const server = http.createServer((request, response) => {
  const { method, url, headers } = request;
  const upstream = http.request({ host: '127.0.0.1', port, agent, method, path: url, headers }, (answer) => {
    response.writeHead(answer.statusCode, { 'content-type': answer.headers['content-type'] });
    answer.pipe(response);
  });
  upstream.on('error', () => response.destroy());
  response.on('close', () => upstream.destroy());
  request.pipe(upstream);
});
server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () => console.log(`LISTENING ${server.address().port}`));
