"""Which device is which, what devices may write, and how what they were sent
and said is found again."""

import re
import secrets
import socket

from device import Device
from peers import Esme, Smsc
from rig import DOMAIN, Rig, check, equal, until
from sipwire import imdn_for, new_id


def world():
    rig = Rig()
    rig.smsc = Smsc(rig)
    rig.esme = Esme(rig).bound()
    rig.mary = Device(rig, 'mary').registered()
    rig.peter = Device(rig, 'peter', 'tcp').registered()
    return rig


def unique(text):
    return f'{text} {secrets.token_hex(4)}'


def gruu(device):
    return f'{device.aor};gr={device.instance.strip("<>")}'


def story(w, key):
    """The id of the one message that is found by that."""
    ids = until(lambda: {s['id'] for s in w.gateway.trace(key)}, f'by {key}')
    equal(len(ids), 1, f'messages found by {key}')
    return ids.pop()


def of_charset(w, to, name, octets):
    """Sends text in that charset; the final status."""
    body = cpim_of(w, to, name, octets)
    return w.mary.request('MESSAGE', to, ['Content-Type: message/cpim'],
                          body).status


def cpim_of(w, to, name, octets):
    return (f'From: <{w.mary.aor}>\r\nTo: <{to}>\r\n\r\n'
            f'Content-Type: text/plain; charset={name}\r\n\r\n'
            ).encode() + octets


def units(w, octets, name):
    """The submit_sm that it became, its octets as UTF-16BE or ASCII."""
    number = w.number()
    equal(of_charset(w, f'tel:+{number}', name, octets), 202, name)
    part = w.smsc.submits(number, 1)[0]
    return part['data_coding'], bytes.fromhex(part['hex'])


# -- who is who -------------------------------------------------------------

def case_a_gruu_is_one_device(w):
    other = Device(w, 'peter').registered()
    text = unique('for one')
    equal(w.mary.message(gruu(other), text)[0], 200)
    other.wait_text(text)
    behind = unique('for both')
    equal(w.mary.message(w.peter.aor, behind)[0], 200)
    w.peter.wait_text(behind)
    check(text not in w.peter.texts(), 'nothing for the other one')
    equal(other.register(expires=0), 200)


def case_a_gruu_of_a_device_that_is_not_there_is_480(w):
    gone = Device(w, 'peter').registered()
    equal(gone.register(expires=0), 200)
    text = unique('for who is gone')
    equal(w.mary.message(gruu(gone), text)[0], 480)
    equal(w.mary.message(f'{w.peter.aor};gr', text)[0], 404)
    silent = Device(w, 'peter').registered()
    silent.answer = lambda request: 480
    equal(w.mary.message(gruu(silent), text)[0], 480)
    equal(silent.register(expires=0), 200)
    check(text not in w.peter.texts(), 'nobody else has it')
    equal(w.gateway.waiting(), 0, 'nothing waits')


def case_a_device_that_learns_its_instance_is_one_device(w):
    device = Device(w, 'bob')
    plain = device.request('REGISTER', f'sip:{DOMAIN}', [
        f'Contact: {device.contact()}', 'Expires: 600'],
        to=f'<{device.aor}>', call_id=device.register_call)
    equal(plain.status, 200)
    device.registered()
    text = unique('once')
    equal(w.mary.message(device.aor, text)[0], 200)
    equal(w.mary.message(device.aor, unique('then'))[0], 200)
    equal(device.texts().count(text), 1)
    equal(device.register(expires=0), 200)


def case_a_connection_ends_and_its_device_listens(w):
    device = Device(w, 'bob', 'tcp').registered()
    device.tcp.shutdown(socket.SHUT_RDWR)
    until(lambda: device.tcp is None, 'its connection has gone')
    equal(w.gateway.ask('users', 'bob')[0]['devices'], 1)
    text = unique('called')
    equal(w.mary.message(device.aor, text)[0], 200)
    device.wait_text(text)
    w.gateway.kill_program('cpmgw-sip')
    until(lambda: w.gateway.link('cpm').get('state') == 'up', 'it is back')
    text = unique('called again')
    until(lambda: w.mary.message(device.aor, text)[0] == 200, 'delivered')
    equal(device.register(expires=0), 200)


def case_registrations_are_for_our_domain(w):
    r = w.mary.request('REGISTER', 'sip:other.example', [
        f'Contact: {w.mary.contact()}'], to=f'<{w.mary.aor}>')
    equal(r.status, 404)


def case_one_conversation_for_each_peer(w):
    def received(sender):
        text = unique('sms')
        w.esme.submit('15550100001', text, source_addr=sender)
        m = w.mary.wait_text(text)
        return m.get('conversation-id'), m.get('contribution-id')

    one, two = received('15550300001'), received('15550300001')
    equal(one[0], two[0], 'the same conversation')
    check(one[1] != two[1], 'another contribution')


# -- what is written --------------------------------------------------------

def case_text_in_other_charsets_is_the_same_text(w):
    for name, octets in (('windows-1252', b'\x80'), ('iso-8859-15', b'\xa4'),
                         ('UTF-16', b'\xff\xfe\xac\x20'),
                         ('UTF-16', b'\xfe\xff\x20\xac')):
        equal(units(w, octets, name), (0, b'\x1b\x65'), name)
    equal(units(w, 'Привет'.encode('koi8-r'), 'koi8-r'),
          (8, 'Привет'.encode('utf-16-be')))
    equal(units(w, '中文'.encode('gb18030'), 'GB18030'),
          (8, '中文'.encode('utf-16-be')))


def case_text_that_cannot_be_read_is_no_sms(w):
    to = f'tel:+{w.number()}'
    for name, octets in (('klingon', b'qapla'), ('utf-16le', b'abc'),
                         ('windows-1252', b'\x81')):
        equal(of_charset(w, to, name, octets), 415, name)
        equal(of_charset(w, w.peter.aor, name, octets), 200, name)
        w.peter.wait(lambda m, o=cpim_of(w, w.peter.aor, name, octets):
                     m.body == o, 'the same octets')


def case_texts_go_out_as_they_came(w):
    for written in ('и\u0306', 'か\u3099', '\u1112\u1161\u11ab',
                    's\u0323\u0307', '\u0958', '\ufa19'):
        equal(units(w, written.encode(), 'utf-8'),
              (8, written.encode('utf-16-be')), ascii(written))


def case_in_form_c_where_that_saves_something(w):
    equal(units(w, 'e\u0301'.encode(), 'utf-8'), (0, b'\x05'))
    equal(units(w, ('и\u0306' * 70).encode(), 'utf-8'),
          (8, ('й' * 70).encode('utf-16-be')))


# -- what is found ----------------------------------------------------------

def case_an_sms_is_found_by_all_that_the_phone_saw_and_said(w):
    text = unique('to be found')
    answer = w.esme.submit('15550100001', text, registered_delivery=1)
    m = w.mary.wait_text(text)
    sender, body = imdn_for(m, 'delivered', 'delivery')
    call_id = new_id()
    equal(w.mary.request('MESSAGE', sender, ['Content-Type: message/cpim'],
                         body, call_id=call_id).status, 200)
    said = re.search(rb'(?i)imdn\.Message-ID: *(\S+)', body).group(1).decode()
    seen = re.search(rb'(?i)imdn\.Message-ID: *(\S+)', m.body).group(1)
    ours = story(w, answer['message_id'])
    for key in (m.get('call-id'), m.get('contribution-id'), seen.decode(),
                call_id, said):
        equal(story(w, key), ours, key)
    check(ours in {s['id'] for s in w.gateway.trace(
        m.get('conversation-id'))}, 'one of its conversation')


def case_a_message_between_devices_is_found_by_both_call_ids(w):
    text, call_id = unique('between'), new_id()
    status, message_id = w.mary.message(w.peter.aor, text, call_id=call_id)
    equal(status, 200)
    m = w.peter.wait_text(text)
    ours = story(w, message_id)
    for key in (call_id, m.get('call-id'), m.get('contribution-id')):
        equal(story(w, key), ours, key)
    check(ours in {s['id'] for s in w.gateway.trace(
        m.get('conversation-id'))}, 'one of its conversation')
