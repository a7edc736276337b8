"""Routes over several links, lists, numbers, senders and rates, as operators
set them."""

import secrets
import time

from peers import Esme, Smsc, smsc_b, text_of
from rig import Rig, check, equal, until

ROK, RTHROTTLED, RINVSRCADR = 0, 0x58, 0x0A

BLACK = '''# nobody wants these
+15550299*
+15550298001
'''

RULES = r'''
group = route
name = shared
prefix = +1555027
technology = sms
peer = smsc-a;smsc-b
weight = 1;1

group = route
name = rather-b
prefix = +1555026
technology = sms
peer = smsc-a;smsc-b
preference = 2;1

group = access
name = friend
action = allow
sender = 22222
recipient = +15550299999

group = access
name = black
action = deny
recipient-file = %s

group = access
name = no-bank
action = deny
sender = /^[Bb]ank/
from = esme1

group = access
name = not-by-b
action = deny
recipient = +15550279*
way = smsc-b
'''

NUMBERS = r'''recipient-out = /^\+1(555025[0-9]*)$/ -> 9\1; +155502400 -> 7
sender-out = /^\+1555(.*)$/ -> \1; News -> "Newsroom"
short-ton-npi = 6/0
national-ton-npi = 0/9
sender-national-ton-npi = 2/8
sender-in = +44 -> +1555
reconnect-first'''.replace('"', '')


def edit_links(text):
    """smsc-a with numbers of its own; smsc-b slow, and from the start."""
    first, second = text.split('name = smsc-b')
    first = first.replace('reconnect-first', NUMBERS, 1)
    second = second.replace('start = no', 'throughput = 20', 1)
    second = second.replace('rate = 10', 'rate = 5\nburst = 3', 1)
    second = second.replace(
        'any-sender = yes\nshort-code = 22223',
        'short-code = 22223\nallowed-address = Shop*; /^9{3}$/\n'
        'default-sender = News\nwrong-sender = default', 1)
    return first + 'name = smsc-b' + second


def world():
    rig = Rig(edit={'links.conf': edit_links}, start=False)
    black = rig.gateway.conf / 'black'
    black.write_text(BLACK)
    people = rig.gateway.conf / 'people.conf'
    people.write_text(people.read_text() + RULES % black)
    rig.gateway.start()
    rig.smsc = Smsc(rig)
    rig.b = smsc_b(rig).wait_bound()
    rig.gateway.wait_link('smsc-b')
    rig.esme = Esme(rig).bound()
    return rig


def burst(w, numbers, **fields):
    answers = w.esme('burst', name='esme1', list=[
        w.esme.fields(number, 'x', **fields) for number in numbers])
    return [a['status'] for a in answers['answers']]


def got(peer, numbers):
    return sum(peer.count(number) for number in numbers)


def case_links_of_the_same_rank_share(w):
    numbers = [f'155502700{i:02}' for i in range(60)]
    equal(set(burst(w, numbers)), {ROK})
    until(lambda: got(w.smsc, numbers) + got(w.b, numbers) == 60, 'all')
    check(10 <= got(w.smsc, numbers) <= 50,
          f'{got(w.smsc, numbers)} by the first')


def case_the_preferred_link_and_the_other_when_it_is_down(w):
    w.esme.submit('15550260001', 'preferred')
    equal(text_of(w.b.submits('15550260001')[0]), 'preferred')
    w.b('deafen')
    w.gateway.wait_link('smsc-b', 'down')
    w.esme.submit('15550260002', 'by the other')
    equal(text_of(w.smsc.submits('15550260002')[0]), 'by the other')
    w.b('listen')
    w.gateway.wait_link('smsc-b')
    w.esme.submit('15550260003', 'again')
    equal(text_of(w.b.submits('15550260003')[0]), 'again')


def case_a_link_that_refuses_the_number_is_not_the_last_word(w):
    number = '15550260010'
    w.b.rules({'to': number, 'times': 1, 'status': 0x0B})
    answer = w.esme.submit(number, 'next way', registered_delivery=1)
    equal(answer['status'], ROK)
    w.b.submits(number)
    w.smsc.submits(number)
    equal(w.esme.receipt(answer['message_id'])[0], 2, 'delivered, no failure')


def case_a_busy_link_is_left_for_the_other_at_once(w):
    for status in (0x58, 0x14, 0x08):
        number = f'1555026{status:02}00'
        w.b.rules({'to': number, 'times': 9, 'status': status})
        started = time.monotonic()
        answer = w.esme.submit(number, 'busy', registered_delivery=1)
        w.smsc.submits(number)
        check(time.monotonic() - started < 0.8, 'before any retry')
        check(w.b.count(number) == 1 or status != 0x58, 'b first, or it rests')
        equal(w.esme.receipt(answer['message_id'])[0], 2)
    w.b.rules()


def case_two_busy_links_are_not_flooded(w):
    number = '15550269900'
    until(lambda: not w.gateway.link('smsc-b')['busy'], 'it has rested')
    for peer in (w.smsc, w.b):
        peer.rules({'to': number, 'times': 2, 'status': 0x58})
    w.esme.submit(number, 'busy')
    until(lambda: got(w.smsc, [number]) + got(w.b, [number]) == 2, 'two')
    time.sleep(0.6)
    equal((w.smsc.count(number), w.b.count(number)), (1, 1), 'then a wait')
    until(lambda: any(e['given'] == 0 for peer in (w.smsc, w.b) for e in
                      peer.events(lambda e: e.get('destination_addr') ==
                                  number, 'submit_sm')), 'it is taken')
    until(lambda: w.gateway.waiting() == 0, 'settled')
    check(got(w.smsc, [number]) + got(w.b, [number]) <= 5, 'then a wait')
    for peer in (w.smsc, w.b):
        peer.rules()


def case_what_waits_for_a_link_that_stays_down_goes_by_the_other(w):
    numbers = [f'155502640{i:02}' for i in range(30)]
    equal(w.gateway.gwctl('hold', 'smsc-a')[0], 0)
    equal(w.gateway.gwctl('hold', 'smsc-b')[0], 0)
    equal(set(burst(w, numbers)), {ROK})
    w.b('deafen')
    w.gateway.wait_link('smsc-b', 'down')
    equal(w.gateway.gwctl('release', 'smsc-b')[0], 0)
    equal(w.gateway.gwctl('release', 'smsc-a')[0], 0)
    until(lambda: got(w.smsc, numbers) == 30, 'all by the other')
    w.b.rules()
    w.b('listen')
    w.gateway.wait_link('smsc-b')
    equal(got(w.b, numbers), 0)
    until(lambda: w.gateway.waiting() == 0, 'settled')


def case_a_black_list_in_a_file(w):
    for number in ('15550299001', '15550298001'):
        answer = w.esme.submit(number, 'no')
        check(answer['status'] != ROK, number)
        story = until(lambda n=number: w.gateway.trace('+' + n), 'a trace')
        check('denied by rule black (' in story[-1]['text'] and
              'people.conf:' in story[-1]['text'], story[-1])
    equal(w.esme.submit('15550298002', 'yes')['status'], ROK)
    equal(w.esme.submit('15550299999', 'a friend')['status'], ROK)


def case_senders_by_expression_and_account(w):
    bank = {'source_addr_ton': 5, 'source_addr': 'bankrupt'}
    check(w.esme.submit(w.number(), 'no', **bank)['status'] != ROK)
    bank['source_addr'] = 'Riverbank'
    equal(w.esme.submit(w.number(), 'yes', **bank)['status'], ROK)


def case_a_link_that_a_message_may_not_take(w):
    numbers = [f'155502790{i:02}' for i in range(20)]
    equal(set(burst(w, numbers)), {ROK})
    until(lambda: got(w.smsc, numbers) == 20, 'all by the other')
    equal(got(w.b, numbers), 0)


def case_lists_are_read_again_at_a_reload(w):
    black = w.gateway.conf / 'black'
    number = '15550297001'
    equal(w.esme.submit(number, 'yes')['status'], ROK)
    black.write_text(BLACK + '+' + number + '\n')
    equal(w.gateway.gwctl('reload')[0], 0)
    check(w.esme.submit(number, 'no')['status'] != ROK)
    black.write_text(BLACK + '/(/\n')
    answer = w.gateway.gwctl('reload')
    equal(answer[0], 1)
    check('black:4: /(/: ' in answer[2], answer[2])
    black.write_text(BLACK)
    equal(w.gateway.gwctl('reload')[0], 0)
    equal(w.esme.submit(number, 'yes')['status'], ROK)


def case_numbers_are_rewritten_on_their_way_out(w):
    w.esme.submit('15550250001', 'national')
    e = w.smsc.submits('95550250001')[0]
    equal((e['dest_addr_ton'], e['dest_addr_npi']), (0, 9))
    w.esme.submit('15550240055', 'short', source_addr_ton=1,
                  source_addr_npi=1, source_addr='15550100077')
    e = w.smsc.submits('755')[0]
    equal((e['dest_addr_ton'], e['dest_addr_npi']), (6, 0))
    equal((e['source_addr_ton'], e['source_addr_npi'], e['source_addr']),
          (6, 0, '0100077'))
    number = w.number()
    w.esme.submit(number, 'named', source_addr_ton=5, source_addr_npi=0,
                  source_addr='News')
    e = w.smsc.submits(number)[0]
    equal((e['dest_addr_ton'], e['dest_addr_npi']), (1, 1))
    equal((e['source_addr_ton'], e['source_addr']), (5, 'Newsroom'))


def case_and_on_their_way_in(w):
    text = 'in ' + secrets.token_hex(4)
    equal(w.smsc.mobile_originated(
        '447700900', '22222', text, dest_addr_ton=3,
        dest_addr_npi=0)['status'], ROK)
    e = w.esme.received(lambda e: text_of(e) == text, text)[0]
    equal(e['source_addr'], '15557700900')


def case_as_whom_an_account_sends(w):
    w.esme.bound('esme2')
    for given, want in (({'source_addr_ton': 5, 'source_addr': 'Shop24'},
                         'Shop24'),
                        ({'source_addr': '999'}, '999'),
                        ({'source_addr': '22223'}, '22223'),
                        ({'source_addr_ton': 0, 'source_addr': ''},
                         'Newsroom'),
                        ({'source_addr_ton': 5, 'source_addr': 'Bank'},
                         'Newsroom')):
        number = w.number()
        time.sleep(0.3)
        equal(w.esme.submit(number, 'x', 'esme2', **given)['status'], ROK)
        equal(w.smsc.submits(number)[0]['source_addr'], want)
    w.esme('unbind', name='esme2')


def case_a_burst_of_three_then_five_a_second(w):
    w.esme.bound('esme2')
    time.sleep(1)
    number = w.number()
    given = [a['status'] for a in w.esme('burst', name='esme2', list=[
        w.esme.fields(number, f'{i:02}', source_addr='22223')
        for i in range(12)])['answers']]
    equal(given[:3], [ROK] * 3, 'three are taken')
    check(given.count(RTHROTTLED) >= 8, given)
    time.sleep(1.1)
    equal(w.esme.submit(number, 'again', 'esme2',
                        source_addr='22223')['status'], ROK)
    w.esme('unbind', name='esme2')


def case_a_link_gets_no_more_than_its_throughput(w):
    numbers = [f'155502610{i:02}' for i in range(40)]
    started = time.monotonic()
    equal(set(burst(w, numbers)), {ROK})
    until(lambda: got(w.b, numbers) == 40, 'all')
    check(time.monotonic() - started >= 1.9, 'twenty a second')
