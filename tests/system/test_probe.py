"""Messages of the operator's own: gwctl sms test, and settings for phones."""

import hashlib
import hmac
import json

from peers import Esme, Smsc, text_of
from rig import Rig, check, equal

OTA = '''
group = ota-setting
name = internet
title = "Web of Example"
apn = internet.example
authentication = PAP
user = web
password = web-secret
proxy = 192.0.2.7
home-page = http://wap.example/

group = ota-setting
name = pictures
type = mms
apn = mms.example
mmsc = http://mmsc.example/mms
'''


def world():
    rig = Rig(edit={'people.conf': lambda text: text + OTA})
    rig.smsc = Smsc(rig)
    rig.esme = Esme(rig)
    return rig


def probe(w, *arguments, given=''):
    """The objects of a message that was delivered."""
    status, out, err = w.gateway.gwctl('--json', *arguments, given=given)
    equal(status, 0, out + err)
    return [json.loads(line) for line in out.splitlines()]


def case_one_is_sent_and_followed(w):
    number = w.number()
    plan, taken, *steps = probe(w, 'sms', 'test', '+' + number, 'hello')
    equal((plan['alphabet'], plan['segments'], plan['route']),
          ('GSM 7-bit', 1, 'sms/smsc-a'))
    equal(taken['state'], 'accepted')
    equal({s['id'] for s in steps}, {taken['id']})
    equal([s['step'] for s in steps],
          ['intake', 'send', 'outcome', 'report-in', 'report'])
    equal(steps[-1]['verdict'], 'delivered')
    event = w.smsc.submits(number)[0]
    equal((text_of(event), event['registered_delivery'],
           event['source_addr']), ('hello', 1, ''))
    equal(w.gateway.waiting(), 0)


def case_alphabets_and_segments(w):
    for text, alphabet, segments in (
            ('x' * 160, 'GSM 7-bit', 1), ('x' * 161, 'GSM 7-bit', 2),
            ('ж' * 70, 'UCS-2', 1), ('ж' * 71, 'UCS-2', 2)):
        number = w.number()
        plan = probe(w, 'sms', 'test', '+' + number, text,
                     '--from', '22222')[0]
        equal((plan['alphabet'], plan['segments'], plan['from']),
              (alphabet, segments, '22222'))
        equal({e['source_addr'] for e in w.smsc.submits(number, segments)},
              {'22222'})


def case_it_is_cut_as_its_link_wants_it(w):
    conf = w.gateway.conf / 'links.conf'
    kept = conf.read_text()
    check('name = smsc-a\n' in kept)
    for setting, text, alphabet, segments in (
            ('latin1 = yes', 'ê' * 71, 'ISO-8859-1', 1),
            ('single-shift = turkish', 'ş' * 71, 'GSM 7-bit, national', 1),
            ('concat = payload', 'ж' * 200, 'UCS-2', 1),
            ('transliterate = yes', 'ž' * 160, 'GSM 7-bit', 1)):
        conf.write_text(kept.replace('name = smsc-a\n',
                                     f'name = smsc-a\n{setting}\n'))
        equal(w.gateway.gwctl('reload')[0], 0)
        w.gateway.wait_link('smsc-a')
        number = w.number()
        plan = probe(w, 'sms', 'test', '+' + number, text)[0]
        equal((setting, plan['alphabet'], plan['segments']),
              (setting, alphabet, segments))
        equal(len(w.smsc.submits(number, segments)), segments)
    conf.write_text(kept)
    equal(w.gateway.gwctl('reload')[0], 0)
    w.gateway.wait_link('smsc-a')


def case_people_read_it(w):
    number = w.number()
    status, out, _ = w.gateway.gwctl('sms', 'test', '+' + number, 'hello')
    equal(status, 0)
    for line in ('alphabet  GSM 7-bit', 'segments  1', 'route     sms/smsc-a'):
        check(line in out, out)
    equal(out.splitlines()[-1], 'delivered')


def case_failures_end_it(w):
    number = w.number()
    w.smsc.rules({'to': number, 'times': 1, 'status': 0x0B})
    status, out, _ = w.gateway.gwctl('sms', 'test', '+' + number, 'no')
    equal(status, 1)
    equal(out.splitlines()[-1], 'undeliverable')
    w.smsc.rules()
    status, out, err = w.gateway.gwctl('sms', 'test', '+4412345678', 'no')
    equal(status, 1)
    check('route     none' in out and 'no route' in err, out + err)
    equal(w.gateway.gwctl('sms', 'test', '+1555')[0], 2)
    equal(w.gateway.gwctl('sms', 'fly', '+1555', 'x')[0], 2)


def case_an_answer_that_does_not_come(w):
    number = w.number()
    w.smsc.rules({'to': number, 'times': 1, 'silent': True})
    status, _, err = w.gateway.gwctl('--timeout', '1', 'sms', 'test',
                                     '+' + number, 'slow')
    equal(status, 4)
    check('within 1 s' in err, err)
    w.smsc.rules()


def case_to_an_account(w):
    w.esme.bound()
    steps = probe(w, 'sms', 'test', '22222', 'to the account')
    equal(steps[0]['route'], 'sms/esme1')
    w.esme.received(lambda e: text_of(e) == 'to the account', 'it')
    w.esme('unbind', name='esme1')


def uintvar(octets, at):
    value = 0
    while True:
        value = value << 7 | octets[at] & 0x7f
        at += 1
        if octets[at - 1] < 0x80:
            return value, at


def text_at(octets, at):
    end = octets.index(0, at)
    return octets[at:end].decode(), end + 1


def push_of(w, number, parts):
    """The WSP push PDU that came to port 2948: what its content type has
    behind the media, and the body."""
    pieces = {}
    for e in w.smsc.submits(number, parts):
        octets = bytes.fromhex(e['hex'])
        header, pieces[octets[5]] = octets[1:octets[0] + 1], \
            octets[octets[0] + 1:]
        check(bytes.fromhex('05040b84') in header, 'port 2948')
        equal((e['data_coding'], header[:2]), (4, b'\x00\x03'))
    octets = b''.join(pieces[n] for n in sorted(pieces))
    equal(octets[1], 6, 'a push')
    length, at = uintvar(octets, 2)
    headers, body = octets[at:at + length], octets[at + length:]
    return headers, body


def strings(body):
    """The inline strings of a WBXML document, in their order."""
    found, at = [], 0
    while at < len(body):
        if body[at] == 3:
            text, at = text_at(body, at + 1)
            found.append(text)
        else:
            at += 1
    return found


def case_settings_that_a_phone_takes_with_a_pin(w):
    number = w.number()
    probe(w, 'ota', 'send', 'internet', '+' + number, '--pin', 'userpin',
          '--value', '-', given='1234\n')
    headers, body = push_of(w, number, 4)
    # value-length 45, connectivity-wbxml 36, SEC 11 = 1, MAC 12 = a text
    equal(headers[:6], bytes([0x1f, 0x2d, 0x80 | 0x36, 0x91, 0x81, 0x92]))
    equal(text_at(headers, 6)[0],
          hmac.new(b'1234', body, hashlib.sha1).hexdigest().upper())
    equal(body[:4], bytes([3, 0x0b, 0x6a, 0]), 'WBXML 1.3, PROV 1.0, UTF-8')
    found = strings(body)
    for text in ('Web of Example', 'internet.example', 'web-secret',
                 '192.0.2.7', '8080', 'http://wap.example/', 'w2'):
        check(text in found, f'{text} in {found}')


def case_settings_proved_by_the_card(w):
    number = w.number()
    probe(w, 'ota', 'send', 'pictures', '+' + number, '--pin', 'netwpin',
          '--value', '001010123456789')
    headers, body = push_of(w, number, 2)
    equal(headers[3:5], bytes([0x91, 0x80]))
    # EF IMSI without its length: odd parity and digit, then pairs swapped
    key = bytes.fromhex('0910101032547698')
    equal(text_at(headers, 6)[0],
          hmac.new(key, body, hashlib.sha1).hexdigest().upper())
    check({'mms.example', 'http://mmsc.example/mms', 'w4'} <=
          set(strings(body)), 'the relay')


def case_settings_without_proof(w):
    number = w.number()
    probe(w, 'ota', 'send', 'pictures', '+' + number)
    headers, _ = push_of(w, number, 2)
    equal(headers, b'\xb6')


def case_operators_see_the_settings(w):
    equal([s['name'] for s in w.gateway.ask('ota', 'list')],
          ['internet', 'pictures'])
    status, out, _ = w.gateway.gwctl('ota', 'show', 'internet')
    equal(status, 0)
    check('<parm name="NAP-ADDRESS" value="internet.example"/>' in out, out)
    check('web-secret' not in out, 'no password')
    for status, *arguments in (
            (1, 'show', 'nothing'), (2, 'show'), (2, 'fly', 'internet'),
            (2, 'send', 'internet'),
            (2, 'send', 'internet', '+15550200001', '--pin', 'userpin'),
            (2, 'send', 'internet', '+15550200001', '--pin', 'userpin',
             '--value', '-'),
            (2, 'send', 'internet', '+15550200001', '--pin', 'x',
             '--value', '1'),
            (2, 'send', 'internet', '+15550200001', '--pin', 'netwpin',
             '--value', '12')):
        equal(w.gateway.gwctl('ota', *arguments)[0], status, arguments)
