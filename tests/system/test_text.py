"""Alphabets and octets: national tables, close letters, flash messages,
pushes, cards and ports, both ways."""

import secrets

from device import Device
from peers import Esme, Smsc, header_of, text_of
from rig import Rig, check, equal

JOHN, MARY = '15550200001', '15550100001'
LINK = '''name = smsc-a
single-shift = turkish
locking-shift = turkish;hindi
transliterate = yes
concat = udh16
'''
ACCOUNT = '''default-charset = latin1
concat = sar
'''
PUSH = bytes.fromhex('060504 0b84 23f0')        # from port 9200 to 2948
SI = bytes.fromhex('01 06 01 ae 02 05 6a 00 45 c6 0c 03') + b'a.ex/x\0' + \
    bytes.fromhex('01 03') + b'%s\0' + bytes.fromhex('01 01')


def world():
    rig = Rig(edit={'links.conf': lambda text: text.replace(
        'name = smsc-a\n', LINK, 1).replace(
            'system-id = esme1\n', 'system-id = esme1\n' + ACCOUNT, 1)})
    rig.smsc = Smsc(rig)
    rig.esme = Esme(rig).bound()
    rig.mary = Device(rig, 'mary', 'tcp').registered()
    return rig


def unique(text=''):
    return f'{text}{secrets.token_hex(4)}'


def arrives(w, octets, **fields):
    answer = w.smsc.mobile_originated(JOHN, MARY, hex=octets.hex(), **fields)
    equal(answer.get('status'), 0, 'deliver_sm_resp')


def sent(w, text, n=1, **own):
    """The n submit_sm that mary's message became."""
    number = w.number()
    status, _ = w.mary.message(f'tel:+{number}', text, **own)
    equal(status, 202, 'answer')
    parts = w.smsc.submits(number, n)
    equal(len(parts), n, 'parts')
    return parts


def body_of(part):
    return bytes.fromhex(part['hex'])[len(header_of(part)):]


def case_a_push_is_a_text_with_a_link(w):
    word = unique()
    arrives(w, PUSH + SI.replace(b'%s', word.encode()), data_coding=4,
            esm_class=0x40)
    m = w.mary.wait_text(f'{word}\nhttp://a.ex/x')
    equal(m.cpim.type.replace(' ', ''), 'text/plain;charset=utf-8')


def case_a_push_by_parameters(w):
    word = unique()
    arrives(w, SI.replace(b'%s', word.encode()), data_coding=0xf5,
            dest_port=2948, source_port=9200)
    w.mary.wait_text(f'{word}\nhttp://a.ex/x')


def case_a_push_in_parts_that_come_in_another_order(w):
    word = unique() + 'x' * 300
    octets = SI.replace(b'%s', word.encode())
    pieces = [octets[i:i + 128] for i in range(0, len(octets), 128)]
    for i in (2, 0, 1):
        header = bytes([11, 0, 3, 9, len(pieces), i + 1]) + PUSH[1:]
        arrives(w, header + pieces[i], data_coding=4, esm_class=0x40)
    w.mary.wait_text(f'{word}\nhttp://a.ex/x')


def case_a_notification_of_mms_keeps_its_octets(w):
    pdu = b'\x8c\x82\x98' + unique().encode() + b'\0'
    arrives(w, PUSH + b'\x07\x06\x03\xbe\xaf\x84' + pdu, data_coding=4,
            esm_class=0x40)
    m = w.mary.wait(lambda m: m.method == 'MESSAGE' and pdu in m.body,
                    'the notification')[-1]
    equal(m.cpim.type, 'application/vnd.wap.mms-message')


def case_a_card_and_octets_for_a_port(w):
    for header, kind in (
            ('0605 0423f4 0000', 'text/x-vcard'),
            ('0605 0415811582', 'application/octet-stream;x-port=5505;'
                                'x-source-port=5506')):
        word = unique().encode()
        arrives(w, bytes.fromhex(header) + word, data_coding=4, esm_class=0x40)
        m = w.mary.wait(lambda m, t=word: m.method == 'MESSAGE'
                        and t in m.body, kind)[-1]
        equal(m.cpim.type.replace(' ', ''), kind)


def case_a_card_in_the_default_alphabet_and_in_parts(w):
    word = unique()
    for part, octets in ((2, b'\x1b\x65'), (1, word.encode())):
        arrives(w, bytes([11, 0, 3, 5, 2, part]) +
                bytes.fromhex('050423f40000') + octets, esm_class=0x40)
    m = w.mary.wait_text(word + '€')
    equal(m.cpim.type.replace(' ', '').lower(), 'text/x-vcard;charset=utf-8')


def case_a_flash_is_urgent_and_shown_at_once(w):
    for fields in ({'data_coding': 0xf0}, {'data_coding': 0x10}):
        word = unique()
        arrives(w, word.encode(), **fields)
        m = w.mary.wait_text(word)
        if fields['data_coding'] == 0xf0:
            equal(m.get('priority'), 'urgent')
            check(b'Content-Disposition: render' in m.body, m.body)
        else:       # the link has not gsm-dcs
            equal(m.get('priority'), '')


def case_national_tables_are_always_read(w):
    word = unique()
    arrives(w, bytes.fromhex('03 24 01 01') + word.encode() +
            bytes.fromhex('1b67 1b73 1b69'), esm_class=0x40)
    w.mary.wait_text(word + 'ğşı')
    for part in (1, 2):
        arrives(w, bytes([9, 0x25, 1, 6, 8, 4, 1, 2, 2, part]) +
                b'\x2f', esm_class=0x40)
    w.mary.wait_text('न' * 2)


def case_turkish_goes_in_its_table(w):
    part = sent(w, 'ağaç ışık')[0]
    equal(part['data_coding'], 0)
    check(header_of(part)[:3] in (b'\x03\x24\x01', b'\x03\x25\x01'),
          part['hex'])
    part = sent(w, 'ğ' * 155)[0]
    equal(header_of(part), b'\x03\x25\x01\x01', 'the locking one is shorter')


def case_hindi_in_parts_says_its_table_in_each(w):
    parts = sent(w, 'नमस्ते ' * 30, 2)
    for part in parts:
        check(b'\x25\x01\x06' in header_of(part), part['hex'])
        check(b'\x08\x04' in header_of(part), 'concat = udh16')


def case_what_no_table_has_is_ucs2(w):
    part = sent(w, 'ağaç Привет')[0]
    equal((part['data_coding'], text_of(part)), (8, 'ağaç Привет'))


def case_close_letters_where_all_of_it_fits_then(w):
    part = sent(w, '„Čeština“ – žluťoučký…')[0]
    equal((part['data_coding'], text_of(part)),
          (0, '"Cestina" - zlutoucky...'))
    steps = w.gateway.trace(f"+{part['destination_addr']}")
    check(any('lost=letters' in (s['text'] or '') for s in steps), steps)


def case_an_indication_becomes_a_push(w):
    xml = '<?xml version="1.0"?><!DOCTYPE si PUBLIC "-//WAPFORUM//DTD SI ' \
        '1.0//EN" "http://www.wapforum.org/DTD/si.dtd"><si><indication ' \
        'href="http://a.ex/x">Hi</indication></si>'
    part = sent(w, xml, content_type='text/vnd.wap.si')[0]
    equal((part['data_coding'], part['esm_class']), (4, 0x40))
    equal(bytes.fromhex(part['hex']), PUSH + SI.replace(b'%s', b'Hi'))


def case_cards_and_octets_go_to_their_ports(w):
    for kind, header in (
            ('text/vcard', '06050423f40000'),
            ('text/calendar', '06050423f50000'),
            ('application/octet-stream;x-port=5505;x-source-port=5506',
             '06050415811582'),
            ('application/vnd.wap.mms-message', '0605040b8423f0')):
        part = sent(w, 'BEGIN', content_type=kind)[0]
        equal(header_of(part).hex(), header, kind)
        check(body_of(part).endswith(b'BEGIN'), kind)


def case_an_application_with_a_charset_of_its_own(w):
    word = unique('für ')
    equal(w.esme.submit(MARY, hex=word.encode('latin-1').hex())['status'], 0)
    w.mary.wait_text(word)
    long = word + 'é' * 200
    equal(w.mary.message('tel:22222;phone-context=cpm.example', long)[0], 202)
    got = w.esme.received(lambda e: e.get('sar_total_segments') == 2,
                          'two parts', 2)
    got = sorted(got, key=lambda e: e['sar_segment_seqnum'])
    equal({(e['data_coding'], e['esm_class']) for e in got}, {(0, 0)})
    equal(''.join(text_of(e) for e in got), long)
