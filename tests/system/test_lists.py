"""One message to many: lists of recipients (RFC 5363, 5364, 5365)."""

import re
import secrets
import xml.etree.ElementTree as ElementTree

from device import NUMBERS, Device
from peers import Smsc, text_of
from rig import DOMAIN, Rig, check, equal, until
from sipwire import Cpim, cpim, imdn_for, new_id

SERVICE = f'sip:lists@{DOMAIN}'
BOTH = 'positive-delivery, negative-delivery'
LISTS = '{urn:ietf:params:xml:ns:resource-lists}'
COPY = '{urn:ietf:params:xml:ns:copycontrol}'
REQUIRE = 'Require: recipient-list-message'
MANY = 20
CONF = f"""service = {SERVICE}
recipients-most = {MANY}
senders = {NUMBERS['mary']};sip:peter@{DOMAIN}"""


def world():
    rig = Rig(edit={'cpmgw.conf': lambda text: text.replace(
        f'service = {SERVICE}', CONF)})
    rig.smsc = Smsc(rig)
    rig.mary = Device(rig, 'mary').registered()
    rig.peter = Device(rig, 'peter', 'tcp').registered()
    rig.bob = Device(rig, 'bob').registered()
    return rig


def unique(text):
    return f'{text} {secrets.token_hex(4)}'


def entry(uri, copy='to', more=''):
    control = f' cp:copyControl="{copy}"' if copy else ''
    return f'<entry uri="{uri}"{control}{more}/>'


def document(*entries):
    return ('<?xml version="1.0" encoding="UTF-8"?>\r\n<resource-lists '
            'xmlns="urn:ietf:params:xml:ns:resource-lists" '
            'xmlns:cp="urn:ietf:params:xml:ns:copycontrol"><list>'
            + ''.join(entries) + '</list></resource-lists>').encode()


def part(content_type, octets, *headers):
    return '\r\n'.join([f'Content-Type: {content_type}', *headers, '',
                        '']).encode() + octets


def multipart(*parts):
    mark = b'--' + secrets.token_hex(8).encode()
    return (f'multipart/mixed;boundary="{mark[2:].decode()}"',
            b'\r\n'.join(line for p in parts for line in (mark, p))
            + b'\r\n' + mark + b'--\r\n')


def listed(octets):
    return part('application/resource-lists+xml', octets,
                'Content-Disposition: recipient-list')


def ask(device, parts, to=SERVICE, headers=(REQUIRE,), **own):
    """The final response to a MESSAGE of these parts."""
    content_type, body = multipart(*parts)
    return device.request('MESSAGE', to, [f'Content-Type: {content_type}',
                                          *headers], body, **own)


def send(w, text, *entries, want='', device=None, **own):
    """A CPIM to a list; (final status, imdn.Message-ID, its octets)."""
    device = device or w.mary
    message_id = new_id()
    body = cpim(f'tel:{NUMBERS[device.user]}', SERVICE, text, message_id,
                want)
    answer = ask(device, [part('message/cpim', body),
                          listed(document(*entries))], **own)
    return answer.status, message_id, body


class Copy:
    """What a device was sent: the message, and whom it was told of."""

    def __init__(self, request):
        self.request, self.told = request, None
        self.type, self.octets = request.get('content-type'), request.body
        found = re.search(r'multipart/mixed;boundary=([^";]+)', self.type)
        if not found:
            return
        mark = b'--' + found.group(1).encode()
        pieces = request.body.split(b'\r\n' + mark)
        check(pieces[-1].strip() == b'--', 'the multipart is closed')
        first = pieces[0].removeprefix(mark).removeprefix(b'\r\n')
        head, _, self.octets = first.partition(b'\r\n\r\n')
        self.type = head.decode().removeprefix('Content-Type: ')
        head, _, xml = pieces[1].lstrip().partition(b'\r\n\r\n')
        check(b'Content-Type: application/resource-lists+xml' in head, head)
        check(re.search(rb'Content-Disposition: recipient-list-history; ?'
                        rb'handling=optional', head), head)
        self.told = [(e.get('uri'), e.get(f'{COPY}copyControl'),
                      e.get(f'{COPY}count', '1'))
                     for e in ElementTree.fromstring(xml).iter(
                         f'{LISTS}entry')]


def received(device, text, n=1):
    found = device.wait(lambda m: m.method == 'MESSAGE' and
                        text.encode() in m.body, f'copy of {text!r}', n)
    return Copy(found[0])


def notify(device, copy, status):
    """The device's IMDN about the CPIM in its copy; the final status."""
    class Inner:  # pylint: disable=too-few-public-methods
        cpim = Cpim.parse(copy.octets)
    to, body = imdn_for(Inner, status)
    body = body.replace(f'From: <{SERVICE}>'.encode(),
                        f'From: <{device.aor}>'.encode()).replace(
        f'<recipient-uri>{SERVICE}'.encode(),
        f'<recipient-uri>{device.aor}'.encode())
    return device.request('MESSAGE', to, ['Content-Type: message/cpim'],
                          body).status


def settled(w):
    until(lambda: w.gateway.waiting() == 0, 'nothing waits')


# -- copies -----------------------------------------------------------------

def case_devices_and_phones_get_a_copy_each(w):
    text, number = unique('to all'), w.number()
    status, message_id, body = send(
        w, text, entry(w.peter.aor), entry(w.bob.aor, 'cc'),
        entry(f'tel:+{number}'))
    equal(status, 202)
    for device in (w.peter, w.bob):
        copy = received(device, text)
        equal(copy.octets, body, 'octet by octet')
        equal(copy.type, 'message/cpim')
        equal(copy.request.uri.split('@')[0], f'sip:{device.user}')
        equal(copy.request.get('to'), f'<{device.aor}>')
        check(copy.request.get('from').startswith(f'<{w.mary.aor}>'),
              'From is the sender')
        check(f'tel:{NUMBERS["mary"]}' in
              copy.request.get('p-asserted-identity'), 'asserted')
        equal(copy.request.get('require'), '')
        equal(copy.told, [(w.peter.aor, 'to', '1'), (w.bob.aor, 'cc', '1'),
                          (f'tel:+{number}', 'to', '1')])
    equal([text_of(e) for e in w.smsc.submits(number)], [text])
    calls = {received(d, text).request.get('call-id')
             for d in (w.peter, w.bob)}
    equal(len(calls), 2, 'Call-IDs of their own (RFC 5365 7.2)')
    story = w.gateway.trace(message_id)
    equal(len({s['id'] for s in story}), 1, 'one story')
    to = {s.get('to') for s in story}
    check(any(number in (t or '') for t in to) and
          any('peter' in (t or '') for t in to), to)


def case_bcc_is_invisible_and_the_anonymous_are_counted(w):
    text, hidden, number = unique('blind'), w.number(), w.number()
    status, _, _ = send(
        w, text, entry(w.peter.aor), entry(w.bob.aor, 'bcc'),
        entry(f'tel:+{hidden}', 'to', ' cp:anonymize="true"'),
        entry(f'tel:+{number}', 'to', ' cp:anonymize="1"'),
        entry(w.mary.aor, None))
    equal(status, 202)
    anonymous = ('sip:anonymous@anonymous.invalid', 'to', '2')
    for device in (w.peter, w.bob, w.mary):
        copy = received(device, text)
        equal(copy.told, [(w.peter.aor, 'to', '1'), anonymous])
        check(hidden not in copy.request.octets.decode() and
              'bob@' not in ' '.join(u for u, _, _ in copy.told), 'hidden')
    w.smsc.submits(hidden)
    w.smsc.submits(number)


def case_all_blind_no_list(w):
    text = unique('all blind')
    equal(send(w, text, entry(w.peter.aor, 'bcc'),
               entry(w.bob.aor, None))[0], 202)
    for device in (w.peter, w.bob):
        copy = received(device, text)
        equal(copy.told, None)
        equal(copy.request.get('content-type'), 'message/cpim')


def case_who_is_named_twice_is_served_once(w):
    text, number = unique('twice'), w.number()
    status, _, _ = send(
        w, text, entry(w.peter.aor, 'bcc'), entry(w.peter.aor, 'cc'),
        entry(f'tel:{NUMBERS["peter"]}', 'to'), entry(f'tel:+{number}'),
        entry(f'sip:+{number}@{DOMAIN};user=phone'),
        entry(f'tel:+{number[0]}-{number[1:]}'))
    equal(status, 202)
    equal(received(w.peter, text).told,
          [(w.peter.aor, 'to', '1'), (f'tel:+{number}', 'to', '1')])
    later = unique('marker')
    equal(send(w, later, entry(w.peter.aor), entry(f'tel:+{number}'))[0],
          202)
    received(w.peter, later)
    equal([text_of(e) for e in w.smsc.submits(number, 2)], [text, later])
    equal(len([m for m in w.peter.inbox if text.encode() in m.body]), 1)


def case_a_plain_text_without_wrapper(w):
    text, number = unique('plain'), w.number()
    answer = ask(w.peter, [
        listed(document(entry(w.mary.aor, 'bcc'), entry(f'tel:+{number}',
                                                        'bcc'))),
        part('text/plain; charset=utf-8', text.encode())])
    equal(answer.status, 202)
    equal(received(w.mary, text).request.body, text.encode(),
          'RFC 5365 7.3: no multipart for one part')
    equal([text_of(e) for e in w.smsc.submits(number)], [text])


def case_several_parts_stay_together(w):
    text = unique('picture')
    picture = bytes(range(256))
    answer = ask(w.mary, [
        part('text/plain', text.encode()),
        listed(document(entry(w.peter.aor, 'bcc'))),
        part('image/png', picture, 'Content-Transfer-Encoding: binary')])
    equal(answer.status, 202)
    m = w.peter.wait(lambda m: text.encode() in m.body, 'the parts')[0]
    check(picture in m.body and b'recipient-list' not in m.body, 'the parts')


def case_two_lists_are_one(w):
    text = unique('two lists')
    answer = ask(w.mary, [part('text/plain', text.encode()),
                          listed(document(entry(w.peter.aor))),
                          listed(document(entry(w.bob.aor, 'cc')))])
    equal(answer.status, 202)
    for device in (w.peter, w.bob):
        equal(received(device, text).told,
              [(w.peter.aor, 'to', '1'), (w.bob.aor, 'cc', '1')])


def case_a_device_that_takes_no_list_is_sent_the_message(w):
    text = unique('no lists')
    old = Device(w, 'alice')
    old.answer = lambda m: 415 if m.get('content-type').startswith(
        'multipart') else 200
    old.registered()
    for again in range(2):
        status, _, body = send(w, text + str(again), entry(old.aor))
        equal(status, 202)
        old.wait(lambda m, b=body: m.body == b, 'the message alone')
    equal(sum(m.get('content-type').startswith('multipart')
              for m in old.inbox), 1, 'it is asked once')
    equal(old.register(expires=0), 200)


def case_a_recipient_who_is_away_gets_it_later(w):
    text = unique('later')
    away = Device(w, 'bob')
    equal(w.bob.register(expires=0), 200)
    equal(send(w, text, entry(w.peter.aor), entry(w.bob.aor))[0], 202)
    received(w.peter, text)
    away.registered()
    equal(received(away, text).told,
          [(w.peter.aor, 'to', '1'), (w.bob.aor, 'to', '1')])
    equal(away.register(expires=0), 200)
    w.bob.registered()


# -- reports ----------------------------------------------------------------

def case_one_report_for_each_recipient(w):
    text, good, bad = unique('reports'), w.number(), w.number()
    w.smsc.rules({'to': bad, 'state': 'UNDELIV'})
    status, message_id, _ = send(
        w, text, entry(w.peter.aor), entry(w.bob.aor, 'bcc'),
        entry(f'tel:+{good}', 'cc'), entry(f'tel:+{bad}'),
        entry('tel:+447700900123'), want=BOTH)
    equal(status, 202)
    for device in (w.peter, w.bob):
        check(notify(device, received(device, text), 'delivered') in
              (200, 202), 'taken')
    wanted = {f'tel:+{good}': 'delivered', f'tel:+{bad}': 'failed',
              'tel:+447700900123': 'failed', w.peter.aor: 'delivered',
              w.bob.aor: 'delivered'}
    w.mary.wait(lambda m: m.imdn and m.imdn.message_id == message_id,
                'reports', len(wanted))
    until(lambda: not w.gateway.ask('queue', '--messages'),
          'nobody waits for more')
    told = [(m.imdn.recipient, m.imdn.status) for m in w.mary.inbox
            if m.imdn and m.imdn.message_id == message_id]
    equal(sorted(told), sorted(wanted.items()))
    original = next(m for m in w.mary.inbox if m.imdn and
                    m.imdn.recipient == f'tel:+{good}')
    check(f'<original-recipient-uri>{SERVICE}<' in original.text,
          'RFC 5438 8: the list is the original recipient')


# -- refusals ---------------------------------------------------------------

def refused(w, status, warning, parts, device=None, **own):
    answer = ask(device or w.mary, parts, **own)
    equal(answer.status, status, warning)
    check(warning in answer.get('warning'), answer.get('warning'))


def case_what_is_no_list_is_400(w):
    text = part('text/plain', unique('never').encode())
    refused(w, 400, 'no recipient-list', [text])
    refused(w, 400, 'nothing but', [listed(document(entry(w.peter.aor)))])
    refused(w, 400, 'nobody', [text, listed(document())])
    refused(w, 400, 'recipient-list', [text, listed(b'<resource-lists')])
    refused(w, 400, 'recipient-list', [
        text, listed(document(entry(w.peter.aor, 'all')))])
    refused(w, 400, 'flat', [text, listed(document(
        '<entry-ref ref="resource-lists/users/a/index"/>'))])
    refused(w, 400, 'no address', [text, listed(document(
        entry(w.peter.aor), entry('http://peter.example/')))])
    refused(w, 415, 'unknown format', [
        text, part('text/uri-list', b'sip:a@b\r\n',
                   'Content-Disposition: recipient-list')])
    equal(w.mary.plain(SERVICE, unique('no list')).status, 400)
    settled(w)


def case_too_many_are_413(w):
    text = unique('many')
    numbers = [w.number() for _ in range(MANY + 1)]
    entries = [entry(f'tel:+{n}') for n in numbers]
    refused(w, 413, 'too long', [part('text/plain', text.encode()),
                                 listed(document(*entries))])
    equal(send(w, text, *entries[1:])[0], 202)
    for number in numbers[1:]:
        w.smsc.submits(number)
    equal(w.smsc.count(numbers[0]), 0)


def case_who_may_not_is_403(w):
    parts = [part('text/plain', unique('never').encode()),
             listed(document(entry(w.peter.aor)))]
    refused(w, 403, 'not for you', parts, device=w.bob)
    refused(w, 403, 'not yours', parts, from_=f'<{w.bob.aor}>')
    refused(w, 403, 'a list in it', [parts[0], listed(document(
        entry(w.peter.aor), entry(SERVICE)))])
    equal(ask(w.mary, parts, password='wrong').status, 407)


def case_nobody_who_can_be_reached_is_404(w):
    text = unique('nobody')
    equal(send(w, text, entry('tel:+447700900123'),
               entry('sip:nobody@' + DOMAIN))[0], 404)


def case_only_messages_go_to_a_list(w):
    typing = (b'<?xml version="1.0"?><isComposing xmlns="urn:ietf:params:xml:'
              b'ns:im-iscomposing"><state>active</state></isComposing>')
    refused(w, 403, 'only messages', [
        part('application/im-iscomposing+xml', typing),
        listed(document(entry(w.peter.aor)))])


def case_the_option_is_known_where_there_is_a_list(w):
    answer = w.mary.request('OPTIONS', f'sip:{DOMAIN}')
    check('recipient-list-message' in answer.get('supported'), 'Supported')
    text = part('text/plain', unique('x').encode())
    answer = ask(w.mary, [text, listed(document(entry(w.bob.aor)))],
                 to=w.peter.aor)
    equal(answer.status, 420)
    equal(answer.get('unsupported'), 'recipient-list-message')
    answer = w.mary.request('REGISTER', f'sip:{DOMAIN}', [REQUIRE])
    equal(answer.status, 420)


# -- again ------------------------------------------------------------------

def case_the_same_one_twice_is_sent_once(w):
    text, message_id = unique('again'), new_id()
    body = cpim(f'tel:{NUMBERS["mary"]}', SERVICE, text, message_id)
    parts = [part('message/cpim', body),
             listed(document(entry(w.peter.aor), entry(w.bob.aor)))]
    equal(ask(w.mary, parts).status, 202)
    equal(ask(w.mary, parts).status, 202)
    marker = unique('marker')
    equal(send(w, marker, entry(w.peter.aor), entry(w.bob.aor))[0], 202)
    for device in (w.peter, w.bob):
        received(device, marker)
        equal(len([m for m in device.inbox if text.encode() in m.body]), 1)


def case_accepted_ones_survive_a_restart(w):
    text, number = unique('restart'), w.number()
    w.gateway.gwctl('link', 'stop', 'smsc-a')
    w.gateway.wait_link('smsc-a', 'stopped')
    equal(w.bob.register(expires=0), 200)
    equal(send(w, text, entry(w.bob.aor), entry(f'tel:+{number}', 'bcc'))[0],
          202)
    w.gateway.restart()
    w.mary.registered()
    w.peter.registered()
    w.bob.registered()
    equal(received(w.bob, text).told, [(w.bob.aor, 'to', '1')])
    w.gateway.gwctl('link', 'start', 'smsc-a')
    w.gateway.wait_link('smsc-a')
    equal([text_of(e) for e in w.smsc.submits(number)], [text])
