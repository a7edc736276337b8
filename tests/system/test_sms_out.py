"""From CPM to SMS: what the SMSC sees of mary's messages."""

from device import Device
from peers import Smsc, header_of, text_of
from rig import Rig, check, equal, until

ESCAPE = {'€': b'\x1b\x65', '[': b'\x1b\x3c', ']': b'\x1b\x3e',
          '{': b'\x1b\x28', '}': b'\x1b\x29', '~': b'\x1b\x3d',
          '|': b'\x1b\x40', '^': b'\x1b\x14', '\\': b'\x1b\x2f'}
# A few of 3GPP TS 23.038 6.2.1 where the octet is not ASCII's.
BASIC = {'@': 0x00, '£': 0x01, '$': 0x02, 'è': 0x04, 'é': 0x05, 'Ç': 0x09,
         'Δ': 0x10, '_': 0x11, 'Ω': 0x15, 'Æ': 0x1c, 'ß': 0x1e, '¤': 0x24,
         '¡': 0x40, 'Ä': 0x5b, 'Ö': 0x5c, 'Ñ': 0x5d, 'Ü': 0x5e, '§': 0x5f,
         '¿': 0x60, 'ä': 0x7b, 'ö': 0x7c, 'ñ': 0x7d, 'ü': 0x7e, 'à': 0x7f}


def gsm(text):
    out = b''
    for letter in text:
        if letter in ESCAPE:
            out += ESCAPE[letter]
        elif letter in BASIC:
            out += bytes([BASIC[letter]])
        else:
            out += letter.encode('ascii')
    return out


def world():
    rig = Rig()
    rig.smsc = Smsc(rig)
    rig.mary = Device(rig, 'mary').registered()
    return rig


def sent(w, text, n=1, **own):
    """The n submit_sm that mary's text became, sorted by part."""
    number = w.number()
    status, _ = w.mary.message(f'tel:+{number}', text, **own)
    equal(status, 202, 'answer')
    parts = w.smsc.submits(number, n)
    equal(len(parts), n, 'parts')
    return sorted(parts, key=lambda e: e['hex'][:12] if n > 1 else '')


def joined(parts, coding):
    octets = b''
    for number, part in enumerate(parts, 1):
        header = header_of(part)
        equal(header[:3], b'\x05\x00\x03', 'header of a part')
        equal(header[3], header_of(parts[0])[3], 'reference')
        equal((header[4], header[5]), (len(parts), number), 'part of')
        equal(part['data_coding'], coding, 'alphabet')
        body = bytes.fromhex(part['hex'])[len(header):]
        check(len(body) <= (153 if coding == 0 else 134), 'room in a part')
        octets += body
    return octets


def case_a_text_becomes_one_submit_sm_in_the_default_alphabet(w):
    number = w.number()
    response = w.mary.plain(f'tel:+{number}', 'hello €')
    equal(response.status, 202, 'answer')
    equal(response.body, b'', 'no body')
    equal(response.all('contact'), [], 'no Contact (RFC 3428 7)')
    e = w.smsc.submits(number)[0]
    equal(e['hex'], '68656c6c6f201b65', 'octets')
    equal((e['data_coding'], e['esm_class']), (0, 0), 'coding')
    equal((e['dest_addr_ton'], e['dest_addr_npi']), (1, 1), 'destination')
    equal((e['source_addr_ton'], e['source_addr_npi'], e['source_addr']),
          (1, 1, '15550100001'), 'source')


def case_every_letter_of_the_default_alphabet_has_its_own_octet(w):
    text = ''.join(BASIC) + ''.join(ESCAPE)
    e = sent(w, text)[0]
    equal(e['data_coding'], 0, 'alphabet')
    equal(bytes.fromhex(e['hex']), gsm(text), 'octets')


def case_c_with_cedilla_is_not_in_the_default_alphabet(w):
    e = sent(w, 'garçon')[0]
    equal(e['data_coding'], 8, 'alphabet')
    equal(text_of(e), 'garçon')


def case_cyrillic_goes_as_ucs2(w):
    e = sent(w, 'Привет')[0]
    equal((e['data_coding'], e['hex']), (8, '041f04400438043204350442'))


def case_an_emoji_is_a_surrogate_pair(w):
    e = sent(w, '😀')[0]
    equal((e['data_coding'], e['hex']), (8, 'd83dde00'))


def case_160_letters_are_one_message(w):
    e = sent(w, 'a' * 160)[0]
    equal((e['esm_class'], len(e['hex'])), (0, 320))


def case_161_letters_are_two_of_153_and_8(w):
    parts = sent(w, 'a' * 161, 2)
    equal(joined(parts, 0), b'a' * 161)
    equal([len(p['hex']) // 2 - 6 for p in parts], [153, 8])
    equal({p['esm_class'] for p in parts}, {0x40})


def case_an_escape_is_not_split(w):
    parts = sent(w, 'a' * 152 + '€' + 'b' * 20, 2)
    equal(joined(parts, 0), b'a' * 152 + b'\x1b\x65' + b'b' * 20)
    equal(len(parts[0]['hex']) // 2 - 6, 152)


def case_70_units_are_one_message_and_71_are_two(w):
    equal(len(sent(w, 'ж' * 70)[0]['hex']), 280)
    parts = sent(w, 'ж' * 71, 2)
    equal(joined(parts, 8).decode('utf-16-be'), 'ж' * 71)


def case_a_surrogate_pair_is_not_split(w):
    text = 'ж' * 66 + '😀' + 'ж' * 10
    parts = sent(w, text, 2)
    equal(joined(parts, 8).decode('utf-16-be'), text)
    equal(len(parts[0]['hex']) // 2 - 6, 132)


def case_two_to_eight_parts_in_the_default_alphabet(w):
    for n in range(2, 9):
        text = ''.join(chr(97 + i % 26) for i in range(153 * n - n))
        equal(joined(sent(w, text, n), 0), text.encode(), f'{n} parts')


def case_two_to_eight_parts_in_ucs2(w):
    for n in range(2, 9):
        text = ''.join(chr(0x430 + i % 32) for i in range(67 * n - n))
        equal(joined(sent(w, text, n), 8).decode('utf-16-be'), text,
              f'{n} parts')


def case_a_sip_address_with_a_number_is_the_same_recipient(w):
    number = w.number()
    status, _ = w.mary.message(f'sip:+{number}@cpm.example;user=phone', 'hi')
    equal(status, 202)
    equal(text_of(w.smsc.submits(number)[0]), 'hi')


def case_reports_asked_for_become_registered_delivery(w):
    for want, field in (('', 0), ('positive-delivery', 1),
                        ('negative-delivery', 2),
                        ('positive-delivery, negative-delivery', 1)):
        e = sent(w, 'report?', want=want)[0]
        equal(e['registered_delivery'] & 3, field, want)


def case_expires_becomes_the_validity_period(w):
    e = sent(w, 'soon', headers=['Expires: 3600'])[0]
    check(len(e['validity_period']) == 16 or e['validity_period'],
          'validity_period', e['validity_period'])


def case_line_ends_become_one_octet(w):
    e = sent(w, 'one\r\ntwo\rthree\n')[0]
    equal(text_of(e).rstrip('\n'), 'one\ntwo\nthree')


def case_the_same_text_arrives_with_and_without_service_identifiers(w):
    plain = sent(w, 'no service')[0]
    tagged = sent(w, 'no service', headers=[
        'P-Preferred-Service: urn:urn-7:3gpp-service.ims.icsi.oma.cpm.msg',
        'Accept-Contact: *;+g.3gpp.icsi-ref='
        '"urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.msg"'])[0]
    moving = {'seq', 'id', 'n', 'ms', 'destination_addr',
              'user_message_reference'}
    equal({k: v for k, v in plain.items() if k not in moving},
          {k: v for k, v in tagged.items() if k not in moving})


def case_nobody_is_there_404(w):
    for to in ('tel:+447700900123', 'sip:nobody@cpm.example',
               'tel:+15550999999'):
        equal(w.mary.message(to, 'lost')[0], 404, to)


def case_a_trace_tells_every_step_and_both_ids(w):
    number = w.number()
    _, message_id = w.mary.message(f'tel:+{number}', 'trace me')
    far_id = w.smsc.submits(number)[0]['id']
    for key in (message_id, far_id, f'+{number}'):
        def told(k=key):
            found = w.gateway.trace(k)
            return found if 'send' in [s['step'] for s in found] else None
        steps = until(told, f'trace of {key} with its sending')
        equal(steps[0]['step'], 'intake', key)
        equal({'id', 'time', 'step', 'from', 'to', 'technology', 'verdict',
               'far_id', 'text'} - set(steps[0]), set(), 'keys')
