// npm's soap or strong-soap against tests/phpt/rpc-soap/types.inc, from the WSDL alone: node soap.js MODULE WSDL-URL
'use strict';

const assert = require('node:assert/strict');

const [module_name, url] = process.argv.slice(2);
const isStrong = module_name === 'strong-soap';
const soap = isStrong ? require('strong-soap').soap : require('soap');

async function main() {
  for (const forceSoap12Headers of [false, true]) {
    const client = await new Promise((done, failed) => {
      soap.createClient(url, { forceSoap12Headers }, (error, made) => (error ? failed(error) : done(made)));
    });
    const answer = (operation, parameters) => new Promise((done) => {
      client[operation](parameters, (error, result) => {
        if (!error) return done(result && 'return' in result ? result.return : result);
        const { Fault: fault } = error.root.Envelope.Body;
        const detail = fault.detail ?? fault.Detail;
        const [name] = Object.keys(detail);
        return done({ fault: name, ...detail[name] });
      });
    });
    assert.equal(await answer('add', { a: 1, b: 5 }), 6);
    assert.equal(await answer('add', { a: 1 }), 3);
    assert.equal((await answer('point', { p: { x: 1, y: 2, label: 'é<>&' } })).label, 'é<>&');
    const points = await answer('points', { ps: { item: [{ x: 1 }, { x: 2, y: 7 }] } });
    assert.deepEqual(points.item.map(({ x, y }) => [x, y]), [[1, 0], [2, 7]]);
    assert.equal(await answer('mood', { m: 'good', l: 1 }), 'good');
    assert.equal(Number(await answer('level', { l: 2 })), 2);
    assert.equal(await answer('text', { s: 'täxt' }), 'täxt');
    const nothing = await answer('text', { s: null });
    assert.equal(nothing ?? null, null);
    const when = await answer('when', { d: '2026-11-23T10:20:30Z' });
    assert.equal(new Date(when).getTime(), Date.UTC(2026, 10, 23, 10, 20, 30));
    assert.equal(await answer('bytes', { b: Buffer.from('ab\0').toString('base64') }), Buffer.from('\0ba').toString('base64'));
    const map = await answer('map', { m: { entry: [{ key: 'k', value: 3 }] } });
    assert.deepEqual(map.entry.map(({ key, value }) => [key, value]), [['k', 3]]);
    const table = await answer('table', { t: { item: [{ item: ['a', 'b'] }] } });
    assert.deepEqual(table.item[0].item, ['a', 'b']);
    assert.equal(await answer('number', { f: 2.5 }), 2.5);
    assert.equal(await answer('flag', { b: true }), true);
    assert.equal(await answer('either', { v: 5 }), 'integer 5');
    assert.equal(await answer('all', { first: 'a', rest: ['b', 'c'] }), 'a:b,c');
    assert.equal((await answer('nothing', {})) ?? null, null);
    // strong-soap takes an operation without an answer for one that is not wrapped.
    await answer('note', isStrong ? { note: { s: module_name } } : { s: module_name });
    const closed = await answer('closed', {});
    assert.deepEqual([closed.fault, Number(closed.code), closed.message], ['Closed', 42, 'the poll is <closed>']);
    const wrong = await answer('mood', { m: 'ugly' });
    assert.deepEqual([wrong.fault, Number(wrong.code), wrong.pointer], ['Fault', -32602, '/params/m']);
    const secret = await answer('secret', {});
    assert.deepEqual([secret.message, typeof secret.id], ['Internal error', 'string']);
  }
  console.log('ok');
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
