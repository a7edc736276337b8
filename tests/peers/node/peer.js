// What the SMSC and the ESME share: octets of messages left as they came, a
// log of everything seen, and control over HTTP on the loopback.
//
//	GET  /log?after=N&wait=MS	events n > N; waits for the first one
//	POST /NAME			a JSON object in, a JSON object out
'use strict';
const http = require('http');
const smpp = require('smpp');

// node-smpp would decode texts by its own idea of alphabets; the tests look
// at octets.
for (const direction of ['encode', 'decode'])
	smpp.filters.message[direction] = (value) => value;

const HEAD = new Set(['command', 'command_id', 'command_length',
	'command_status', 'sequence_number']);

function plain(value) {
	if (Buffer.isBuffer(value))
		return value.toString('hex');
	if (Array.isArray(value))
		return value.map(plain);
	if (value instanceof Date)
		return value.toISOString();
	if (value && typeof value === 'object' && value.type === 'Buffer')
		return Buffer.from(value.data).toString('hex');
	return value;
}

/** A PDU as JSON: octets as hex; short_message is called hex. */
function describe(pdu) {
	const out = { command: pdu.command, status: pdu.command_status,
		seq: pdu.sequence_number };

	for (const key of Object.keys(pdu)) {
		if (HEAD.has(key))
			continue;
		out[key === 'short_message' ? 'hex' : key] = plain(pdu[key]);
	}
	return out;
}

/** Fields from JSON: hex and message_payload become octets. */
function fields(from) {
	const out = { short_message: Buffer.alloc(0) };

	for (const [key, value] of Object.entries(from || {})) {
		if (key === 'hex')
			out.short_message = Buffer.from(value, 'hex');
		else if (key === 'message_payload')
			out.message_payload = Buffer.from(value, 'hex');
		else
			out[key] = value;
	}
	return out;
}

class Log {
	constructor() {
		this.events = [];
		this.next = 1;
		this.waiting = [];
	}
	add(event) {
		event.n = this.next++;
		event.ms = Date.now();
		this.events.push(event);
		for (const wake of this.waiting.splice(0))
			wake();
	}
	after(n, kind) {
		return this.events.filter((e) => e.n > n &&
			(!kind || e.event === kind));
	}
	async read(n, wait, kind) {
		const until = Date.now() + wait;

		for (;;) {
			const found = this.after(n, kind);
			const left = until - Date.now();

			if (found.length || left <= 0)
				return found;
			await new Promise((done) => {
				const timer = setTimeout(done, left);
				this.waiting.push(() => {
					clearTimeout(timer);
					done();
				});
			});
		}
	}
}

async function body(request) {
	const parts = [];

	for await (const part of request)
		parts.push(part);
	return parts.length ? JSON.parse(Buffer.concat(parts)) : {};
}

async function answer(request, log, verbs) {
	const url = new URL(request.url, 'http://127.0.0.1');
	const name = url.pathname.slice(1);

	if (name === 'log')
		return log.read(+(url.searchParams.get('after') || 0),
			+(url.searchParams.get('wait') || 0),
			url.searchParams.get('kind'));
	if (!verbs[name])
		throw new Error('no such request: ' + name);
	return await verbs[name](await body(request)) || {};
}

function serve(port, log, verbs) {
	const server = http.createServer(async (request, response) => {
		let status = 200, text;

		try {
			text = JSON.stringify(await answer(request, log, verbs));
		} catch (error) {
			status = 500;
			text = JSON.stringify({ error: String(error.stack) });
		}
		response.writeHead(status,
			{ 'Content-Type': 'application/json' });
		response.end(text);
	});
	server.on('clientError', (error, socket) => {
		if (socket.writable)
			socket.end('HTTP/1.1 400 Bad Request\r\n\r\n' +
				JSON.stringify({ error: String(error) + ' ' +
				String(error.rawPacket || '') }));
	});
	server.keepAliveTimeout = 1000;
	server.listen(port, '127.0.0.1', () => console.log('ready'));
}

/** Sends and waits for the answer; { error } when none came in time. */
function ask(session, pdu, timeout_ms) {
	return new Promise((done) => {
		const started = Date.now();
		const lost = () => finish({ error: 'closed' });
		const finish = (result) => {
			clearTimeout(timer);
			session.removeListener('close', lost);
			result.ms = Date.now() - started;
			done(result);
		};
		const timer = setTimeout(() => finish({ error: 'timeout' }),
			timeout_ms || 10000);

		session.once('close', lost);
		session.setMaxListeners(0);
		if (!session.send(pdu, (r) => finish(describe(r))))
			finish({ error: 'closed' });
	});
}

module.exports = { smpp, Log, serve, describe, fields, ask };
