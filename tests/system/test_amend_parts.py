"""query_sm, cancel_sm and replace_sm of what came or goes in several: parts of
longer messages, copies of one to many (SMPP v3.4 4.5, 4.8 to 4.10)."""

import secrets

from peers import Esme, Smsc, text_of
from rig import Rig, check, equal, until

# SMPP v3.4 5.1.3 and 5.2.28
RINVMSGID, RCANCELFAIL, RREPLACEFAIL = 0x0C, 0x11, 0x13
ENROUTE, DELETED = 1, 4


RULES = 'any-sender = no\nallowed-address = +155517770000\n' \
    'sender-in = 555 -> +15551777\ndefault-sender = +15551888888\n' \
    'wrong-sender = default\n'


def edit_links(text):
    """An SMSC that can cancel; esme1's senders are rewritten or replaced."""
    text = text.replace('name = smsc-a\n', 'name = smsc-a\ncancel = yes\n'
                        'query = yes\n')
    return text.replace('any-sender = yes\nshort-code = 22222\n',
                        RULES + 'short-code = 22222\n')


def edit_gateway(text):
    return text.replace('group = gateway\n',
                        'group = gateway\nreassembly-timeout = 30s\n', 1)


def world():
    rig = Rig(edit={'links.conf': edit_links, 'cpmgw.conf': edit_gateway})
    rig.smsc = Smsc(rig)
    rig.esme = Esme(rig).bound()
    return rig


def ask(w, command, message_id, **fields):
    return w.esme('send', name='esme1', command=command,
                  fields={'message_id': message_id, 'source_addr_ton': 3,
                          'source_addr': '22222', **fields},
                  timeout_ms=10000)


def status(w, command, message_id, **fields):
    return ask(w, command, message_id, **fields)['status']


def state(w, message_id):
    return ask(w, 'query_sm', message_id).get('message_state')


def part(w, to, number, of, text, reference=7):
    """Its id."""
    header = bytes([5, 0, 3, reference, of, number])
    answer = w.esme.submit(to, hex=(header + text.encode()).hex(),
                           esm_class=0x40, registered_delivery=1)
    equal(answer['status'], 0)
    return answer['message_id']


def parts(w, to, *texts, reference=7):
    return [part(w, to, i + 1, len(texts), text, reference)
            for i, text in enumerate(texts)]


def held(w, yes=True):
    w.gateway.gwctl('link', 'stop' if yes else 'start', 'smsc-a')
    w.gateway.wait_link('smsc-a', *(['stopped'] if yes else []))


def all_deleted(w, ids):
    for message_id in ids:
        equal(w.esme.receipt(message_id)[0], DELETED)
        equal(state(w, message_id), DELETED)
        equal(status(w, 'cancel_sm', message_id), RCANCELFAIL, 'it is final')


def case_by_any_part_the_whole_is_cancelled(w):
    held(w)
    number = w.number()
    for which in 0, 1:
        ids = parts(w, number, 'one ', 'two', reference=which)
        equal(state(w, ids[which]), ENROUTE)
        equal(status(w, 'cancel_sm', ids[which], source_addr='33333'),
              RINVMSGID)
        equal(status(w, 'cancel_sm', ids[which]), 0)
        all_deleted(w, ids)
    held(w, False)
    w.esme.submit(number, 'after')
    w.smsc.submits(number)
    equal(w.smsc.count(number), 1)


def case_a_cancelled_one_may_be_sent_again(w):
    held(w)
    number = w.number()
    ids = parts(w, number, 'again ', 'and again')
    equal(status(w, 'cancel_sm', ids[0]), 0)
    again = parts(w, number, 'again ', 'and again')
    check(not set(ids) & set(again), 'another message')
    held(w, False)
    equal(text_of(w.smsc.submits(number)[0]), 'again and again')


def case_a_part_that_waits_is_removed(w):
    number = w.number()
    alone = part(w, number, 1, 2, 'alone ')
    equal(state(w, alone), ENROUTE)
    equal(status(w, 'query_sm', alone, source_addr='33333'), RINVMSGID)
    equal(status(w, 'replace_sm', alone, hex='78'), RREPLACEFAIL)
    equal(status(w, 'cancel_sm', alone), 0)
    all_deleted(w, [alone])
    new = part(w, number, 2, 2, 'b')
    check(w.smsc.count(number) == 0, 'the first part is gone')
    equal(state(w, new), ENROUTE)
    part(w, number, 1, 2, 'a')
    equal(text_of(w.smsc.submits(number)[0]), 'ab')


def case_a_part_cannot_be_replaced(w):
    held(w)
    number = w.number()
    for message_id in parts(w, number, 'keep ', 'this'):
        equal(status(w, 'replace_sm', message_id, hex='78'), RREPLACEFAIL)
    held(w, False)
    equal(text_of(w.smsc.submits(number)[0]), 'keep this')


def case_it_lives_through_a_restart(w):
    held(w)
    number = w.number()
    ids = parts(w, number, 'before ', 'the end')
    alone = part(w, number, 1, 2, 'alone', reference=9)
    w.gateway.restart()
    w.esme.bound()
    equal(status(w, 'cancel_sm', ids[1]), 0)
    equal(status(w, 'cancel_sm', alone), 0)
    all_deleted(w, [*ids, alone])
    held(w, False)


def case_a_late_repetition_joins_nothing(w):
    number = w.number()
    ids = parts(w, number, 'old1 ', 'old2')
    equal(text_of(w.smsc.submits(number)[0]), 'old1 old2')
    equal(part(w, number, 1, 2, 'old1 '), ids[0], 'the id that it got first')
    part(w, number, 2, 2, 'new2')
    equal(part(w, number, 1, 2, 'old1 '), ids[0],
          'while another one waits, too')
    part(w, number, 1, 2, 'new1 ')
    equal([text_of(e) for e in w.smsc.submits(number, 2)],
          ['old1 old2', 'new1 new2'])


def to_many(w, numbers):
    answer = w.esme('send', name='esme1', command='submit_multi', fields={
        'source_addr_ton': 3, 'source_addr': '22222', 'data_coding': 0,
        'dest_address': [{'dest_addr_ton': 1, 'dest_addr_npi': 1,
                          'destination_addr': n.lstrip('+')}
                         for n in numbers],
        'hex': b'to many'.hex(), 'registered_delivery': 1})
    equal(answer['status'], 0)
    return answer['message_id']


def case_of_many_each_is_found_after_a_replacement(w):
    held(w)
    numbers = [w.number() for _ in range(3)]
    message_id = to_many(w, numbers)
    equal(status(w, 'replace_sm', message_id, hex=b'new'.hex()), 0)
    for number in numbers[:2]:
        equal(state(w, message_id), ENROUTE)
        equal(status(w, 'cancel_sm', message_id, dest_addr_ton=1,
                     dest_addr_npi=1, destination_addr=number.lstrip('+')), 0)
    equal(state(w, message_id), ENROUTE)
    held(w, False)
    equal(text_of(w.smsc.submits(numbers[2])[0]), 'new')
    equal([w.smsc.count(n) for n in numbers], [0, 0, 1])


def case_all_copies_are_cancelled_beyond(w):
    numbers = [w.number() for _ in range(3)]
    w.smsc.rules(*({'to': number, 'receipts': []} for number in numbers))
    message_id = to_many(w, numbers)
    far = [w.smsc.submits(number)[0]['id'] for number in numbers]
    until(lambda: status(w, 'cancel_sm', message_id) == 0, 'it is asked')
    equal({e['message_id'] for e in w.smsc.events(
        lambda e: e.get('message_id') in far, 'cancel_sm')}, set(far))
    w.esme.received(
        lambda e: e.get('receipted_message_id') == message_id and
        e['message_state'] == DELETED, 'three receipts', n=3)


def case_without_an_id_beyond(w):
    number = w.number()
    w.smsc.rules({'to': number, 'receipts': []})
    ids = [w.esme.submit(number, f'{secrets.token_hex(4)} {i}',
                         registered_delivery=1)['message_id']
           for i in range(2)]
    for sent, message_id in zip(w.smsc.submits(number, 2), ids):
        until(lambda m=message_id, far=sent['id']: state(w, m) and
              w.smsc.events(lambda e: e.get('message_id') == far, 'query_sm'),
              'it can be asked about')
    fields = {'dest_addr_ton': 1, 'dest_addr_npi': 1,
              'destination_addr': number.lstrip('+')}
    equal(status(w, 'cancel_sm', '', **{**fields, 'source_addr': '33333'}),
          RINVMSGID)
    equal(status(w, 'cancel_sm', '', **fields), 0)
    for message_id in ids:
        equal(w.esme.receipt(message_id)[0], DELETED)
    until(lambda: status(w, 'cancel_sm', '', **fields) == RINVMSGID,
          'nothing is left')


def case_the_source_is_what_it_was_when_it_was_sent(w):
    held(w)
    sent = (('22222', 3), ('5550000', 0), ('', 0), ('15550109999', 1))
    for source, ton in sent:
        fields = {'source_addr': source, 'source_addr_ton': ton}
        message_id = w.esme.submit(w.number(), 'mine', **fields)['message_id']
        for command in 'query_sm', 'cancel_sm':
            equal(status(w, command, message_id, source_addr='999',
                         source_addr_ton=3), RINVMSGID
                  if source in ('22222', '5550000') else 0,
                  f'{command} of another source than {source}')
        if source in ('22222', '5550000'):
            equal(status(w, 'query_sm', message_id, **fields), 0, source)
            equal(status(w, 'cancel_sm', message_id, **fields), 0, source)
        equal(status(w, 'query_sm', message_id, **fields), 0, 'afterwards')
    held(w, False)
