"""The SMPP server: what ESMEs may do, and what they are answered."""

import secrets
import time

from device import NUMBERS, Device
from peers import Esme, Smsc, text_of
from rig import SMPP, Rig, check, equal, until
from test_sms_out import gsm

ROK, RINVBNDSTS, RALYBND, RINVDSTADR, RBINDFAIL, RINVPASWD, RINVSYSID = \
    0, 4, 5, 0x0B, 0x0D, 0x0E, 0x0F
RTHROTTLED, RQUERYFAIL, RCANCELFAIL, RREPLACEFAIL = 0x58, 0x67, 0x11, 0x13


def world():
    rig = Rig()
    rig.smsc = Smsc(rig)
    rig.esme = Esme(rig)
    rig.mary = Device(rig, 'mary').registered()
    return rig


def unique(text):
    return f'{text} {secrets.token_hex(4)}'


def case_the_three_kinds_of_bind(w):
    for mode in ('transmitter', 'receiver', 'transceiver'):
        equal(w.esme.bind('esme1', mode=mode), ROK, mode)
        equal(w.esme('unbind', name='esme1')['status'], ROK, 'unbind')


def case_a_wrong_password_is_refused_every_time(w):
    for password in ('', 'wrong', 'secret2', 'SECRET1', 'secret1x'):
        equal(w.esme.bind('esme1', password=password), RINVPASWD, password)
    equal(w.esme.bind('esme1'), ROK, 'the right one afterwards')
    w.esme('unbind', name='esme1')


def case_an_unknown_account_is_refused(w):
    status = w.esme.bind('stranger', password='secret1')
    check(status in (RINVSYSID, RINVPASWD), f'{status:#x}')


def case_the_operator_is_told_nothing_of_passwords(w):
    check('secret' not in w.gateway.process.text(), 'log without passwords')


def case_before_a_bind_nothing_is_taken(w):
    w.esme('connect', name='raw', port=w.slot.port(SMPP))
    for command in ('submit_sm', 'data_sm'):
        answer = w.esme('send', name='raw', command=command,
                        fields=w.esme.fields('15550200001', 'no'))
        equal(answer['status'], RINVBNDSTS, command)
    w.esme('drop', name='raw')


def case_a_second_bind_on_one_session_is_refused(w):
    w.esme.bound()
    answer = w.esme('send', name='esme1', command='bind_transceiver',
                    fields={'system_id': 'esme1', 'password': 'secret1'})
    equal(answer['status'], RALYBND)
    w.esme('unbind', name='esme1')


def case_a_receiver_may_not_submit(w):
    w.esme.bound(mode='receiver')
    equal(w.esme.submit('15550200001', 'no')['status'], RINVBNDSTS)
    w.esme('unbind', name='esme1')


def case_enquire_link_is_answered(w):
    w.esme.bound()
    answer = w.esme('send', name='esme1', command='enquire_link')
    equal((answer['command'], answer['status']), ('enquire_link_resp', ROK))


def case_every_alphabet_arrives_as_the_same_text(w):
    number = w.number()
    rows = ((0, '006861201b65', '@ha €'), (8, 'd83dde000436', '😀ж'),
            (3, 'e9', 'é'), (1, '40', '@'), (8, '0068', 'h'))
    for n, (coding, octets, text) in enumerate(rows, 1):
        equal(w.esme.submit(number, hex=octets,
                            data_coding=coding)['status'], ROK, coding)
        e = w.smsc.submits(number, n)[-1]
        got = bytes.fromhex(e['hex'])
        want = gsm(text) if e['data_coding'] == 0 \
            else text.encode('utf-16-be')
        equal(got, want, f'coding {coding}')


def case_a_name_as_the_sender_is_shown_and_has_its_receipt(w):
    w.esme.bound()
    text = unique('from a shop')
    answer = w.esme.submit('15550100001', text, source_addr='Shop',
                           source_addr_ton=5, source_addr_npi=0,
                           registered_delivery=1)
    m = w.mary.wait_text(text)
    uri = '"Shop" <sip:Shop@alpha.cpm.example>'
    equal(m.get('from').split(';')[0], uri)
    equal(m.cpim.get('From'), uri)
    equal(w.mary.plain('sip:Shop@alpha.cpm.example', 'no answer').status, 404)
    equal(w.mary.notify(m, 'delivered'), 200)
    equal(w.esme.receipt(answer['message_id'])[0], 2, 'DELIVERED')


def case_a_receipt_shows_the_front_of_the_text(w):
    w.esme.bound()
    for text, front in (('in ten minutes', 'in ten minutes'),
                        ('Grüße an alle Freunde', 'Gr??e an alle Freund'),
                        ('мы', '??')):
        answer = w.esme.submit('15550100001', hex=text.encode(
            'utf-16-be').hex(), data_coding=8, registered_delivery=1)
        w.mary.notify(w.mary.wait_text(text), 'delivered')
        _, told = w.esme.receipt(answer['message_id'])
        equal(told.partition('text:')[2].lower(), front.lower())


def case_binary_goes_through_as_it_came(w):
    number = w.number()
    octets = bytes(range(140)).hex()
    equal(w.esme.submit(number, hex=octets, data_coding=4)['status'], ROK)
    e = w.smsc.submits(number)[0]
    equal((e['data_coding'], e['hex']), (4, octets))


def case_ports_and_parameters_go_through_as_they_came(w):
    number = w.number()
    octets = '0605043e801001' + unique('port').encode().hex()
    equal(w.esme.submit(number, hex=octets, esm_class=0x40, protocol_id=0x41,
                        priority_flag=3, source_subaddress='a0' * 4,
                        user_message_reference=4711)['status'], ROK)
    e = w.smsc.submits(number)[0]
    equal((e['hex'], e['esm_class'] & 0x40, e['protocol_id'],
           e['priority_flag'], e.get('user_message_reference')),
          (octets, 0x40, 0x41, 3, 4711))


def case_what_the_smsc_cannot_be_given_is_traced(w):
    number = w.number()
    equal(w.esme.submit(number, unique('lost'), set_dpf=1)['status'], ROK)
    w.smsc.submits(number)
    until(lambda: 'lost=set_dpf' in w.gateway.gwctl('trace', number)[1],
          'the trace says so')


def case_what_only_a_later_part_says_is_traced(w):
    text = unique('later')
    for number, more in ((1, {}), (2, {'source_port': 7})):
        w.esme.submit(
            NUMBERS['mary'], esm_class=0x40, **more,
            hex=(bytes([5, 0, 3, 77, 2, number]) + text.encode()).hex())
    w.mary.wait_text(text + text)
    until(lambda: 'lost=smpp.tlv.020a' in
          w.gateway.gwctl('trace', NUMBERS['mary'])[1], 'the trace says so')


def case_a_coding_that_is_refused_goes_as_ucs2(w):
    number, text = w.number(), unique('coding')
    w.smsc.rules({'to': number, 'times': 1, 'status': 0x104},
                 {'to': number, 'state': 'DELIVRD'})
    answer = w.esme.submit(number, text, registered_delivery=1)
    first, second = w.smsc.submits(number, 2)
    equal((first['data_coding'], second['data_coding']), (0, 8))
    equal(text_of(second), text)
    equal(w.esme.receipt(answer['message_id'])[0], 2)


def case_a_sender_at_a_domain_is_a_uri(w):
    text = unique('uri')
    fields = {'source_addr_ton': 0, 'source_addr_npi': 14}
    answer = w.esme.submit(NUMBERS['mary'], text, source_addr='user@x.org',
                           **fields)
    equal(answer['status'], ROK)
    equal(w.mary.wait_text(text).cpim.get('From'), '<sip:user@x.org>')
    answer = w.esme.submit(NUMBERS['mary'], text,
                           source_addr='mailto:u@x.org', **fields)
    equal(answer['status'], 0x0a, 'mail cannot send SMS')


def case_japanese_and_korean(w):
    word = unique('')
    for coding, name, text in ((0x05, 'shift_jis', 'こんにちは'),
                               (0x05, 'iso2022_jp', '日本語'),
                               (0x06, 'iso8859_5', 'Привет'),
                               (0x07, 'iso8859_8', 'שלום'),
                               (0x0a, 'iso2022_jp', '日本'),
                               (0x0d, 'euc_jp', '丂日本'),
                               (0x0e, 'euc_kr', '안녕')):
        equal(w.esme.submit(NUMBERS['mary'], data_coding=coding,
                            hex=(word + text).encode(name).hex())['status'],
              ROK)
        w.mary.wait_text(word + text)


def case_parts_go_through_as_parts(w):
    number = w.number()
    text = unique('p') + 'q' * 290
    for part in (1, 2):
        piece = text[(part - 1) * 153:part * 153]
        answer = w.esme.submit(
            number, hex='050003aa02' + f'{part:02x}' + piece.encode().hex(),
            esm_class=0x40)
        equal(answer['status'], ROK)
    parts = sorted(w.smsc.submits(number, 2), key=lambda e: e['hex'][:12])
    equal(''.join(text_of(p) for p in parts), text)
    equal({p['hex'][6:8] for p in parts}, {parts[0]['hex'][6:8]})


def case_parts_to_a_device_become_one_text(w):
    text = unique('d') + 'e' * 250
    for part in (2, 1):
        piece = text[(part - 1) * 153:part * 153]
        equal(w.esme.submit(
            NUMBERS['mary'], esm_class=0x40, hex='050003ab02' +
            f'{part:02x}' + piece.encode().hex())['status'], ROK)
    w.mary.wait_text(text)


def case_a_text_in_message_payload(w):
    text = unique('payload') * 8
    equal(w.esme.submit(NUMBERS['mary'],
                        message_payload=text.encode().hex())['status'], ROK)
    w.mary.wait_text(text)


def case_a_data_sm(w):
    text = unique('data')
    answer = w.esme('send', name='esme1', command='data_sm', fields={
        'source_addr_ton': 3, 'source_addr': '22222', 'dest_addr_ton': 1,
        'dest_addr_npi': 1, 'destination_addr': NUMBERS['mary'][1:],
        'message_payload': text.encode().hex()})
    equal(answer['status'], ROK)
    check(answer['message_id'], 'message_id')
    w.mary.wait_text(text)


def case_no_route(w):
    for to in ('447700900123', '15559999999', '15550109999'):
        equal(w.esme.submit(to, 'lost')['status'], RINVDSTADR, to)


def case_a_malformed_address(w):
    for to in ('', '+', 'abc', '1555020000100000000'):
        answer = w.esme.submit('x', 'lost', destination_addr=to)
        equal(answer['status'], RINVDSTADR, to)


def case_short_codes_find_their_esme(w):
    w.esme.bound('esme2')
    for name, code in (('esme1', '22222'), ('esme2', '22223')):
        text = unique(f'to {code}')
        answer = w.smsc.mobile_originated('15550200001', code, text,
                                          dest_addr_ton=3, dest_addr_npi=0)
        equal(answer['status'], ROK)
        e = w.esme.received(lambda e, t=text: text_of(e) == t, text)[0]
        equal((e['name'], e['source_addr'], e['destination_addr']),
              (name, '15550200001', code))
    w.esme('unbind', name='esme2')


def case_mary_answers_a_short_code(w):
    text = unique('answer')
    status, _ = w.mary.message('tel:22222;phone-context=cpm.example', text)
    check(status in (200, 202), status)
    e = w.esme.received(lambda e: text_of(e) == text, text)[0]
    equal((e['source_addr'], e['source_addr_ton'], e['destination_addr']),
          (NUMBERS['mary'][1:], 1, '22222'))


def case_what_comes_while_an_esme_is_away_waits(w):
    w.esme('unbind', name='esme1')
    texts = [unique(f'away {i}') for i in range(5)]
    for text in texts:
        equal(w.smsc.mobile_originated(
            '15550200001', '22222', text, dest_addr_ton=3,
            dest_addr_npi=0)['status'], ROK)
    w.esme.bound()
    w.esme.received(lambda e: text_of(e) in texts, 'all', 5)
    equal([text_of(e) for e in w.esme.events(
        lambda e: text_of(e) in texts, 'received')], texts)


def case_an_esme_that_says_later_gets_it_later(w):
    text = unique('later')
    w.esme('rules', name='esme1', list=[
        {'hex': text.encode().hex(), 'times': 1, 'status': 0x14}])
    equal(w.smsc.mobile_originated(
        '15550200001', '22222', text, dest_addr_ton=3,
        dest_addr_npi=0)['status'], ROK)
    w.esme.received(lambda e: text_of(e) == text, text, 2)


def case_a_session_per_bind_shares_the_work(w):
    """A second transceiver of the same account."""
    w.esme.bound('esme1.second', system_id='esme1')
    texts = [unique(f'share {i}') for i in range(20)]
    for text in texts:
        equal(w.smsc.mobile_originated(
            '15550200001', '22222', text, dest_addr_ton=3,
            dest_addr_npi=0)['status'], ROK)
    found = w.esme.received(lambda e: text_of(e) in texts, 'all', 20)
    equal(sorted(text_of(e) for e in found), sorted(texts), 'once each')
    w.esme('unbind', name='esme1.second')


def case_ten_a_second_for_esme2_and_the_eleventh_is_throttled(w):
    w.esme.bound('esme2')
    number = w.number()
    answers = w.esme('burst', name='esme2', list=[
        w.esme.fields(number, f'{i:02}', source_addr='22223')
        for i in range(25)])['answers']
    given = [a['status'] for a in answers]
    equal(given[:10], [ROK] * 10, 'ten are taken')
    equal(set(given[10:]), {RTHROTTLED}, 'ESME_RTHROTTLED')
    time.sleep(1.1)
    equal(w.esme.submit(number, 'again', 'esme2',
                        source_addr='22223')['status'], ROK, 'a second later')
    equal(len(w.smsc.submits(number, 11)), 11)
    w.esme('unbind', name='esme2')


def case_esme1_is_not_throttled(w):
    number = w.number()
    answers = w.esme('burst', name='esme1', list=[
        w.esme.fields(number, f'{i:03}') for i in range(60)])['answers']
    equal({a['status'] for a in answers}, {ROK})
    equal([text_of(e) for e in w.smsc.submits(number, 60)],
          [f'{i:03}' for i in range(60)], 'in order')


def case_two_equal_submissions_are_two_messages(w):
    number = w.number()
    ids = {w.esme.submit(number, 'twin')['message_id'] for _ in range(2)}
    equal(len(ids), 2, 'two ids')
    equal(len(w.smsc.submits(number, 2)), 2)


def case_query_and_cancel_are_done_or_refused_in_their_own_words(w):
    number = NUMBERS['peter']
    mine = w.esme.submit(number, unique('waits'), registered_delivery=1)
    fields = {'message_id': mine['message_id'], 'source_addr_ton': 3,
              'source_addr': '22222', 'dest_addr_ton': 1,
              'dest_addr_npi': 1, 'destination_addr': number[1:]}
    asked = w.esme('send', name='esme1', command='query_sm', fields=fields)
    if asked['status'] == RQUERYFAIL:
        for command, status in (('cancel_sm', RCANCELFAIL),
                                ('replace_sm', RREPLACEFAIL)):
            equal(w.esme('send', name='esme1', command=command,
                         fields=fields)['status'], status, command)
        return
    equal((asked['status'], asked['message_state']), (ROK, 1))
    w.esme.bound('esme2')
    stranger = w.esme('send', name='esme2', command='query_sm',
                      fields=fields)
    check(stranger['status'] != ROK, 'not for another account')
    w.esme('unbind', name='esme2')
    gone = w.esme('send', name='esme1', command='cancel_sm', fields=fields)
    equal(gone['status'], ROK)
    equal(w.esme.receipt(mine['message_id'])[0], 4, 'DELETED')


def case_a_validity_period_that_is_none(w):
    for period in ('nonsense', '261331000000000+', '000000000000000X'):
        answer = w.esme.submit(w.number(), 'x', validity_period=period)
        equal(answer['status'], 0x62, period)


def case_a_schedule_is_kept(w):
    number = w.number()
    started = time.monotonic()
    answer = w.esme.submit(number, 'later', schedule_delivery_time=
                           '000000000002000R')
    equal(answer['status'], ROK)
    w.smsc.submits(number)
    check(time.monotonic() - started > 1.5, 'not before its time')
