"""What an SMSC says in a receipt, when, and what is told when it says nothing
(SMPP v3.4 2.11, 5.3.2.31, appendix B)."""

import struct
import time

from peers import Esme
from rawsmsc import RawSmsc, pdu
from rig import SMSC_A, SMSC_B, Rig, check, equal, until

DELIVER_SM, ENROUTE, DELIVERED, EXPIRED, UNDELIVERABLE = 5, 1, 2, 3, 5
SHORT = '000000000002000R'


def edit_links(text):
    return text.replace('name = smsc-a\n', 'name = smsc-a\nreceipt-wait = 3s\n'
                        'receipt-zone = +02:00\n').replace(
        'start = no\n', 'receipt-wait = 0\nreceipt-missing = delivered\n')


def edit_routes(text):
    return text + '''
group = route
name = second
prefix = +1555028
technology = sms
peer = smsc-b
'''


def world():
    rig = Rig(edit={'links.conf': edit_links, 'people.conf': edit_routes})
    rig.smsc, rig.other = RawSmsc(rig, SMSC_A), RawSmsc(rig, SMSC_B)
    rig.smsc.wait_bound()
    rig.other.wait_bound()
    rig.esme = Esme(rig).bound()
    return rig


def submit(w, number, **fields):
    """Our id and the submit_sm that the SMSC got, which has answered."""
    answer = w.esme.submit(number, 'receipt', registered_delivery=1, **fields)
    equal(answer['status'], 0)
    smsc = w.other if number.startswith('1555028') else w.smsc
    return answer['message_id'], until(lambda: next(
        (s for s in list(smsc.taken) if s.to == number), None), 'it is sent')


def report(w, submitted, stat='DELIVRD', err='000', network=None, done=None):
    """A receipt about what got the last id."""
    text = f'id:raw{w.smsc.ids} sub:001 dlvrd:000 submit date:2511202100 ' \
           f'done date:{done or 0:>010} stat:{stat} err:{err} text:'
    tlvs = b''
    if network is not None:
        tlvs = struct.pack('>HH', 0x0423, 3) + bytes.fromhex(network)
    submitted.bind.octets(pdu(
        DELIVER_SM, 0, 77, b'\0\1\1' + submitted.to.encode() +
        b'\0\3\0' + b'22222\0' + b'\x04\0\0\0\0\0\0\0\0' +
        bytes([len(text)]) + text.encode() + tlvs))


def stamp(seconds, ahead=0):
    return time.strftime('%y%m%d%H%M', time.gmtime(seconds + ahead))


def query(w, message_id):
    answer = w.esme('send', name='esme1', command='query_sm',
                    fields={'message_id': message_id, 'source_addr_ton': 3,
                            'source_addr': '22222'}, timeout_ms=10000)
    return answer['status'], answer['message_state'], answer['error_code']


def case_the_network_s_own_error_is_passed_on(w):
    for network, err, told, number in (
            ('03002d', '000', '045', 45), ('030001', '000', '001', 1),
            ('030000', '000', '000', 0), (None, '21b', '21b', 0),
            (None, '045', '045', 45)):
        message_id, submitted = submit(w, w.number())
        report(w, submitted, 'UNDELIV', err, network)
        state, text = w.esme.receipt(message_id)
        equal((state, f'err:{told} ' in text), (UNDELIVERABLE, True), text)
        event = w.esme.received(
            lambda e: e.get('receipted_message_id') == message_id, 'it')[0]
        equal('network_error_code' in event, network is not None, event)
        equal(until(lambda: (lambda a: a if a[1] == UNDELIVERABLE else None)(
            query(w, message_id)), 'it has failed'),
            (0, UNDELIVERABLE, number), network or err)


def case_a_refusal_is_no_error_of_a_network(w):
    w.smsc.answer = lambda s: s.bind.respond(s, 0x65)
    answer = w.esme.submit(w.number(), 'refused', registered_delivery=1)
    state, text = w.esme.receipt(answer['message_id'])
    w.smsc.answer = w.smsc.good
    equal((state, 'err:101 ' in text), (UNDELIVERABLE, True), text)
    event = w.esme.received(lambda e: e.get('receipted_message_id') ==
                            answer['message_id'], 'it')[0]
    check('network_error_code' not in event, event)
    equal(query(w, answer['message_id'])[2], 0)


def case_the_smsc_s_clock_says_when(w):
    hour_ago, now = time.time() - 3600, time.time()
    for done, told in ((stamp(hour_ago, 7200), stamp(hour_ago)),
                       (stamp(now + 3 * 86400), None),
                       (stamp(now - 3 * 86400), None), ('2513322561', None)):
        message_id, submitted = submit(w, w.number())
        report(w, submitted, done=done)
        _, text = w.esme.receipt(message_id)
        found = text.split('done date:')[1][:10]
        check(found == told if told else
              stamp(now) <= found <= stamp(time.time()), done, text)


def case_a_receipt_in_time_counts(w):
    message_id, submitted = submit(w, w.number(), validity_period=SHORT)
    time.sleep(3)
    equal(query(w, message_id)[:2], (0, ENROUTE), 'it is waited for')
    report(w, submitted)
    equal(w.esme.receipt(message_id)[0], DELIVERED)
    equal(query(w, message_id)[:2], (0, DELIVERED))


def case_none_in_time_is_told_as_set(w):
    late, _ = submit(w, w.number(), validity_period=SHORT)
    assumed, _ = submit(w, '15550281' + w.number()[-5:],
                        validity_period=SHORT)
    equal(w.esme.receipt(assumed)[0], DELIVERED)
    equal(w.esme.receipt(late)[0], EXPIRED)
    check(any(r.get('clause') == 'receipt-missing'
              for r in w.gateway.trace(late)), 'its story says why')
