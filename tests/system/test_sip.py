"""The SIP side: registration, identities, and what is refused how."""

import re
import secrets
import socket
import threading
import time

from device import NUMBERS, Device
from peers import Smsc
from rig import DEADLINE, DOMAIN, Rig, check, equal, until
from sipwire import challenges, cpim, credentials, new_id

PETER = f'sip:peter@{DOMAIN}'


def world():
    rig = Rig()
    rig.smsc = Smsc(rig)
    rig.mary = Device(rig, 'mary').registered()
    rig.peter = Device(rig, 'peter', 'tcp').registered()
    return rig


def unique(text):
    return f'{text} {secrets.token_hex(4)}'


def raw(w, method, uri, headers=(), body=b'', **own):
    """One request without credentials; its final response."""
    return w.mary.transact(*w.mary.build(method, uri, headers, body, **own))



def quiet(w):
    """Nobody's message waits for its retry: others would wait behind it."""
    until(lambda: w.gateway.waiting() == 0, 'nothing waits')


def case_register_is_challenged_with_401_md5_first_then_sha_256(w):
    r = raw(w, 'REGISTER', f'sip:{DOMAIN}', [f'Contact: {w.mary.contact()}'],
            to=f'<{w.mary.aor}>')
    equal(r.status, 401)
    offers = challenges(r)
    equal([o.get('algorithm', 'MD5').upper() for o in offers],
          ['MD5', 'SHA-256'])
    equal({o['realm'] for o in offers}, {DOMAIN})


def case_message_is_challenged_with_407_on_every_transport(w):
    for device in (w.mary, w.peter):
        r = device.transact(*device.build(
            'MESSAGE', PETER, ['Content-Type: text/plain'], b'x'))
        equal(r.status, 407, device.transport)
        equal([o.get('algorithm', 'MD5').upper() for o in challenges(r)],
              ['MD5', 'SHA-256'])


def case_both_algorithms_are_taken(w):
    for algorithm in ('MD5', 'SHA-256'):
        equal(w.mary.register(algorithm=algorithm), 200, algorithm)
        equal(w.mary.message(PETER, unique(algorithm),
                             algorithm=algorithm)[0], 200, algorithm)


def case_a_wrong_password_never_comes_in(w):
    before = len(w.peter.inbox)
    for algorithm in ('MD5', 'SHA-256'):
        for password in ('wrong', '', 'peter-secret'):
            check(w.mary.register(password=password, algorithm=algorithm)
                  in (401, 403), 'REGISTER')
            status, _ = w.mary.message(PETER, 'x', password=password,
                                       algorithm=algorithm)
            check(status in (407, 403), 'MESSAGE', status)
    equal(len(w.peter.inbox), before, 'nothing arrived')


def case_an_unknown_user_is_challenged_like_any_other(w):
    stranger = Device(w, 'nobody')
    check(stranger.register() in (401, 403), 'REGISTER')
    check(stranger.message(PETER, 'x')[0] in (407, 403), 'MESSAGE')


def case_nobody_registers_for_another(w):
    status = w.mary.register(to=f'<{PETER}>', from_=f'<{PETER}>')
    check(status in (403, 404), status)


def case_the_identity_is_the_authenticated_user(w):
    """A From that is somebody else's is refused, or is not what peter
    sees."""
    text = unique('who')
    status, _ = w.mary.message(PETER, text,
                               from_=f'<sip:bob@{DOMAIN}>',
                               cpim_from='tel:' + NUMBERS['bob'])
    if status in (400, 403):
        return
    m = w.peter.wait_text(text)
    check(NUMBERS['bob'] not in m.octets.decode() and
          'sip:bob' not in m.octets.decode(), 'not bob')


def case_an_asserted_identity_from_anywhere_is_not_believed(w):
    text = unique('pai')
    r = raw(w, 'MESSAGE', PETER, [
        'Content-Type: text/plain', f'P-Asserted-Identity: <{PETER}>'],
        text.encode())
    equal(r.status, 407)
    response = w.mary.plain(PETER, text, [
        f'P-Asserted-Identity: <sip:bob@{DOMAIN}>'])
    check(response.status in (200, 202, 403), response.status)
    if response.status != 403:
        m = w.peter.wait_text(text)
        check('sip:bob' not in m.octets.decode(), 'not bob')


def case_credentials_with_a_nonce_of_ours_only(w):
    forged = {'realm': DOMAIN, 'nonce': 'Zm9yZ2Vk', 'qop': 'auth',
              'algorithm': 'MD5'}
    value = credentials(forged, 'mary', 'mary-secret', 'MESSAGE', PETER)
    r = raw(w, 'MESSAGE', PETER, ['Content-Type: text/plain',
                                  f'Proxy-Authorization: {value}'], b'x')
    equal(r.status, 407)


def case_a_message_between_two_devices(w):
    text = unique('native ж😀')
    status, message_id = w.mary.message(
        PETER, text, 'positive-delivery, display')
    equal(status, 200, "the far side's answer")
    m = w.peter.wait_text(text)
    equal(m.cpim.get('imdn.Message-ID'), message_id)
    equal(m.all('record-route'), [], 'RFC 3428 table 2')
    for kind, done in (('delivery', 'delivered'), ('display', 'displayed')):
        check(w.peter.notify(m, done, kind) in (200, 202), kind)
        w.mary.wait_imdn(message_id, done)
    equal(w.mary.imdns(message_id), ['delivered', 'displayed'])


def case_cpim_octets_are_not_changed(w):
    text = unique('untouched')
    body = cpim('tel:' + NUMBERS['mary'], PETER, text, new_id(),
                'positive-delivery',
                extra=['Subject:;lang=en a \\u00e9 subject',
                       'NS: MyFeatures <mid:MessageFeatures@id.foo.com>',
                       'MyFeatures.WackyMessageOption: Use-silly-font'])
    r = w.mary.request('MESSAGE', PETER, ['Content-Type: message/cpim'],
                       body)
    equal(r.status, 200)
    equal(w.peter.wait_text(text).body, body)


def case_the_answer_of_the_device_comes_back(w):
    for code in (603, 415, 488, 486):
        text = unique(f'code {code}')
        w.peter.answer = lambda m, c=code, t=text: c if m.text == t else 200
        status, _ = w.mary.message(PETER, text)
        check(status == code or (code == 486 and status == 202), code,
              status)
    w.peter.answer = lambda m: 200


def case_408_never_answers_a_message(w):
    text = unique('408')
    w.peter.answer = lambda m: 408 if m.text == text else 200
    status, _ = w.mary.message(PETER, text)
    equal(status, 202, 'RFC 4320')
    w.peter.answer = lambda m: 200


def case_a_long_message_goes_over_tcp(w):
    bob = Device(w, 'bob').registered()
    text = unique('long') + 'ж' * 1000
    check(w.peter.message(f'sip:bob@{DOMAIN}', text)[0] in (200, 202),
          'sent')
    m = bob.wait_text(text)
    check('SIP/2.0/TCP' in m.get('via'), m.get('via'))
    bob.register(0)


def case_a_retransmission_gets_the_same_answer_and_is_one_message(w):
    number = w.number()
    call, tag = new_id(), secrets.token_hex(4)
    body = cpim('tel:' + NUMBERS['mary'], f'tel:+{number}', 'again',
                new_id())
    kind = ['Content-Type: message/cpim']
    uri = f'tel:+{number}'
    r = raw(w, 'MESSAGE', uri, kind, body, call_id=call, tag=tag, cseq=1)
    offer = challenges(r)[0]
    value = credentials(offer, 'mary', 'mary-secret', 'MESSAGE', uri)
    branch, octets = w.mary.build(
        'MESSAGE', uri, [*kind, f'Proxy-Authorization: {value}'], body,
        call_id=call, tag=tag, cseq=2)
    w.mary.send_octets(octets)
    w.mary.send_octets(octets)
    equal(w.mary.transact(branch, octets).status, 202)
    w.mary.send_octets(octets)
    w.mary.send_octets(octets)
    until(lambda: len(w.mary.responses.get(branch, [])) >= 3,
          'three answers')
    equal({m.start for m in w.mary.responses[branch]},
          {w.mary.responses[branch][0].start})
    w.smsc.submits(number)
    time.sleep(0.3)
    equal(w.smsc.count(number), 1)


def case_the_same_message_id_is_the_same_message(w):
    quiet(w)
    number, message_id = w.number(), new_id()
    for _ in range(3):
        equal(w.mary.message(f'tel:+{number}', 'twice',
                             message_id=message_id)[0], 202)
    w.mary.message(f'tel:+{number}', 'marker')
    w.smsc.submits(number, 2)
    equal(w.smsc.count(number), 2, 'one copy and the marker')
    text, message_id = unique('to peter'), new_id()
    first = w.mary.message(PETER, text, message_id=message_id)[0]
    check(first in (200, 202), first)
    equal(w.mary.message(PETER, text, message_id=message_id)[0], first)
    w.mary.message(PETER, 'marker')
    w.peter.wait_text('marker')
    equal(w.peter.texts().count(text), 1)


def case_the_same_message_id_of_another_sender_is_another_message(w):
    number, message_id = w.number(), new_id()
    for device in (w.mary, w.peter):
        equal(device.message(f'tel:+{number}', 'mine',
                             message_id=message_id)[0], 202)
    equal(len(w.smsc.submits(number, 2)), 2)


def case_devices_come_and_go(w):
    equal(w.mary.register(), 200)
    second = Device(w, 'mary').registered()
    third = Device(w, 'mary').registered()
    equal(w.gateway.ask('users', 'mary')[0]['devices'], 3)
    text = unique('to all of mary')
    equal(w.peter.message(f'sip:mary@{DOMAIN}', text)[0], 200)
    until(lambda: any(text in d.texts() for d in (w.mary, second, third)),
          'one of them has it')
    for device in (second, third):
        equal(device.register(0), 200)
    equal(w.gateway.ask('users', 'mary')[0]['devices'], 1)


def case_a_fourth_device(w):
    others = [Device(w, 'mary') for _ in range(3)]
    codes = [d.register() for d in others]
    equal(codes[:2], [200, 200])
    check(codes[2] in (200, 403), codes)
    check(w.gateway.ask('users', 'mary')[0]['devices'] <= 3, 'at most 3')
    for device in others:
        device.register(0)
    w.mary.registered()


def case_everything_is_taken_back_with_a_star(w):
    second = Device(w, 'peter').registered()
    r = w.peter.request('REGISTER', f'sip:{DOMAIN}',
                        ['Contact: *', 'Expires: 0'],
                        to=f'<{w.peter.aor}>', call_id=new_id())
    equal(r.status, 200)
    equal(w.gateway.ask('users', 'peter')[0]['devices'], 0)
    second.close()
    w.peter.registered()


def case_the_200_lists_the_contacts(w):
    r = w.mary.request('REGISTER', f'sip:{DOMAIN}', [
        f'Contact: {w.mary.contact()};+sip.instance="{w.mary.instance}"',
        'Expires: 600'], to=f'<{w.mary.aor}>', call_id=w.mary.register_call)
    equal(r.status, 200)
    contacts = ','.join(r.all('contact'))
    check(f'127.0.0.1:{w.mary.port}' in contacts, contacts)
    found = re.search(r'expires=(\d+)', contacts)
    check(found and 0 < int(found.group(1)) <= 600, contacts)


def case_a_registration_ends_by_itself(w):
    bob = Device(w, 'bob')
    status = bob.register(1)
    if status == 423:       # Interval Too Brief: also a way
        return
    equal(status, 200)
    until(lambda: w.gateway.ask('users', 'bob')[0]['devices'] == 0,
          'it has expired', 2 * DEADLINE)


def case_what_is_not_understood_is_refused_in_sip_s_terms(w):
    rows = (
        ('an unknown method', 'FROBNICATE', PETER, [], b'', (405, 501)),
        ('too many hops', 'MESSAGE', PETER, ['Max-Forwards: 0'], b'',
         (483,)),
        ('an unknown extension', 'MESSAGE', PETER, ['Require: x-unheard'],
         b'', (420,)),
        ('an unknown scheme', 'MESSAGE', 'mailto:mary@example.com', [], b'',
         (416, 404)),
    )
    for what, method, uri, headers, body, codes in rows:
        branch, octets = w.mary.build(method, uri, headers, body)
        if any(h.startswith('Max-Forwards') for h in headers):
            octets = octets.replace(b'Max-Forwards: 70\r\n', b'')
        status = w.mary.transact(branch, octets).status
        if status == 407:
            status = w.mary.request(method, uri, headers, body).status
        check(status in codes, what, status)


def case_a_broken_cpim_is_400(w):
    for body in (b'', b'no headers at all', b'From: x\r\n',
                 b'From: <tel:+15550100001>\r\n\r\nContent-Type'):
        r = w.mary.request('MESSAGE', 'tel:+15550200001',
                           ['Content-Type: message/cpim'], body)
        check(r.status in (400, 415), body, r.status)


def case_a_content_that_cannot_be_sent_is_415(w):
    for kind in 'application/x-unheard', 'text/html', 'image/png':
        r = w.mary.request('MESSAGE', 'tel:+15550200001',
                           ['Content-Type: ' + kind], b'abc')
        equal(r.status, 415, kind)
        check(r.all('accept'), 'Accept (RFC 3261 21.4.13)')
        status, _ = w.mary.message('tel:+15550200001', 'abc',
                                   content_type=kind)
        equal(status, 415, kind + ' in CPIM')


def case_options_is_answered(w):
    r = raw(w, 'OPTIONS', f'sip:{DOMAIN}')
    check(r.status in (200, 407), r.status)


def case_is_composing_is_not_an_sms(w):
    number = w.number()
    xml = ('<?xml version="1.0" encoding="UTF-8"?><isComposing '
           'xmlns="urn:ietf:params:xml:ns:im-iscomposing"><state>active'
           '</state></isComposing>').encode()
    r = w.mary.request('MESSAGE', f'tel:+{number}', [
        'Content-Type: application/im-iscomposing+xml'], xml)
    check(r.status in (200, 202), r.status)
    w.mary.message(f'tel:+{number}', 'marker')
    w.smsc.submits(number)
    equal(w.smsc.count(number), 1)


def case_another_domain_is_routed_or_refused(w):
    status = w.mary.message('sip:joe@unknown.example', 'x')[0]
    equal(status, 404)


def side_by_side(pairs, work):
    """work(*pair) of all pairs at once; their results in order."""
    results = [None] * len(pairs)

    def one(i):
        results[i] = work(*pairs[i])
    threads = [threading.Thread(target=one, args=(i,))
               for i in range(len(pairs))]
    for thread in threads:
        thread.start()
        time.sleep(0.05)
    for thread in threads:
        thread.join()
    return results


def case_the_same_message_while_the_first_is_under_way(w):
    text, message_id = unique('at once'), new_id()

    def slow(message):
        time.sleep(0.3 if message.text == text else 0)
        return 200
    w.peter.answer = slow
    pairs = [(Device(w, 'mary'),) for _ in range(4)]
    codes = side_by_side(
        pairs, lambda d: d.message(PETER, text, message_id=message_id)[0])
    w.peter.answer = lambda m: 200
    equal(codes, [200] * 4)
    equal(w.peter.texts().count(text), 1, 'RFC 3428')


def case_who_writes_to_a_busy_device_waits_for_its_answer(w):
    words = [unique(f'busy {i}') for i in range(3)]
    codes = dict(zip(words, (200, 603, 200)))

    def slow(message):
        time.sleep(0.3 if message.text in words else 0)
        return codes.get(message.text, 200)
    w.peter.answer = slow
    got = side_by_side([(Device(w, 'mary'), word) for word in words],
                       lambda d, t: (d.plain(PETER, t).status, t))
    w.peter.answer = lambda m: 200
    equal(dict((t, code) for code, t in got), codes)
    equal([t for t in w.peter.texts() if t in words], words, 'their order')


def case_what_a_message_says_of_itself_goes_with_it(w):
    text, said = unique('about'), {'subject': 'Bericht', 'priority': 'urgent',
                                   'content-language': 'de'}
    r = w.mary.request('MESSAGE', PETER, ['Content-Type: text/plain'] + [
        f'{name}: {value}' for name, value in said.items()], text.encode())
    equal(r.status, 200)
    m = w.peter.wait_text(text)
    equal({name: m.get(name) for name in said}, said)


def case_all_who_write_to_a_silent_device_are_answered_in_time(w):
    words = [unique(f'silent {i}') for i in range(4)]
    w.peter.answer = lambda m: None if m.text in words else 200
    started = time.monotonic()
    codes = side_by_side([(Device(w, 'mary'), word) for word in words],
                         lambda d, t: d.plain(PETER, t, seconds=25).status)
    took = time.monotonic() - started
    w.peter.answer = lambda m: 200
    equal(codes, [202] * 4, 'RFC 4320')
    check(took < 12, 'not one after another', took)
    w.peter.registered()
    w.peter.wait(lambda m: m.text == words[3], 'the last of them',
                 seconds=2 * DEADLINE)
    seen = [t for t in w.peter.texts() if t in words]
    equal(list(dict.fromkeys(seen)), words, 'in their order')


def case_expires_0_to_who_is_absent_is_480_and_never_comes(w):
    equal(w.peter.register(0), 200)
    text, after = unique('now or never'), unique('later')
    equal(w.mary.message(PETER, text, headers=['Expires: 0'])[0], 480)
    equal(w.mary.message(PETER, after)[0], 202)
    w.peter.registered()
    w.peter.wait_text(after)
    check(text not in w.peter.texts(), 'RFC 3428 7')


def case_one_from_in_a_cpim_and_it_is_the_sender_s(w):
    mine, lie = 'tel:' + NUMBERS['mary'], 'tel:' + NUMBERS['bob']
    for first, second in ((f'From: <{mine}>', f'From: <{lie}>'),
                          (f'From: <{lie}>', f'From: <{mine}>'),
                          ('NS: <urn:x>', f'From: <{lie}>'),
                          (f'From: <{mine}>', f'from: <{lie}>')):
        body = (f'{first}\r\n{second}\r\nTo: <{PETER}>\r\n\r\n'
                'Content-Type: text/plain\r\n\r\ntwo').encode()
        r = w.mary.request('MESSAGE', PETER, ['Content-Type: message/cpim'],
                           body)
        check(r.status in (400, 403), first, second, r.status)


def case_who_is_hidden_is_hidden_in_the_cpim_too(w):
    quiet(w)
    text = unique('hidden')
    equal(w.mary.message(PETER, text, headers=['Privacy: id'],
                         when='2026-01-31T12:34:56Z')[0], 200)
    m = w.peter.wait_text(text)
    for name in (NUMBERS['mary'][1:], 'mary'):
        check(name.encode() not in m.octets, 'RFC 3428', name)
    equal(m.cpim.get('DateTime'), '2026-01-31T12:34:56Z', 'as it was')


def case_a_service_is_asserted_by_trusted_servers_only(w):
    quiet(w)
    text = unique('service')
    equal(w.mary.message(PETER, text, headers=[
        'P-Asserted-Service: urn:urn-7:evil'])[0], 200)
    check('evil' not in w.peter.wait_text(text).octets.decode(), 'RFC 6050')


def case_a_name_in_a_via_stops_nobody(w):
    quiet(w)
    """Refused by the SIP library itself, which wants to look it up."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        for i in range(5):
            s.sendto(f'OPTIONS {PETER} SIP/7.0\r\n'
                     f'Via: SIP/2.0/UDP host{i}.example;branch=z9hG4bK{i}\r\n'
                     'From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\n'
                     f'Call-ID: {i}\r\nCSeq: x OPTIONS\r\n\r\n'.encode(),
                     w.mary.server)
    started = time.monotonic()
    equal(w.mary.plain(PETER, unique('after')).status, 200)
    check(time.monotonic() - started < 2, 'nothing was waited for')


def case_a_notification_of_each_kind_comes_once(w):
    text = unique('told once')
    equal(w.mary.message(PETER, text, 'positive-delivery, display',
                         message_id=(message_id := new_id()))[0], 200)
    m = w.peter.wait_text(text)
    for status, kind in (('delivered', 'delivery'), ('delivered', 'delivery'),
                         ('failed', 'delivery'), ('displayed', 'display'),
                         ('displayed', 'display')):
        check(w.peter.notify(m, status, kind) in (200, 202), status)
    w.peter.message(f'sip:mary@{DOMAIN}', text + ' marker')
    w.mary.wait_text(text + ' marker')
    equal(w.mary.imdns(message_id), ['delivered', 'displayed'],
          'RFC 5438 7.2.1')


def case_a_burst_to_one_device_is_answered_and_keeps_its_order(w):
    words = [unique(f'burst {i:02}') for i in range(24)]
    codes = side_by_side([(Device(w, 'mary'), word) for word in words],
                         lambda d, t: d.plain(PETER, t, seconds=25).status)
    check(set(codes) <= {200, 202}, codes)
    w.peter.wait(lambda m: m.text in words, 'all', len(words))
    equal([t for t in w.peter.texts() if t in words], words)
