"""What cannot be carried, or must not be, is refused at once and for good:
SMPP v3.4 5.1.3, 5.2.6, 5.2.17, 5.2.18; 3GPP TS 23.040 9.1.2.5, 9.2.3.24.1."""

import secrets
import struct

from device import Device
from peers import Esme, Smsc, text_of
from rawesme import bind_body, connect
from rig import SMPP, Rig, check, equal

RESPONSE, SUBMIT_SM, BIND = 0x80000000, 4, 9
RINVMSGLEN, RINVREGDLVFLG, RINVSRCADR, RX_R_APPN = 0x01, 0x07, 0x0A, 0x66
RINVSRCNPI, RINVDSTNPI, RINVREPFLAG = 0x49, 0x51, 0x54

BLACK = '''
group = access
name = spammers
action = deny
sender = Spammer

group = access
name = barred
action = deny
recipient = +15550266123
'''


def edit_links(text):
    return text.replace('start = no', 'sender-out = /^Newspapers-Ltd$/ -> '
                        'Papers', 1) + '''
group = route
name = by-b
prefix = +1555028
technology = sms
peer = smsc-b
'''


def world():
    rig = Rig(edit={'links.conf': edit_links,
                    'cpmgw.conf': lambda text: text + BLACK})
    rig.smsc = Smsc(rig)
    rig.esme = Esme(rig).bound()
    return rig


def status(w, number=None, text='x', **fields):
    return w.esme.submit(number or w.number(), text, **fields)['status']


def name(text):
    return {'source_addr_ton': 5, 'source_addr_npi': 0, 'source_addr': text}


def case_names_that_an_smsc_has_no_room_for(w):
    for sender, wanted in (('ABCDEFGHIJK', 0), ('ABCDEFGHIJKL', RINVSRCADR),
                           ('Shop \xef', RINVSRCADR)):
        equal(status(w, **name(sender)), wanted, sender)


def case_a_rule_of_the_link_may_shorten_it(w):
    w.smsc_b = Smsc(w, lab_port=2777, link='smsc-b')
    number = '15550280001'
    equal(status(w, number, **name('Newspapers-Ltd')), 0)
    equal(w.smsc_b.submits(number)[0]['source_addr'], 'Papers')


def case_names_of_20_characters_reach_an_esme(w):
    for sender in ('ABCDEFGHIJKL', 'ABCDEFGHIJKLMNOPQRST', 'Newspapers of X'):
        text = secrets.token_hex(6)
        answer = w.smsc.mobile_originated(sender, '22222', text,
                                          source_addr_ton=5,
                                          source_addr_npi=0, dest_addr_ton=3)
        equal(answer['status'], 0, sender)
        event = w.esme.received(lambda e, t=text: text_of(e) == t, text)[0]
        check(event['source_addr'].startswith(sender[:3]), event)
        equal(len(event['source_addr']), len(sender), event)


def case_texts_of_more_segments_than_the_way_has(w):
    for text, wanted in (('x' * 1224, 0), ('x' * 1225, RINVMSGLEN),
                         ('x' * 60000, RINVMSGLEN)):
        fields = {'message_payload': text.encode().hex()}
        equal(w.esme.submit(w.number(), **fields)['status'], wanted,
              len(text))
    for n, wanted in ((536, 0), (537, RINVMSGLEN)):
        fields = {'message_payload': ('ж' * n).encode('utf-16-be').hex(),
                  'data_coding': 8}
        equal(w.esme.submit(w.number(), **fields)['status'], wanted, n)


def case_the_same_from_a_phone_is_413(w):
    mary = Device(w, 'mary').registered()
    answer = mary.plain('sip:+' + w.number() + '@cpm.example;user=phone',
                       'y' * 1300)
    equal(answer.status, 413)


def case_black_lists_refuse_for_good(w):
    equal(status(w, **name('Spammer')), RINVSRCADR)
    equal(status(w, '15550266123'), RX_R_APPN)


def case_an_smsc_may_say_so(w):
    text = secrets.token_hex(6)
    answer = w.smsc.mobile_originated('15550200042', '22222', text,
                                      source_addr_npi=7, dest_addr_ton=3,
                                      dest_addr_npi=77)
    equal(answer['status'], 0)
    w.esme.received(lambda e: text_of(e) == text, text)


def ask(connection, to, source_npi=0, to_npi=1, registered=0, replace=0):
    body = (b'\0' + bytes([3, source_npi]) + b'22222\0' + bytes([1, to_npi]) +
            to.encode() + b'\0' + b'\0\0\0' + b'\0\0' +
            bytes([registered, replace, 0, 0, 1]) + b'x')
    return connection.ask(SUBMIT_SM, body)[0]


def bound(w, version):
    connection = connect(w.slot.port(SMPP))
    body = bind_body('esme1', 'secret1')[:-4] + struct.pack('BBBB', version,
                                                            0, 0, 0)
    equal(connection.ask(BIND, body)[0], 0)
    w.defer(connection.close)
    return connection


def case_values_that_are_reserved(w):
    one = bound(w, 0x34)
    for npi in (2, 5, 7, 77, 99, 255):
        equal(ask(one, w.number(), source_npi=npi), RINVSRCNPI, npi)
        equal(ask(one, w.number(), to_npi=npi), RINVDSTNPI, npi)
    for npi in (0, 1, 3, 4, 6, 8, 9, 10):
        equal(ask(one, w.number(), source_npi=npi, to_npi=npi), 0, npi)
    for replace in (2, 255):
        equal(ask(one, w.number(), replace=replace), RINVREPFLAG, replace)
    for registered in (0x03, 0x20, 0xE0, 0xFF):
        equal(ask(one, w.number(), registered=registered), RINVREGDLVFLG,
              hex(registered))
    for registered in (0x01, 0x02, 0x0D, 0x1E):
        equal(ask(one, w.number(), registered=registered), 0, hex(registered))


def case_a_receipt_of_success_alone_is_of_version_5(w):
    equal(ask(bound(w, 0x50), w.number(), registered=3), 0)
    equal(ask(bound(w, 0x34), w.number(), registered=3), RINVREGDLVFLG)
