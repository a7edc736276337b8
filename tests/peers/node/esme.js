// An ESME made of node-smpp, any number of sessions: node esme.js HTTP_PORT
//
//	/bind	{ name, port, tls, mode, system_id, password, ... }
//		tls: { ca, pem, version }, files and "TLSv1.2"; pem: ours
//	/connect { name, port }			without a bind
//	/send	{ name, command, fields, timeout_ms }	the answer
//	/burst	{ name, list: [fields], timeout_ms }	all at once; the answers
//	/rules	{ name, list: [{ hex, times, status, delay_ms, silent }] }
//		what deliver_sm and data_sm to us get; else ESME_ROK
//	/raw	{ name, hex }
//	/unbind /drop { name }
//	/load	{ name, port, system_id, password, window, prefix, to }
//	/load_end {}	{ accepted: [[text, id]], unknown: [text], refused: n }
'use strict';
const fs = require('fs');
const { smpp, Log, serve, describe, fields, ask } = require('./peer.js');

const [,, HTTP_PORT] = process.argv;
const log = new Log();
const sessions = new Map();
const rules = new Map();

function rule_for(name, pdu) {
	const octets = describe(pdu);

	for (const rule of rules.get(name) || []) {
		if (rule.times === 0)
			continue;
		if (rule.hex && !(octets.hex || '').includes(rule.hex))
			continue;
		if (rule.times > 0)
			rule.times--;
		return rule;
	}
	return {};
}

function received(name, session, pdu) {
	const rule = rule_for(name, pdu);

	log.add({ event: 'received', name, ...describe(pdu),
		given: rule.status || 0 });
	if (rule.silent)
		return;
	setTimeout(() => session.send(pdu.response(rule.status ?
		{ command_status: rule.status } : {})), rule.delay_ms || 0);
}

function secure(how) {
	if (!how)
		return {};
	const own = how.pem && fs.readFileSync(how.pem);

	return { tls: true, ca: fs.readFileSync(how.ca), cert: own, key: own,
		minVersion: how.version, maxVersion: how.version };
}

function connect(q) {
	return new Promise((done) => {
		const session = smpp.connect({ host: '127.0.0.1', port: q.port,
			...secure(q.tls) });

		session.once(q.tls ? 'secureConnect' : 'connect',
			() => done(session));
		session.on('error', (error) => {
			log.add({ event: 'error', name: q.name,
				text: String(error) });
			session.destroy();
			done(null);
		});
	});
}

function attend(name, session) {
	session.on('deliver_sm', (pdu) => received(name, session, pdu));
	session.on('data_sm', (pdu) => received(name, session, pdu));
	session.on('enquire_link', (pdu) => session.send(pdu.response()));
	session.on('unbind', (pdu) => {
		log.add({ event: 'unbind', name });
		session.send(pdu.response());
	});
	for (const plain of ['alert_notification', 'generic_nack', 'unknown'])
		session.on(plain, (pdu) => log.add({ event: plain, name,
			...describe(pdu) }));
	session.on('close', () => {
		log.add({ event: 'close', name });
		if (sessions.get(name) === session)
			sessions.delete(name);
	});
}

async function bind(q) {
	const session = await connect(q);

	if (!session)
		return { error: 'refused' };
	attend(q.name, session);
	const answer = await ask(session, new smpp.PDU('bind_' +
		(q.mode || 'transceiver'), { system_id: q.system_id,
		password: q.password, system_type: '', interface_version: 0x34,
		...q.fields }), q.timeout_ms);

	if (answer.status === 0)
		sessions.set(q.name, session);
	else
		session.destroy();
	return answer;
}

function need(name) {
	const session = sessions.get(name);

	if (!session)
		throw new Error('not bound: ' + name);
	return session;
}

// A sender that never rests: binds again whenever it lost its session, keeps
// `window` submit_sm unanswered, and remembers what was promised.
const load = { on: false };

function load_one(session, q) {
	const text = `${q.prefix}-${load.next++}`;
	const to = q.to + String(load.next % 1000).padStart(3, '0');

	load.flying++;
	ask(session, new smpp.PDU('submit_sm', { source_addr_ton: 3,
		source_addr: '22222', dest_addr_ton: 1, dest_addr_npi: 1,
		destination_addr: to, data_coding: 0, registered_delivery:
		q.registered || 0, short_message: Buffer.from(text) }),
		20000).then((answer) => {
		load.flying--;
		if (answer.status === 0)
			load.accepted.push([text, answer.message_id]);
		else if (answer.error) {
			load.unknown.push(text);
			session.destroy();
			return;
		} else
			load.refused[answer.status] =
				(load.refused[answer.status] || 0) + 1;
		const wait = answer.status ? 50 : 0;

		if (load.on && sessions.get(q.name) === session)
			setTimeout(load_one, wait, session, q);
	});
}

async function load_session(q) {
	while (load.on) {
		const answer = await bind(q);

		if (answer.status === 0) {
			const session = need(q.name);
			const gone = new Promise((done) =>
				session.once('close', done));

			for (let i = 0; i < (q.window || 10); i++)
				load_one(session, q);
			await gone;
		}
		await new Promise((done) => setTimeout(done, 50));
	}
}

const verbs = {
	bind,
	connect: async (q) => {
		const session = await connect(q);

		attend(q.name, session);
		sessions.set(q.name, session);
	},
	send: (q) => ask(need(q.name), new smpp.PDU(q.command || 'submit_sm',
		fields(q.fields)), q.timeout_ms),
	burst: async (q) => ({ answers: await Promise.all(q.list.map((one) =>
		ask(need(q.name), new smpp.PDU(q.command || 'submit_sm',
			fields(one)), q.timeout_ms))) }),
	rules: (q) => { rules.set(q.name, q.list); },
	raw: (q) => { need(q.name).socket.write(Buffer.from(q.hex, 'hex')); },
	unbind: async (q) => {
		const session = need(q.name);
		const answer = await ask(session, new smpp.PDU('unbind'));

		session.destroy();
		return answer;
	},
	drop: (q) => { need(q.name).destroy(); },
	sessions: () => ({ names: [...sessions.keys()] }),
	reset: () => {
		rules.clear();
		log.events.length = 0;
	},
	load: (q) => {
		Object.assign(load, { on: true, next: 1, flying: 0,
			accepted: [], unknown: [], refused: {} });
		load.done = load_session(q);
		load.name = q.name;
	},
	load_state: () => ({ accepted: load.accepted.length,
		flying: load.flying, unknown: load.unknown.length,
		refused: load.refused }),
	load_end: async () => {
		const until = Date.now() + 20000;

		load.on = false;
		while (load.flying && Date.now() < until)
			await new Promise((done) => setTimeout(done, 20));
		if (sessions.has(load.name))
			need(load.name).destroy();
		await load.done;
		return { accepted: load.accepted, unknown: load.unknown,
			refused: load.refused };
	},
};

serve(+HTTP_PORT, log, verbs);
