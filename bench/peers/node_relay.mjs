// A plain relay: what a product team writes in an afternoon. Passes requests on to the provider on the port that the first
// argument names, and its answer back as it comes.
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
