"""Which optional parameters a link and an account are sent (tlv-pass,
tlv-drop), and which all that goes there has (tlv-add): SMPP v3.4 5.3."""

import secrets
import struct

from peers import Smsc
from rawesme import DELIVER_SM, bind_body, connect
from rig import SMPP, Rig, check, equal

BIND_RECEIVER, BIND_TRANSMITTER, SUBMIT_SM = 1, 2, 4
LINK = '''tlv-drop = 0x1402-0x14FF source_subaddress
tlv-add = 0x1500:CAFE
'''
ACCOUNT = '''tlv-pass = receipted_message_id 0x1401
tlv-add = 0x1501:01;0x1502:
'''


def edit_links(text):
    text = text.replace('name = smsc-a\n', 'name = smsc-a\n' + LINK)
    return text.replace('system-id = esme2\n', 'system-id = esme2\n' + ACCOUNT)


def world():
    rig = Rig(edit={'links.conf': edit_links})
    rig.smsc = Smsc(rig)
    return rig


def tlv(tag, value):
    return struct.pack('>HH', tag, len(value)) + value


def tlvs_of(body):
    """tag -> value behind a deliver_sm without times."""
    at = body.index(0) + 3
    at = body.index(0, at) + 3
    at = body.index(0, at) + 4
    at += 6
    at += 1 + body[at]
    found = {}
    while at < len(body):
        tag, n = struct.unpack('>HH', body[at:at + 4])
        found[tag] = body[at + 4:at + 4 + n]
        at += 4 + n
    return found


def bound(w, name, command):
    connection = connect(w.slot.port(SMPP))
    w.defer(connection.close)
    equal(connection.ask(command, bind_body(name, name.replace('esme',
                                                               'secret')))[0],
          0)
    return connection


def case_to_an_account(w):
    receiver = bound(w, 'esme2', BIND_RECEIVER)
    text = secrets.token_hex(6)
    number = w.number()
    equal(w.smsc.mobile_originated(number, '22223', text, dest_addr_ton=3,
                                   language_indicator=2,
                                   user_message_reference=7)['status'], 0)
    body = receiver.wait(DELIVER_SM)[1]
    receiver.close()
    check(text.encode() in body, body)
    equal(tlvs_of(body), {0x1501: b'\1', 0x1502: b''})
    equal([r['text'] for r in w.gateway.trace(number)
           if 'lost=' in (r.get('text') or '')],
          ['lost=user_message_reference,language_indicator'])


def case_its_receipts_too(w):
    sender = bound(w, 'esme2', BIND_TRANSMITTER)
    receiver = bound(w, 'esme2', BIND_RECEIVER)
    number = w.number()
    body = (b'\0\3\0' + b'22223\0' + b'\1\1' + number.encode() + b'\0' +
            b'\0\0\0\0\0' + bytes([1, 0, 0, 0, 1]) + b'x' +
            tlv(0x1401, b'\x0a') + tlv(0x1402, b'\x0b'))
    status, answer = sender.ask(SUBMIT_SM, body)
    equal(status, 0)
    w.smsc.submits(number)
    receipt = tlvs_of(receiver.wait(DELIVER_SM)[1])
    equal(receipt, {0x1E: answer, 0x1501: b'\1', 0x1502: b''})
    equal([r['text'] for r in w.gateway.trace(number)
           if 'lost=' in (r.get('text') or '')], ['lost=tlv-1402'])


def case_mistakes_are_told(w):
    path = w.gateway.conf / 'links.conf'
    good = path.read_text()
    line = good[:good.index('tlv-drop')].count('\n') + 1
    for name, old, wrong, why in (
            ('tlv-drop', '0x1402-0x14FF source_subaddress', 'ports',
             'is no optional parameter: neither a name nor 0x1 to 0xFFFF'),
            ('tlv-add', '0x1500:CAFE', '0x424:41',
             'is filled in by the gateway itself'),
            ('tlv-add', '0x1500:CAFE', '0x1500:C',
             'has a value that is not hexadecimal')):
        path.write_text(good.replace(old, wrong))
        status, out, err = w.gateway.gwctl('conf', 'check')
        equal(status, 1, wrong)
        at = line + (name == 'tlv-add')
        check(f':{at}: group smsc: {name}: {wrong} {why}' in out + err, out,
              err)
    path.write_text(good)
    equal(w.gateway.gwctl('conf', 'check')[0], 0)
