// An SMSC made of node-smpp: node smsc.js SMPP_PORT HTTP_PORT [PEM CA]
// With PEM, its certificate and key, over TLS, for those whom CA has signed.
//
//	/rules	[{ to, hex, times, status, delay_ms, silent, close, state,
//		   receipt_ms, receipts: [{ state, ms, form, err }] }]
//		What submit_sm that fit (`to` a prefix, `hex` contained) get: the
//		first rule with `times` left. Without one: ESME_ROK, and a
//		receipt DELIVRD when one was asked for.
//	/set	{ bind_status, id_base, receipt_ms, quiet,
//		  amend_status, query_state }
//	/send	{ command, fields, timeout_ms }	to the gateway; its answer
//	/alert	{ fields }			an alert_notification
//	/raw	{ hex }				octets as they are
//	/receipt { id, from, to, state, form, err }
//	/close /deafen /listen /sessions /reset
'use strict';
const fs = require('fs');
const { smpp, Log, serve, describe, fields, ask } = require('./peer.js');

const [,, SMPP_PORT, HTTP_PORT, PEM, CA] = process.argv;
const log = new Log();
const sessions = new Set();
const outbox = [];
const settings = { bind_status: 0, id_base: 10, receipt_ms: 50, quiet: false,
	amend_status: 0, query_state: 2 };
let rules = [];
let last_id = Date.now() % 1e9;

const STATES = { SCHEDULED: 0, ENROUTE: 1, DELIVRD: 2, EXPIRED: 3, DELETED: 4,
	UNDELIV: 5, ACCEPTD: 6, UNKNOWN: 7, REJECTD: 8 };

function new_id() {
	last_id++;
	return settings.id_base === 16 ?
		last_id.toString(16).toUpperCase().padStart(8, '0') :
		String(last_id).padStart(10, '0');
}

function receiver() {
	for (const session of sessions)
		if (session.receives)
			return session;
	return null;
}

function receipt_pdu(r) {
	const good = r.state === 'DELIVRD';
	const text = `id:${r.id} sub:001 dlvrd:${good ? '001' : '000'} ` +
		'submit date:2601010000 done date:2601010001 ' +
		`stat:${r.state} err:${r.err || '000'} text:`;
	const form = r.form || 'both';
	const pdu = { source_addr_ton: 1, source_addr_npi: 1,
		source_addr: r.from, dest_addr_ton: 1, dest_addr_npi: 1,
		destination_addr: r.to, esm_class: r.esm_class ?? 4,
		short_message: Buffer.from(form === 'tlv' ? '' : text) };

	if (form !== 'text') {
		pdu.receipted_message_id = r.id;
		pdu.message_state = STATES[r.state];
	}
	return new smpp.PDU('deliver_sm', pdu);
}

// Receipts wait for a session, and are tried again until they are answered.
async function deliver(r) {
	const session = receiver();

	if (!session) {
		outbox.push(r);
		return;
	}
	const answer = await ask(session, receipt_pdu(r), 10000);

	if (!settings.quiet)
		log.add({ event: 'receipt_resp', id: r.id, state: r.state,
			status: answer.status, error: answer.error });
	if (answer.error === 'closed')
		outbox.push(r);
	else if (answer.status !== 0 && (r.tries = (r.tries || 0) + 1) < 10)
		setTimeout(deliver, 500, r);
	else
		r.answered = answer;
	return answer;
}

function receipts_for(pdu, id, rule) {
	const asked = pdu.registered_delivery & 3;
	const list = rule.receipts || [{ state: rule.state || 'DELIVRD' }];

	for (const one of list) {
		if (!asked || (asked === 2 && one.state === 'DELIVRD'))
			continue;
		setTimeout(deliver, one.ms ?? rule.receipt_ms ??
			settings.receipt_ms, { id, from: pdu.destination_addr,
			to: pdu.source_addr, state: one.state,
			form: one.form, err: one.err });
	}
}

function rule_for(pdu) {
	const octets = Buffer.concat([pdu.short_message || Buffer.alloc(0),
		pdu.message_payload || Buffer.alloc(0)]).toString('hex');

	for (const rule of rules) {
		if (rule.times === 0)
			continue;
		if (rule.to && !pdu.destination_addr.startsWith(rule.to))
			continue;
		if (rule.hex && !octets.includes(rule.hex))
			continue;
		if (rule.times > 0)
			rule.times--;
		return rule;
	}
	return {};
}

function submitted(session, pdu) {
	const rule = rule_for(pdu);
	const id = rule.status ? undefined : new_id();

	log.add({ event: pdu.command, id, ...describe(pdu),
		given: rule.status || 0, silent: rule.silent });
	if (rule.close)
		return session.destroy();
	if (rule.early)
		receipts_for(pdu, id, { ...rule, receipt_ms: 0 });
	if (rule.silent)
		return;
	setTimeout(() => {
		session.send(pdu.response(rule.status ?
			{ command_status: rule.status } : { message_id: id }));
		if (!rule.status && !rule.early)
			receipts_for(pdu, id, rule);
	}, rule.delay_ms || 0);
}

function bound(session, pdu) {
	const good = pdu.system_id === 'cpmgw' && pdu.password === 'cpmgw';
	const status = settings.bind_status || (good ? 0 : 0x0E);

	log.add({ event: 'bind', command: pdu.command, given: status,
		system_id: pdu.system_id });
	session.send(pdu.response({ command_status: status,
		system_id: 'smsc' }));
	if (status)
		return session.close();
	session.receives = pdu.command !== 'bind_transmitter';
	sessions.add(session);
	for (const r of outbox.splice(0))
		deliver(r);
}

function session_begins(session) {
	for (const kind of ['transceiver', 'receiver', 'transmitter'])
		session.on('bind_' + kind, (pdu) => bound(session, pdu));
	session.on('submit_sm', (pdu) => submitted(session, pdu));
	session.on('data_sm', (pdu) => submitted(session, pdu));
	for (const other of ['query_sm', 'cancel_sm', 'replace_sm'])
		session.on(other, (pdu) => {
			log.add({ event: other, ...describe(pdu) });
			session.send(pdu.response(settings.amend_status ?
				{ command_status: settings.amend_status } :
				{ message_id: pdu.message_id,
				message_state: settings.query_state }));
		});
	session.on('enquire_link', (pdu) => session.send(pdu.response()));
	session.on('generic_nack', (pdu) =>
		log.add({ event: 'generic_nack', ...describe(pdu) }));
	session.on('unbind', (pdu) => {
		log.add({ event: 'unbind' });
		session.send(pdu.response());
		session.close();
	});
	session.on('close', () => {
		sessions.delete(session);
		log.add({ event: 'close' });
	});
	session.on('error', (error) => {
		log.add({ event: 'error', text: String(error) });
		session.destroy();
	});
}

const secure = PEM ? { key: fs.readFileSync(PEM), cert: fs.readFileSync(PEM),
	ca: fs.readFileSync(CA), requestCert: true } : {};
const server = smpp.createServer(secure, session_begins);

server.on('tlsClientError', (error) => log.add({ event: 'tls',
	text: String(error) }));

function listen() {
	return new Promise((done, failed) => {
		server.once('error', failed);
		server.listen(+SMPP_PORT, '127.0.0.1', done);
	});
}

function need_receiver() {
	const session = receiver();

	if (!session)
		throw new Error('nobody is bound');
	return session;
}

const verbs = {
	rules: (q) => { rules = q.rules; },
	set: (q) => { Object.assign(settings, q); },
	reset: () => {
		rules = [];
		outbox.length = 0;
		log.events.length = 0;
		Object.assign(settings, { bind_status: 0, id_base: 10,
			receipt_ms: 50, quiet: false, amend_status: 0,
			query_state: 2 });
	},
	send: (q) => ask(need_receiver(), new smpp.PDU(q.command ||
		'deliver_sm', fields(q.fields)), q.timeout_ms),
	alert: (q) => {
		need_receiver().send(new smpp.PDU('alert_notification',
			q.fields));
	},
	raw: (q) => {
		need_receiver().socket.write(Buffer.from(q.hex, 'hex'));
	},
	receipt: (q) => deliver(q),
	close: () => {
		for (const session of [...sessions])
			session.destroy();
	},
	deafen: () => {
		server.close();
		for (const session of [...server.sessions])
			session.destroy();
	},
	listen,
	sessions: () => ({ bound: sessions.size, receipts: outbox.length }),
};

listen().then(() => serve(+HTTP_PORT, log, verbs));
