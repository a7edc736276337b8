"""Short messages over IP: a telephone that has nothing else, against an SMSC,
an ESME and a device of CPM. 3GPP TS 24.341, 24.011, 23.040."""

import secrets

from device import Device
from peers import Esme, Smsc, text_of
from rig import Rig, check, equal, until
from sipwire import new_id
from smsip import CENTRE, DELIVER, MIME, Rp, Telephone, setting

MARY, PETER, BOB = '+15550100001', '+15550100002', '+15550100004'
JOHN = '15550200001'


def world():
    rig = Rig(edit={'cpmgw.conf': setting})
    rig.smsc = Smsc(rig)
    rig.esme = Esme(rig).bound()
    rig.mary = Device(rig, 'mary').registered()
    rig.phone = Telephone(rig, 'peter').registered()
    return rig


def unique(text=''):
    return f'{text} {secrets.token_hex(4)}'.strip()


def story(w, key):
    """The steps and verdicts of what is found by that."""
    return [(s.get('step'), s.get('verdict')) for s in w.gateway.trace(key)]


def idle(w):
    """Nothing is under way to the telephone any more."""
    until(lambda: not w.gateway.ask('queue', '--messages'), 'all is done')


def leave(w, phone):
    idle(w)
    equal(phone.register(expires=0), 200)


# -- to the telephone ---------------------------------------------------------

def case_what_a_cpm_user_writes_is_a_short_message(w):
    text = unique('from Mary [€]')
    status, message_id = w.mary.message(f'tel:{PETER}', text)
    equal(status, 200, 'delivered before it was answered')
    t = w.phone.wait_sms(text)
    equal((t.address, t.ton, t.coding, t.udhi), (MARY, 1, 0, False))
    request = w.phone.delivered()[-1]
    equal(Rp(request.body).centre, CENTRE)
    check('+g.3gpp.smsip' in request.get('accept-contact'))
    check(CENTRE in request.get('p-asserted-identity'))
    check(('outcome', 'delivered') in story(w, message_id), 'traced')
    check(story(w, request.get('call-id')), 'found by its Call-ID')


def case_its_sender_gets_the_reports_that_he_asked_for(w):
    _, message_id = w.mary.message(f'tel:{PETER}', unique('tell me'),
                                   'positive-delivery')
    w.mary.wait_imdn(message_id, 'delivered')
    equal(w.mary.imdns(message_id), ['delivered'])


def case_its_sender_hears_that_it_went_by_sms(w):
    phone = Telephone(w, 'bob')
    for to, handled in ((PETER, 'processed'), (BOB, 'stored')):
        _, message_id = w.mary.message(f'tel:{to}', unique('how'), (
            'positive-delivery, processing, interworking'))
        if to == BOB:
            phone.registered()
        for status in (handled, 'legacy-sms', 'delivered'):
            w.mary.wait_imdn(message_id, status)
    leave(w, phone)


def case_what_comes_by_smpp_is_a_short_message(w):
    text = unique('from the SMSC')
    equal(w.smsc.mobile_originated(JOHN, PETER[1:], text)['status'], 0)
    equal(w.phone.wait_sms(text).address, '+' + JOHN)
    text = unique('from an ESME')
    answer = w.esme.submit(PETER, text, registered_delivery=1)
    equal(answer['status'], 0)
    equal((w.phone.wait_sms(text).address, w.phone.wait_sms(text).ton),
          ('22222', 3), 'a short code')
    equal(w.esme.receipt(answer['message_id'])[0], 2, 'DELIVERED')


def case_alphabets_to_the_telephone(w):
    for text, coding in ((unique('Привет 😀'), 8), (unique('ÄÖÜ {x}'), 0),
                         (unique('ÿ'), 8)):
        equal(w.mary.message(f'tel:{PETER}', text)[0], 200)
        equal(w.phone.wait_sms(text).coding, coding)


def case_a_flash_and_a_name_as_sender(w):
    text = unique('flash')
    w.esme.submit(PETER, text, data_coding=0xf0, source_addr='Weather',
                  source_addr_ton=5)
    t = w.phone.wait_sms(text)
    equal((t.address, t.ton), ('Weather', 5))
    check(t.coding in (0x10, 0xf0), f'class 0: {t.coding:#x}')


def case_a_port_and_octets_stay_what_they_are(w):
    header, data = bytes([6, 5, 4, 0x3e, 0x80, 0, 0]), secrets.token_bytes(20)
    w.esme.submit(PETER, hex=(header + data).hex(), esm_class=0x40,
                  data_coding=4)
    t = w.phone.wait_tpdus(lambda t: t.text.encode('latin-1', 'ignore') ==
                           data, 'octets')[0]
    equal((t.header, t.coding), (header, 4))


def case_eight_parts_to_the_telephone(w):
    idle(w)
    text = unique() + 'x' * (153 * 8 - 8)
    equal(len(text), 153 * 8)
    equal(w.mary.message(f'tel:{PETER}', text)[0], 200)
    parts = w.phone.wait_tpdus(
        lambda t: t.part and t.part[1] == 8 and t.kind == DELIVER,
        'eight parts', 8)
    equal([t.part[2] for t in parts], list(range(1, 9)), 'in order')
    equal(len({t.part[0] for t in parts}), 1, 'one reference')
    equal([t.more for t in parts], [True] * 7 + [False], 'TP-MMS')
    equal(''.join(t.text for t in parts), text)


def case_forty_arrive_in_their_order(w):
    mark = unique()
    for n in range(40):
        equal(w.esme.submit(PETER, f'{mark} {n}')['status'], 0)
    got = w.phone.wait_tpdus(lambda t: t.text.startswith(mark), 'forty', 40)
    equal([t.text for t in got], [f'{mark} {n}' for n in range(40)])


def case_nine_parts_are_too_many(w):
    idle(w)
    equal(w.mary.message(f'tel:{PETER}', 'x' * (153 * 8 + 1))[0], 513)


def refusing(w, *why):
    """A message while the telephone answers RP-ERROR; the final status."""
    idle(w)
    w.phone.refuse = lambda tpdu: why
    text = unique('refused')
    try:
        return text, w.mary.message(f'tel:{PETER}', text)[0]
    finally:
        w.phone.refuse = lambda tpdu: None


def case_what_the_telephone_refuses_has_failed(w):
    for why, code in (((21, None), 403), ((95, None), 500), ((96, None), 500),
                      ((111, 0xff), 500), ((111, 0x90), 415),
                      ((1, None), 404)):
        text, status = refusing(w, *why)
        equal(status, code, f'RP-ERROR {why}')
        w.phone.wait_sms(text)
    equal(w.gateway.waiting(), 0)


def case_an_esme_hears_why(w):
    w.phone.refuse = lambda tpdu: (21, None)
    answer = w.esme.submit(PETER, unique('refused'), registered_delivery=1)
    state, _ = w.esme.receipt(answer['message_id'])
    w.phone.refuse = lambda tpdu: None
    equal(state, 8, 'REJECTED')
    check(any('RP-ERROR 21' in (s.get('text') or '')
              for s in w.gateway.trace(answer['message_id'])), 'traced')


def case_what_had_no_room_comes_when_the_telephone_has_some(w):
    text, status = refusing(w, 22, 0xd3)
    equal(status, 202, 'kept')
    w.phone.wait_sms(text)
    equal(w.gateway.waiting(), 1)
    rp = w.phone.memory_available()
    equal((rp.type, rp.user), (3, b''), 'RP-ACK')
    w.phone.wait_tpdus(lambda t: t.text == text, 'again', 2)
    until(lambda: w.gateway.waiting() == 0, 'nothing waits')


def case_what_is_not_acknowledged_is_sent_again(w):
    text, left = unique('unheard'), ['silent']
    w.phone.refuse = lambda tpdu: left.pop() if left else None
    w.esme.submit(PETER, text)
    first, second = w.phone.wait_tpdus(lambda t: t.text == text, 'twice', 2)
    equal(first.octets, second.octets, 'the same again')
    until(lambda: w.gateway.waiting() == 0, 'nothing waits')


def case_parts_that_arrived_are_not_sent_again(w):
    text, left = unique() + 'y' * 400, [22]
    w.phone.refuse = lambda t: (left.pop(), None) \
        if left and t.part and t.part[2] == 2 else None
    equal(w.mary.message(f'tel:{PETER}', text)[0], 202)
    w.phone.memory_available()
    parts = w.phone.wait_tpdus(
        lambda t: t.part and t.text in text, 'parts', 4)
    equal([t.part[2] for t in parts], [1, 2, 2, 3])
    equal(len({t.part[0] for t in parts}), 1, 'one reference')


def case_what_comes_while_it_is_away_is_kept(w):
    phone = Telephone(w, 'bob')
    text, long = unique('for later'), unique() + 'z' * 300
    equal(w.mary.message(f'tel:{BOB}', text)[0], 202)
    equal(w.mary.message(f'tel:{BOB}', long)[0], 202)
    phone.registered()
    phone.wait_sms(text)
    parts = phone.wait_tpdus(lambda t: t.part, 'three parts', 3)
    equal(''.join(t.text for t in parts), long)
    leave(w, phone)


def case_over_tcp_too(w):
    phone = Telephone(w, 'bob', 'tcp').registered()
    text = unique('a stream')
    equal(w.mary.message(f'tel:{BOB}', text)[0], 200)
    phone.wait_sms(text)
    equal(phone.send(MARY, unique('back')).type, 3)
    leave(w, phone)


def case_a_device_that_reads_cpm_gets_cpm(w):
    tag = ';+g.3gpp.icsi-ref="urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.' \
        'msg"'
    both = Telephone(w, 'bob', also=tag).registered()
    text = unique('as CPM')
    equal(w.mary.message(f'tel:{BOB}', text)[0], 200)
    both.wait_text(text)
    equal(both.delivered(), [])
    equal(both.send(MARY, unique('but may send')).type, 3)
    leave(w, both)


def case_is_writing_is_not_told_by_sms(w):
    body = b'<?xml version="1.0"?><isComposing xmlns="urn:ietf:params:xml:' \
        b'ns:im-iscomposing"><state>active</state></isComposing>'
    before = len(w.phone.delivered())
    equal(w.mary.request('MESSAGE', f'tel:{PETER}', [
        'Content-Type: application/im-iscomposing+xml'], body).status, 200)
    text = unique('written')
    w.mary.message(f'tel:{PETER}', text)
    w.phone.wait_sms(text)
    equal(len(w.phone.delivered()), before + 1)


# -- from the telephone -------------------------------------------------------

def case_a_short_message_to_a_cpm_user(w):
    text = unique('to Mary [€]')
    rp = w.phone.send(MARY, text)
    equal((rp.type, rp.user[0], rp.user[1]), (3, 1, 0), 'SMS-SUBMIT-REPORT')
    m = w.mary.wait_text(text)
    equal(m.cpim.get('From'), f'<tel:{PETER}>')
    equal(m.cpim.get('To'), f'<tel:{MARY}>')


def case_a_short_message_to_an_smsc(w):
    number, text = w.number(), unique('to the SMSC')
    rp = w.phone.send('+' + number, text)
    equal(rp.type, 3)
    e = w.smsc.submits(number)[0]
    equal((text_of(e), e['source_addr']), (text, PETER[1:]))
    until(lambda: ('answer', 'rp-ack') in story(w, '+' + number), 'traced')


def case_alphabets_from_the_telephone(w):
    for text, coding in (('ÄÖ {€}', 0), ('Привет 😀', 8), ('жжж', 0x18)):
        text = unique(text)
        equal(w.phone.send(MARY, text, coding=coding).type, 3)
        w.mary.wait_text(text)


def case_octets_for_a_port_from_the_telephone(w):
    number, data = w.number(), secrets.token_bytes(30)
    header = bytes([6, 5, 4, 0x3e, 0x80, 0, 0])
    equal(w.phone.send('+' + number, data, coding=4, header=header,
                       protocol=0x42).type, 3)
    e = w.smsc.submits(number)[0]
    equal((e['hex'], e['esm_class'] & 0x40, e['data_coding'],
           e['protocol_id']), ((header + data).hex(), 0x40, 4, 0x42))


def case_from_one_telephone_to_another(w):
    other, text = Telephone(w, 'bob').registered(), unique('between phones')
    equal(w.phone.send(BOB, text, 60, report=True).type, 3)
    equal(other.wait_sms(text).address, PETER)
    equal(w.phone.wait_status(60).address, BOB)
    leave(w, other)


def parts_of(text, reference):
    pieces = [text[i:i + 153] for i in range(0, len(text), 153)]
    return [(piece, bytes([5, 0, 3, reference, len(pieces), i + 1]))
            for i, piece in enumerate(pieces)]


def case_eight_parts_from_the_telephone(w):
    text, number = unique() + 'x' * (153 * 8 - 8), w.number()
    for to, reference in ((MARY, 7), ('+' + number, 8)):
        for i, (piece, header) in enumerate(parts_of(text, reference)):
            equal(w.phone.send(to, piece, i, header=header).type, 3)
    w.mary.wait_text(text)
    equal(''.join(text_of(e) for e in w.smsc.submits(number, 8)), text)


def case_status_reports_come_back(w):
    number = w.number()
    equal(w.phone.send('+' + number, unique('report'), 77,
                       report=True).type, 3)
    w.smsc.submits(number)
    t = w.phone.wait_status(77)
    equal((t.status, t.address), (0, '+' + number))
    answer = next(Rp(m.body) for m in reversed(w.phone.inbox)
                  if m.get('in-reply-to') and m.get('content-type') == MIME)
    equal(answer.user[2:9], t.sent, 'TP-SCTS as it was acknowledged')


def case_a_cpm_user_has_it_says_the_status_report(w):
    w.mary.answer = lambda request: 200
    text = unique('read it')
    equal(w.phone.send(MARY, text, 78, report=True).type, 3)
    m = w.mary.wait_text(text)
    equal(w.mary.notify(m, 'delivered'), 200)
    equal(w.phone.wait_status(78).status, 0)


def case_each_part_has_its_status_report(w):
    number, text = w.number(), unique() + 'x' * 300
    for i, (piece, header) in enumerate(parts_of(text, 9)):
        equal(w.phone.send('+' + number, piece, 80 + i, header=header,
                           report=i != 1).type, 3)
    equal(w.phone.wait_status(80).status, 0)
    equal(w.phone.wait_status(82).status, 0)
    equal([t for t in (Rp(m.body).tpdu for m in w.phone.delivered())
           if t.kind == 2 and t.reference == 81], [], 'none was asked for')


def case_a_status_report_tells_of_a_failure(w):
    number = w.number()
    w.smsc.rules({'to': number, 'status': 0x0b})
    equal(w.phone.send('+' + number, unique('nobody'), 90,
                       report=True).type, 3)
    check(w.phone.wait_status(90).status & 0x40, 'a permanent error')
    w.smsc.rules()


def case_a_status_report_waits_for_the_telephone(w):
    phone = Telephone(w, 'bob').registered()
    number = w.number()
    w.smsc.rules({'to': number, 'receipts': []})
    equal(phone.send('+' + number, unique('bye'), 91, report=True,
                     validity=167).type, 3)
    e = w.smsc.submits(number)[0]
    equal(phone.register(expires=0), 200)
    w.smsc('receipt', **{'id': e['id'], 'state': 'DELIVRD', 'from': number,
                         'to': BOB[1:]})
    until(lambda: w.gateway.waiting(), 'the report waits')
    phone.registered()
    equal(phone.wait_status(91).status, 0)
    w.smsc.rules()
    leave(w, phone)


def case_sent_again_with_tp_rd_it_is_one_message(w):
    number, text = w.number(), unique('once')
    for _ in range(2):
        equal(w.phone.send('+' + number, text, 33, first=4).type, 3)
    last = unique('the next')
    equal(w.phone.send('+' + number, last, 34).type, 3)
    equal([text_of(e) for e in w.smsc.submits(number, 2)], [text, last])


# -- what is wrong ------------------------------------------------------------

def case_what_cannot_be_sent_is_rp_error(w):
    for to, cause, fcs in (('+441234567890', 1, 0xc3), ('9' * 20, 1, 0xc3)):
        rp = w.phone.send(to, 'x')
        equal((rp.type, rp.cause, rp.user[1]), (5, cause, fcs), to)
    late = w.phone.send(MARY, 'x', first=0x08, validity=b'\4' + bytes(6))
    equal((late.type, late.cause, late.user[1]), (5, 127, 0xc7), 'TP-VP')


def case_tpdus_that_are_none(w):
    good = b'\x01\x05\x0b\x91' + bytes.fromhex('5155100000f1') + b'\0\0'
    for tpdu, cause in ((b'', 96), (b'\x01', 96), (good[:7], 96),
                        (good + b'\xff' + bytes(140), 96),
                        (good + b'\x05abc', 96), (b'\x03\0\0', 69),
                        (b'\x02\0\0\0\0\0\x91\0', 69), (b'\0\0\0', 69),
                        (b'\x41' + good[1:] + b'\x02\x08\0', 96)):
        rp = w.phone.data(tpdu)
        equal((rp.type, rp.cause), (5, cause), tpdu.hex())


def case_rp_messages_that_are_none(w):
    for octets in (b'', b'\0', b'\2', b'\4\1', b'\4\1\0'):
        equal(w.phone.say(octets).status, 400, octets.hex())
    for octets, cause in ((b'\0\7', 96), (b'\0\7\0\x20', 96),
                          (b'\7\7', 97), (b'\1\7\0\0\0', 97)):
        call_id = new_id()
        equal(w.phone.request('MESSAGE', w.phone.centre,
                              [f'Content-Type: {MIME}'], octets,
                              call_id=call_id).status, 202)
        rp = w.phone.wait_answer(call_id, 7)
        equal((rp.type, rp.cause), (5, cause), octets.hex())
    text = unique('still there')
    equal(w.phone.send(MARY, text).type, 3)
    w.mary.wait_text(text)


def case_answers_to_nothing_are_nothing(w):
    for octets in (b'\2\x11', b'\4\x11\1\x16', b'\2\x12\x41\2\0\0'):
        equal(w.phone.say(octets).status, 202)


def case_who_is_not_registered_has_no_service_centre(w):
    stranger = Telephone(w, 'alice')
    equal(stranger.say(b'\6\1').status, 403)


# -- what dies ----------------------------------------------------------------

def case_what_was_acknowledged_survives(w):
    number, text = w.number(), unique('durable')
    equal(w.gateway.gwctl('hold', 'smsc-a')[0], 0)
    equal(w.phone.send('+' + number, text, 50, report=True).type, 3)
    w.gateway.restart()
    w.smsc.wait_bound()
    w.esme.bound()
    equal(w.gateway.gwctl('release', 'smsc-a')[0], 0)
    equal([text_of(e) for e in w.smsc.submits(number)], [text])
    equal(w.phone.wait_status(50).status, 0)


def case_what_was_not_acknowledged_comes_again(w):
    text, left = unique('again'), ['silent']
    w.phone.refuse = lambda tpdu: left.pop() if left else None
    status, message_id = w.mary.message(f'tel:{PETER}', text, seconds=20)
    equal(status, 202, 'kept')
    one, two = w.phone.wait_tpdus(lambda t: t.text == text, 'twice', 2)
    equal(one.octets, two.octets)
    until(lambda: w.gateway.waiting() == 0, 'nothing waits')
    check(('settled', 'delivered') in story(w, message_id),
          story(w, message_id))


def case_what_an_adapter_had_when_it_died_comes_again(w):
    text, left = unique('in flight'), ['silent']
    w.phone.refuse = lambda tpdu: left.pop() if left else None
    answer = w.esme.submit(PETER, text)
    w.phone.wait_sms(text)
    check(w.gateway.kill_program('cpmgw-sip'))
    w.phone.wait_tpdus(lambda t: t.text == text, 'twice', 2)
    until(lambda: w.gateway.waiting() == 0, 'nothing waits')
    check('maybe-duplicate' in [v for _, v in
                                story(w, answer['message_id'])], 'marked')
