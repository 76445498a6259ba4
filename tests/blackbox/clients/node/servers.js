// JSON-RPC and XML-RPC servers of npm: node servers.js jayson|xmlrpc. Says its port on stderr.
'use strict';

const [kind] = process.argv.slice(2);
const listening = (server) => server.on('listening', () => console.error(`listening on ${server.address().port}`));

if (kind === 'jayson') {
  const jayson = require('jayson');
  const methods = {
    sum: (params, done) => done(null, Array.isArray(params) ? params[0] + params[1] : params.a + params.b),
    echo: (params, done) => done(null, params[0]),
    note: (params, done) => {
      console.error(`noted ${params[0]}`);
      done(null, null);
    },
    fail: (params, done) => done({ code: 17, message: 'on purpose', data: { why: params } }),
  };
  listening(new jayson.Server(methods).http()).listen(0, '127.0.0.1');
} else {
  const xmlrpc = require('xmlrpc');
  const server = xmlrpc.createServer({ host: '127.0.0.1', port: 0 });
  listening(server.httpServer);
  server.on('sum', (error, params, done) => done(null, params[0] + params[1]));
  server.on('echo', (error, params, done) => done(null, params[0]));
  server.on('fail', (error, params, done) => done({ faultCode: 17, faultString: 'on purpose' }));
}
