"""From SMS to CPM: what mary's telephone gets of short messages."""

import secrets

from device import Device
from peers import Smsc
from rig import DEADLINE, Rig, check, equal

JOHN, MARY = '15550200001', '15550100001'


def world():
    rig = Rig()
    rig.smsc = Smsc(rig)
    rig.mary = Device(rig, 'mary', 'tcp').registered()
    return rig


def arrives(w, text, /, **fields):
    """Sends and returns the MESSAGE with that text."""
    answer = w.smsc.mobile_originated(JOHN, MARY, **fields)
    equal(answer.get('status'), 0, 'deliver_sm_resp')
    return w.mary.wait_text(text)


def unique(text=''):
    return f'{text}{secrets.token_hex(4)}'


def case_a_message_in_the_default_alphabet(w):
    word = unique()
    octets = word.encode() + b' \x00\x1b\x65\x05'
    m = arrives(w, word + ' @€é', hex=octets.hex())
    equal(m.cpim.get('From'), f'<tel:+{JOHN}>')
    equal(m.cpim.get('To'), f'<tel:+{MARY}>')
    check(m.cpim.get('DateTime'), 'DateTime')
    check(len(m.cpim.get('imdn.Message-ID')) >= 11, 'imdn.Message-ID')
    equal(m.cpim.type.replace(' ', ''), 'text/plain;charset=utf-8')
    equal(m.all('contact'), [], 'no Contact (RFC 3428)')
    equal(m.all('record-route'), [], 'no Record-Route (RFC 3428)')


def case_the_sender_is_asserted_once(w):
    word = unique()
    m = arrives(w, word, text=word)
    asserted = m.all('p-asserted-identity')
    check(f'<tel:+{JOHN}>' in ','.join(asserted), asserted)
    equal(len(asserted), len(set(asserted)), 'RFC 3325 9.1')


def case_a_text_for_a_port_is_an_attachment(w):
    for coding, header, more in (
            (0, bytes([6, 5, 4, 0x13, 0x88, 0x13, 0x89]),
             {'esm_class': 0x40}),
            (8, b'', {'dest_port': 5000, 'source_port': 5001})):
        text = unique('set clock ')
        octets = text.encode('utf-16-be' if coding else 'ascii')
        m = arrives(w, text, hex=(header + octets).hex(), data_coding=coding,
                    **more)
        equal(m.cpim.type.replace(' ', '').lower(),
              'text/plain;charset=utf-8;x-port=5000')
        check('attachment' in str(m.cpim.get('Content-Disposition') or
                                  m.body), 'not to be read')


def case_ucs2_with_an_emoji(w):
    text = unique('Привет 😀 ')
    arrives(w, text, hex=text.encode('utf-16-be').hex(), data_coding=8)


def case_latin_1(w):
    text = unique('Grüße, garçon ÿ ')
    arrives(w, text, hex=text.encode('latin-1').hex(), data_coding=3)


def case_ascii(w):
    text = unique('@[x]^ ')
    arrives(w, text, hex=text.encode().hex(), data_coding=1)


def case_a_text_in_message_payload(w):
    text = unique('p' * 300)
    arrives(w, text, message_payload=text.encode().hex())


def case_a_data_sm(w):
    text = unique('data ')
    answer = w.smsc('send', command='data_sm', fields={
        'source_addr_ton': 1, 'source_addr_npi': 1, 'source_addr': JOHN,
        'dest_addr_ton': 1, 'dest_addr_npi': 1, 'destination_addr': MARY,
        'message_payload': text.encode().hex()})
    equal(answer['status'], 0)
    w.mary.wait_text(text)


def parts_of(octets, room, header):
    pieces = [octets[i:i + room] for i in range(0, len(octets), room)]
    return [header(len(pieces), i + 1) + piece
            for i, piece in enumerate(pieces)]


def short_header(ref):
    return lambda of, part: bytes([5, 0, 3, ref, of, part])


def wide_header(ref):
    return lambda of, part: bytes([6, 8, 4, ref >> 8, ref & 255, of, part])


def send_parts(w, parts, **fields):
    for part in parts:
        answer = w.smsc.mobile_originated(JOHN, MARY, hex=part.hex(),
                                          esm_class=0x40, **fields)
        equal(answer['status'], 0, 'every part is taken')


def case_two_to_eight_parts_become_one_text(w):
    for n in range(2, 9):
        text = unique() + 'x' * (153 * n - 20)
        send_parts(w, parts_of(text.encode(), 153, short_header(n)))
        w.mary.wait_text(text)


def case_parts_of_ucs2_that_cut_a_surrogate_pair(w):
    text = unique() + 'ж' * 58 + '😀' + 'ж' * 40
    send_parts(w, parts_of(text.encode('utf-16-be'), 134, short_header(77)),
               data_coding=8)
    w.mary.wait_text(text)


def case_parts_that_cut_an_escape(w):
    before = unique().ljust(152, 'x')
    septets = before.encode() + b'\x1b\x65' + b'y' * 20
    send_parts(w, parts_of(septets, 153, short_header(78)))
    w.mary.wait_text(before + '€' + 'y' * 20)


def case_parts_each_in_a_coding_of_its_own(w):
    word = unique()
    for number, (octets, coding) in enumerate((
            (word.encode() + b' ', 0), ('Ж '.encode('utf-16-be'), 8),
            ('ÿ '.encode('latin-1'), 3), (b'\x00', 0)), 1):
        answer = w.smsc.mobile_originated(
            JOHN, MARY, esm_class=0x40, data_coding=coding,
            hex=(bytes([5, 0, 3, 91, 4, number]) + octets).hex())
        equal(answer.get('status'), 0, 'deliver_sm_resp')
    w.mary.wait_text(word + ' Ж ÿ @')


def case_parts_whose_surrogates_have_no_other_half(w):
    text = unique()
    octets = text.encode('utf-16-be') + b'\xd8\x3d' * 60 + b'\x04\x16' * 9
    send_parts(w, parts_of(octets, 134, short_header(79)), data_coding=8)
    w.mary.wait_text(text + '\ufffd' * 60 + 'Ж' * 9)


def case_half_a_surrogate_pair_shows_as_damaged(w):
    text = unique() + 'ж' * 100
    octets = text.encode('utf-16-be') + b'\xd8\x3d'
    send_parts(w, parts_of(octets, 134, short_header(80)), data_coding=8)
    w.mary.wait_text(text + '\ufffd')


def case_parts_that_no_text_can_be_made_of(w):
    for number in (1, 2, 3):
        answer = w.smsc.mobile_originated(
            JOHN, MARY, '', message_payload='78' * 60000,
            sar_msg_ref_num=4712, sar_total_segments=3,
            sar_segment_seqnum=number)
        check(answer['status'] != 0, 'each is refused: together too long')


def case_parts_in_any_order_and_one_of_them_twice(w):
    text = unique() + 'y' * 400
    parts = parts_of(text.encode(), 152, wide_header(0x1234))
    send_parts(w, [parts[2], parts[0], parts[2], parts[1]])
    w.mary.wait_text(text)
    equal(w.mary.texts().count(text), 1, 'once')


def case_parts_by_sar_parameters(w):
    text = unique() + 'z' * 300
    pieces = [text[i:i + 140] for i in range(0, len(text), 140)]
    for number, piece in enumerate(pieces, 1):
        answer = w.smsc.mobile_originated(
            JOHN, MARY, piece, sar_msg_ref_num=4711,
            sar_total_segments=len(pieces), sar_segment_seqnum=number)
        equal(answer['status'], 0)
    w.mary.wait_text(text)


def case_an_empty_text(w):
    before = len(w.mary.inbox)
    equal(w.smsc.mobile_originated(JOHN, MARY, '')['status'], 0)
    w.mary.wait(lambda m: m.method == 'MESSAGE', 'the empty one',
                before + 1)


def case_a_sender_with_letters_shows_its_name(w):
    text = unique()
    answer = w.smsc.mobile_originated('Infoline', MARY, text,
                                      source_addr_ton=5, source_addr_npi=0)
    equal(answer['status'], 0)
    m = w.mary.wait_text(text)
    check('Infoline' in m.cpim.get('From'), m.cpim.get('From'))


def case_nobody_has_that_number(w):
    answer = w.smsc.mobile_originated(JOHN, '15550109999', 'lost')
    check(answer['status'] in (0x65, 0x0B), hex(answer['status']))


def case_what_the_sender_wants_to_know_is_asked_of_the_device(w):
    for field, want in ((0, set()), (4, {'positive-delivery'}),
                        (8, {'display'}),
                        (12, {'positive-delivery', 'display'})):
        text = unique()
        m = arrives(w, text, text=text, registered_delivery=field)
        asked = m.cpim.get('imdn.Disposition-Notification')
        equal({a.strip() for a in asked.split(',') if a.strip()}, want,
              field)


def case_the_device_s_notifications_become_acknowledgements(w):
    text, source = unique(), w.number()
    answer = w.smsc.mobile_originated(source, MARY, text,
                                      registered_delivery=12)
    equal(answer['status'], 0)
    m = w.mary.wait_text(text)
    for status, kind, esm in (('delivered', 'delivery', 0x08),
                              ('displayed', 'display', 0x10)):
        check(w.mary.notify(m, status, kind) in (200, 202), status)
        e = w.smsc.wait(lambda e, c=esm: e.get('destination_addr') == source
                        and e['esm_class'] & 0x3c == c,
                        f'{status} acknowledged', kind='submit_sm')[0]
        equal(e['source_addr'], MARY, 'source and destination swapped')


def case_a_device_that_refuses_is_not_tried_again(w):
    text = unique()
    w.mary.answer = lambda m: 603 if m.text == text else 200
    equal(w.smsc.mobile_originated(JOHN, MARY, text)['status'], 0)
    w.mary.wait_text(text)
    marker = unique('after ')
    arrives(w, marker, text=marker)
    equal(w.mary.texts().count(text), 1, 'RFC 3261 21.6: refused for good')
    w.mary.answer = lambda m: 200


def case_many_at_once_arrive_in_their_order(w):
    words = [unique(f'order {i:02} ') for i in range(30)]
    for word in words:
        equal(w.smsc.mobile_originated(JOHN, MARY, word)['status'], 0)
    w.mary.wait(lambda m: m.text in words, 'all', len(words), 2 * DEADLINE)
    equal([t for t in w.mary.texts() if t in words], words)
