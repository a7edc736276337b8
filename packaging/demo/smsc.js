// A small SMSC made of node-smpp: node smsc.js PORT
//
// What happens is told on standard output, a line each. Lines on standard
// input make it send:
//
//	FROM TO TEXT	a short message whose sender wants to know when it is
//			delivered, and when it is read
'use strict';
const readline = require('readline');
const smpp = require('smpp');

// The default alphabet of the lab is the 7 bit one, ASCII here.
const DEFAULT_ALPHABET = 0;
const ESM_RECEIPT = 0x04;
const ESM_TYPE = 0x3C;
const KINDS = { 0x08: 'delivery acknowledgement',
	0x10: 'user acknowledgement' };
const WANTS_RECEIPT = 0x03;
const WANTS_ACKNOWLEDGEMENTS = 0x0C;
const DELIVERED = 2;

// Texts stay octets: node-smpp would add an alphabet of its own.
for (const direction of ['encode', 'decode'])
	smpp.filters.message[direction] = (value) => value;

const international = { source_addr_ton: 1, source_addr_npi: 1,
	dest_addr_ton: 1, dest_addr_npi: 1, data_coding: DEFAULT_ALPHABET };
let bound = null;
let last_id = 0;

function tell(line) {
	process.stdout.write(line + '\n');
}

function digits(address) {
	return address.replace(/^\+/, '');
}

function text_of(pdu) {
	const octets = pdu.short_message;

	return octets && octets.length ? ': ' + octets.toString('latin1') : '';
}

function stamp() {
	const now = new Date().toISOString().replace(/[-:T]/g, '');

	return now.slice(2, 12);
}

function send_receipt(session, pdu, id) {
	const text = `id:${id} sub:001 dlvrd:001 submit date:${stamp()} ` +
		`done date:${stamp()} stat:DELIVRD err:000 text:`;

	session.send(new smpp.PDU('deliver_sm', { ...international,
		source_addr: pdu.destination_addr,
		destination_addr: pdu.source_addr,
		esm_class: ESM_RECEIPT, receipted_message_id: id,
		message_state: DELIVERED,
		short_message: Buffer.from(text) }),
		(answer) => tell(`receipt ${id} DELIVRD, answered with ` +
			`status ${answer.command_status}`));
}

function submitted(session, pdu) {
	const id = String(++last_id).padStart(8, '0');
	const kind = KINDS[pdu.esm_class & ESM_TYPE] || 'submit_sm';

	tell(`${kind} ${id} +${pdu.source_addr} -> ` +
		`+${pdu.destination_addr}${text_of(pdu)}`);
	session.send(pdu.response({ message_id: id }));
	if (pdu.registered_delivery & WANTS_RECEIPT)
		send_receipt(session, pdu, id);
}

function serve(session) {
	session.on('bind_transceiver', (pdu) => {
		bound = session;
		session.send(pdu.response({ system_id: 'smsc' }));
		tell(`bound ${pdu.system_id}`);
	});
	session.on('submit_sm', (pdu) => submitted(session, pdu));
	session.on('enquire_link', (pdu) => session.send(pdu.response()));
	session.on('unbind', (pdu) => {
		session.send(pdu.response());
		session.close();
	});
	session.on('close', () => {
		if (bound === session)
			bound = null;
	});
	session.on('error', () => session.destroy());
}

function send_message(line) {
	const [from, to, ...words] = line.split(' ');

	if (!bound) {
		tell('nobody is bound');
		return;
	}
	bound.send(new smpp.PDU('deliver_sm', { ...international,
		source_addr: digits(from), destination_addr: digits(to),
		registered_delivery: WANTS_ACKNOWLEDGEMENTS,
		short_message: Buffer.from(words.join(' ')) }),
		(answer) => tell(`deliver_sm ${from} -> ${to}, answered ` +
			`with status ${answer.command_status}`));
}

const server = smpp.createServer(serve);

server.on('error', (error) => {
	tell(`cannot listen: ${error.message}`);
	process.exit(1);
});
server.listen(+process.argv[2], '127.0.0.1', () => tell('listening'));
readline.createInterface({ input: process.stdin }).on('line', send_message)
	.on('close', () => process.exit(0));
