"""Every kind of PDU that the gateway sends, as Wireshark's dissector sees it:
nothing malformed, nothing that it warns of."""

import shutil
import socket
import struct
import subprocess

from device import NUMBERS, Device
from peers import Esme, Smsc
from rig import SMPP, SMSC_A, SMSC_B, Rig, check, equal, until
from tap import Capture, Tap

WARNING = 0x600000      # of the dissector's severities; errors are above
NACK, RESPONSE = 0x80000000, 0x80000000

SERVER_KINDS = {
    'bind_receiver_resp': RESPONSE | 1, 'bind_transmitter_resp': RESPONSE | 2,
    'query_sm_resp': RESPONSE | 3, 'submit_sm_resp': RESPONSE | 4,
    'deliver_sm': 5, 'unbind_resp': RESPONSE | 6,
    'replace_sm_resp': RESPONSE | 7, 'cancel_sm_resp': RESPONSE | 8,
    'bind_transceiver_resp': RESPONSE | 9,
    'enquire_link_resp': RESPONSE | 0x15, 'data_sm_resp': RESPONSE | 0x103,
    'submit_multi_resp': RESPONSE | 0x21,
    'generic_nack': NACK, 'enquire_link': 0x15, 'unbind': 6,
}
CLIENT_KINDS = {
    'bind_transceiver': 9, 'submit_sm': 4, 'deliver_sm_resp': RESPONSE | 5,
    'data_sm_resp': RESPONSE | 0x103, 'enquire_link': 0x15,
    'enquire_link_resp': RESPONSE | 0x15, 'unbind': 6,
    'unbind_resp': RESPONSE | 6, 'generic_nack': NACK,
    'query_sm': 3, 'replace_sm': 7, 'cancel_sm': 8,
}


def edit_links(text):
    """Somebody is asked soon whether he is still there."""
    text = text.replace('group = smpp\n', 'group = smpp\nenquire-link = 2s\n')
    return text.replace('name = smsc-a\n',
                        'name = smsc-a\nenquire-link = 2s\n'
                        'query = yes\ncancel = yes\nreplace = yes\n')


def world():
    check(shutil.which('tshark'), 'tshark is installed')
    rig = Rig(edit={'links.conf': edit_links})
    rig.capture = Capture(rig.folder / 'smpp.pcap')
    rig.to_smsc = Tap(rig.capture, rig.slot.port(SMSC_A),
                      rig.slot.port(SMSC_B), 2776)
    rig.esme_port = rig.slot.another()
    rig.to_server = Tap(rig.capture, rig.esme_port, rig.slot.port(SMPP), 2775)
    rig.smsc = Smsc(rig, SMSC_B, 'smsc-a')
    rig.esme = Esme(rig)
    rig.mary = Device(rig, 'mary').registered()
    rig.bob = Device(rig, 'bob')
    return rig


def bind(w, name, mode):
    answer = w.esme('bind', name=name, port=w.esme_port, mode=mode,
                    system_id=name.split('.')[0], password='secret1')
    equal(answer['status'], 0, mode)


def send(w, command, **fields):
    return w.esme('send', name='esme1', command=command, timeout_ms=10000,
                  fields={'source_addr_ton': 3, 'source_addr': '22222',
                          **fields})


def case_binds_of_every_kind(w):
    bind(w, 'esme1', 'transceiver')
    bind(w, 'esme1.tx', 'transmitter')
    bind(w, 'esme1.rx', 'receiver')


def case_submissions_and_their_receipts(w):
    texts = [{'text': 'plain'}, {'hex': '043f0440', 'data_coding': 8},
             {'hex': 'e4f6', 'data_coding': 3}, {'text': 'x' * 400}]
    for registered, fields in enumerate(texts):
        text = fields.pop('text', None)
        number = w.number()
        if text and len(text) > 160:
            fields['message_payload'] = text.encode().hex()
            text = ''
        answer = w.esme.submit(number, text, registered_delivery=1, **fields)
        equal(answer['status'], 0, registered)
        w.esme.receipt(answer['message_id'])
    answer = send(w, 'data_sm', dest_addr_ton=1, dest_addr_npi=1,
                  destination_addr=w.number(), data_coding=0,
                  message_payload='6869')
    equal(answer['status'], 0, 'data_sm')


def case_to_many_of_whom_one_is_refused(w):
    answer = send(w, 'submit_multi', hex='6869', dest_address=[
        {'dest_addr_ton': 1, 'dest_addr_npi': 1, 'destination_addr': number}
        for number in (w.number(), '447700900123')] + [{'dl_name': 'all'}])
    equal(answer['status'], 0)
    equal(len(answer['unsuccess_sme']), 2)


def case_what_the_smsc_has_is_asked_for_there(w):
    number = w.number()
    w.smsc.rules({'to': number, 'receipts': []})
    message_id = w.esme.submit(number, 'beyond',
                               registered_delivery=1)['message_id']
    w.smsc.submits(number)
    until(lambda: send(w, 'query_sm', message_id=message_id) and
          w.smsc.events(kind='query_sm'), 'query_sm')
    for command in 'replace_sm', 'cancel_sm':
        equal(send(w, command, message_id=message_id, hex='78',
                   registered_delivery=1)['status'], 0, command)
        check(w.smsc.events(kind=command), command)
    w.esme.receipt(message_id)
    w.smsc.rules()


def case_query_cancel_replace(w):
    answer = w.esme.submit(NUMBERS['bob'], 'waits', registered_delivery=1)
    message_id = answer['message_id']
    equal(send(w, 'query_sm', message_id=message_id)['status'], 0)
    equal(send(w, 'replace_sm', message_id=message_id, hex='78',
               registered_delivery=1)['status'], 0)
    equal(send(w, 'cancel_sm', message_id=message_id)['status'], 0)
    w.esme.receipt(message_id)


def case_deliveries_with_all_that_they_may_carry(w):
    for text in 'to an ESME', 'Привет 你好 😀', 'long ' * 60:
        equal(w.mary.message('tel:22222', text)[0], 202, text)
        w.esme.received(lambda e: e['command'] == 'deliver_sm', 'it')
    answer = w.esme.submit(NUMBERS['mary'], 'asked for all',
                           registered_delivery=0x0d)
    m = w.mary.wait_text('asked for all')
    w.mary.notify(m, 'delivered')
    w.mary.notify(m, 'displayed', 'display')
    w.esme.receipt(answer['message_id'])


def case_texts_to_the_smsc(w):
    for text in ('hello', 'Привет', '{€}', 'word ' * 90, '😀' * 80):
        number = w.number()
        equal(w.mary.message(f'tel:+{number}', text,
                             'positive-delivery, display')[0], 202)
        w.smsc.submits(number)


def case_from_the_smsc(w):
    for fields in ({'text': 'hi'}, {'hex': '043f', 'data_coding': 8}):
        equal(w.smsc.mobile_originated('15550200001', NUMBERS['mary'][1:],
                                       **fields)['status'], 0)
    answer = w.smsc('send', command='data_sm', fields={
        'source_addr_ton': 1, 'source_addr_npi': 1,
        'source_addr': '15550200001', 'dest_addr_ton': 1, 'dest_addr_npi': 1,
        'destination_addr': NUMBERS['mary'][1:], 'data_coding': 0,
        'message_payload': '6869'})
    equal(answer['status'], 0)


def raw(w, hexadecimal):
    """Octets to the server, by the tap; what comes back."""
    with socket.create_connection(('127.0.0.1', w.esme_port), 10) as s:
        s.sendall(bytes.fromhex(hexadecimal))
        s.settimeout(10)
        return s.recv(4096)


def case_what_is_nacked(w):
    answer = raw(w, '00000010 00000999 00000000 00000021')
    equal(struct.unpack('>I', answer[4:8])[0], NACK)
    w.smsc('raw', hex='00000010000009990000000000000021')


def case_who_is_still_there(w):
    raw(w, '00000010 00000015 00000000 00000001')
    w.smsc('send', command='enquire_link', fields={})
    until(lambda: {0x15} <= sent(w, 2775, SERVER_KINDS) and
          {0x15} <= sent(w, 2776, CLIENT_KINDS), 'both ask', 20)


def case_the_end_from_both_sides(w):
    w.smsc('send', command='unbind', fields={})
    w.gateway.wait_link('smsc-a', 'up', 20)
    w.esme('unbind', name='esme1.tx')
    w.gateway.gwctl('link', 'stop', 'smsc-a')
    w.gateway.gwctl('link', 'stop', 'esme1')
    until(lambda: {6} <= sent(w, 2775, SERVER_KINDS), 'ESMEs are unbound')


def judged(w):
    """(server's port if the gateway sent it, command_id, severity, text) of
    every PDU."""
    out = subprocess.run(
        ['tshark', '-n', '-r', w.capture.path, '-d', 'tcp.port==2775,smpp',
         '-d', 'tcp.port==2776,smpp', '-Y', 'smpp || _ws.malformed',
         '-T', 'fields', '-E', 'separator=/t', '-e', 'tcp.srcport',
         '-e', 'tcp.dstport', '-e', 'smpp.command_id',
         '-e', '_ws.expert.severity', '-e', '_ws.expert.message',
         '-e', '_ws.malformed'],
        capture_output=True, text=True, check=True, timeout=120).stdout
    for line in out.splitlines():
        source, target, ids, levels, texts, bad = (
            line.split('\t') + [''] * 6)[:6]
        ours = '2775' if source == '2775' else \
            '2776' if target == '2776' else ''
        yield (ours, [int(i, 0) for i in ids.split(',') if i],
               [int(v, 0) for v in levels.split(',') if v], texts, bad)


def sent(w, port, kinds):
    return {i for ours, ids, *_ in judged(w) if ours == str(port)
            for i in ids if i in kinds.values()}


def case_tshark_has_seen_every_kind_and_found_nothing(w):
    wrong = [(ids, texts, bad) for ours, ids, levels, texts, bad in judged(w)
             if ours and (bad or any(v >= WARNING for v in levels))]
    equal(wrong, [], 'what the dissector complains of')
    for port, kinds in ((2775, SERVER_KINDS), (2776, CLIENT_KINDS)):
        there = sent(w, port, kinds)
        equal([name for name, i in kinds.items() if i not in there], [],
              f'kinds that were not seen, {port}')
