"""Kannel: bearerbox and smsbox as an ESME, its test program as an SMSC."""

import contextlib
import os
import secrets
import socket

from device import NUMBERS, Device
from peers import Esme, Kannel, Smsc, text_of
from rig import DEADLINE, SMSC_B, Rig, check, equal

DRIVE_SMPP = '/usr/lib/kannel/test/drive_smpp'
FAR = '123'     # what drive_smpp sends to


def edit_links(text):
    """esme3 has the short code that drive_smpp sends to, and the link to it
    is up, by the two binds that drive_smpp knows."""
    head, mark, rest = text.partition('name = smsc-b')
    rest = rest.replace('bind = transceiver', 'bind = pair', 1)
    return head + mark + rest.replace('start = no', 'start = yes') + f'''
group = esme
system-id = esme3
password = secret3
any-sender = yes
short-code = {FAR}
'''


def world():
    rig = Rig(edit={'links.conf': edit_links})
    rig.smsc = Smsc(rig)
    rig.mary = Device(rig, 'mary', 'tcp').registered()
    rig.kannel = Kannel(rig)
    return rig


def unique(text):
    return f'{text} {secrets.token_hex(4)}'


def case_a_message_with_a_receipt(w):
    number = w.number()
    answer = w.kannel.send(f'+{number}', 'hello from Kannel', receipts=True)
    check('Accepted' in answer, answer)
    equal(text_of(w.smsc.submits(number)[0]), 'hello from Kannel')
    query = w.kannel.sink.wait('/dlr', lambda q: q['state'] == '1',
                               'the receipt')
    check(number in query['to'] or query['to'], query)


def case_a_receipt_of_failure(w):
    number = w.number()
    w.smsc.rules({'to': number, 'state': 'UNDELIV'})
    w.kannel.send(f'+{number}', 'fails', receipts=True)
    w.kannel.sink.wait('/dlr', lambda q: q['state'] == '2', 'the receipt')
    w.smsc.rules()


def case_to_a_device_and_its_answer(w):
    text = unique('Kannel to mary')
    w.kannel.send(NUMBERS['mary'], text, receipts=True)
    m = w.mary.wait_text(text)
    w.mary.notify(m, 'delivered')
    answer = unique('mary to Kannel')
    status, _ = w.mary.message('tel:22222;phone-context=cpm.example', answer)
    check(status in (200, 202), status)
    query = w.kannel.sink.wait('/mo', lambda q: q['text'] == answer, answer)
    check(NUMBERS['mary'][1:] in query['from'], query)
    equal(query['to'], '22222')


def case_a_long_text_in_ucs2_to_a_device(w):
    text = unique('žluťoučký kůň €😀 ' * 12)
    w.kannel.send(NUMBERS['mary'], text, coding='2')
    w.mary.wait_text(text)


def case_a_long_text_in_the_default_alphabet_to_a_mobile(w):
    number = w.number()
    text = unique('long ' * 90)
    w.kannel.send(f'+{number}', text)
    parts = sorted(w.smsc.submits(number, 3), key=lambda e: e['hex'][:12])
    equal(''.join(text_of(p) for p in parts), text)


def case_a_mobile_s_message_reaches_kannel(w):
    text = unique('MO ž')
    answer = w.smsc.mobile_originated(
        '15550200001', '22222', hex=text.encode('utf-16-be').hex(),
        data_coding=8, dest_addr_ton=3, dest_addr_npi=0)
    equal(answer['status'], 0)
    w.kannel.sink.wait('/mo', lambda q: q['text'] == text or
                       q['charset'] != 'UTF-8', text)


def case_a_hundred_in_a_row(w):
    number = w.number()
    words = [unique(f'row {i:03}') for i in range(100)]
    for word in words:
        w.kannel.send(f'+{number}', word)
    found = w.smsc.submits(number, 100)
    equal([text_of(e) for e in found], words, 'in order, once each')


def case_drive_smpp_as_an_smsc(w):
    """Kannel's SMSC emulator sends; an ESME receives. It wants a bearerbox
    too, on the port that is Kannel's default, but only to be connected."""
    check(os.access(DRIVE_SMPP, os.X_OK), 'kannel-extras is installed')
    esme = Esme(w).bound('esme3')
    with contextlib.suppress(OSError):
        w.defer(socket.create_server(('127.0.0.1', 13001)).close)
    w.process('drive', [DRIVE_SMPP, '-v', '0', '-m', '20', '-p',
                        w.slot.port(SMSC_B)])
    found = esme.received(lambda e: e['name'] == 'esme3', 'twenty', 20,
                          3 * DEADLINE)
    equal({e['destination_addr'] for e in found}, {FAR})
