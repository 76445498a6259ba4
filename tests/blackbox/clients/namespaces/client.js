// npm's soap or strong-soap against server.php, from the WSDL alone: node client.js MODULE WSDL-URL
'use strict';

const assert = require('node:assert/strict');

const [module_name, url] = process.argv.slice(2);
// Packages are where the client next door has them.
const { createRequire } = require('node:module');
const load = createRequire(require.resolve('../node/soap.js'));
const soap = module_name === 'strong-soap' ? load('strong-soap').soap : load('soap');

async function main() {
  for (const forceSoap12Headers of [false, true]) {
    const client = await new Promise((done, failed) => {
      soap.createClient(url, { forceSoap12Headers }, (error, made) => (error ? failed(error) : done(made)));
    });
    const answer = (operation, parameters) => new Promise((done) => {
      client[operation](parameters, (error, result) => done(error ? error.root.Envelope.Body.Fault : result.return));
    });
    const poll = await answer('poll.vote', { question: 'Tea?', option: 'a' });
    assert.equal(poll.question, 'Tea?');
    assert.deepEqual(poll.votes.entry.map(({ key, value }) => [key, value]), [['a', 1]]);
    assert.equal(await answer('poll.count', { poll: { question: 'Tea?', votes: { entry: [{ key: 'a', value: 5 }] } } }), 5);
    assert.equal(await answer('shop.cart.vote', { stars: 3 }), '***');
    assert.equal(await answer('shop.cart.count', { items: { item: ['a', 'b'] } }), 2);
    assert.equal(await answer('reverse', { text: 'abc' }), 'cba');
    const closed = await answer('poll.vote', { question: '', option: 'a' });
    assert.equal(Number((closed.detail ?? closed.Detail).PollClosed.code), 7);
  }
  console.log('ok');
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
