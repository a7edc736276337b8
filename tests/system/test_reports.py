"""Reports cross the boundary in both directions (RFC 5438)."""

import time

from device import NUMBERS, Device
from peers import Esme, Smsc, text_of
from rig import Rig, check, equal, until

BOTH = 'positive-delivery, negative-delivery'
WHEN = '2026-02-03T04:05:06.789+02:00'


def edit_links(text):
    return text.replace('name = smsc-a\n',
                        'name = smsc-a\nreceipt-wait = 0\n')


def world():
    rig = Rig(edit={'links.conf': edit_links})
    rig.smsc = Smsc(rig)
    rig.esme = Esme(rig).bound()
    rig.mary = Device(rig, 'mary').registered()
    return rig


def send(w, want=BOTH, text='report', n=1, **rule):
    """mary's message to a number whose submit_sm meet the rule."""
    number = w.number()
    w.smsc.rules({'to': number, **rule})
    status, message_id = w.mary.message(f'tel:+{number}', text, want,
                                        when=WHEN)
    equal(status, 202)
    parts = w.smsc.submits(number, n)
    return message_id, number, parts


def settled(w, number):
    """Every step of that number's message has been taken."""
    return until(lambda: not [m for m in w.gateway.ask('queue', '--messages')
                              if number in m.get('to', '')] or None,
                 f'{number} is settled')


def quiet(w, message_id, wanted):
    """A later message of the same kind has come all the way: what was to
    come for this one is there."""
    later, _, _ = send(w)
    w.mary.wait_imdn(later, 'delivered')
    equal(w.mary.imdns(message_id), wanted, 'notifications')


def case_delivered(w):
    message_id, number, _ = send(w, state='DELIVRD')
    m = w.mary.wait_imdn(message_id, 'delivered')
    imdn = m.imdn
    equal(imdn.datetime, WHEN, 'the original DateTime (RFC 5438 7.2.1.1)')
    equal(imdn.recipient, f'tel:+{number}')
    equal(imdn.kind, 'delivery')
    check(m.cpim.get('imdn.Message-ID') not in ('', message_id), 'own id')
    equal(m.cpim.get('imdn.Disposition-Notification'), '')
    check(any(n.lower() == 'content-disposition' and v == 'notification'
              for n, v in m.cpim.part), 'Content-Disposition')
    quiet(w, message_id, ['delivered'])


def case_enroute_and_accepted_are_no_news(w):
    message_id, _, _ = send(w, receipts=[
        {'state': 'ENROUTE', 'ms': 10}, {'state': 'ACCEPTD', 'ms': 60},
        {'state': 'DELIVRD', 'ms': 120}, {'state': 'DELIVRD', 'ms': 170}])
    w.mary.wait_imdn(message_id, 'delivered')
    quiet(w, message_id, ['delivered'])


def case_every_failure_is_told(w):
    for state in ('UNDELIV', 'EXPIRED', 'REJECTD', 'DELETED'):
        message_id, _, _ = send(w, state=state)
        w.mary.wait_imdn(message_id, 'failed')
        quiet(w, message_id, ['failed'])


def case_unknown_is_told_when_the_lifetime_has_ended(w):
    number = w.number()
    w.smsc.rules({'to': number, 'state': 'UNKNOWN'})
    status, message_id = w.mary.message(f'tel:+{number}', 'unknown', BOTH,
                                        headers=['Expires: 4'])
    equal(status, 202)
    w.smsc.submits(number)
    until(lambda: [line for line in w.gateway.trace(message_id)
                   if line['step'] == 'report-in'] or None, 'it was taken')
    equal(w.mary.imdns(message_id), [])
    w.mary.wait_imdn(message_id, 'failed')
    answer = w.esme.submit(number, 'unknown', registered_delivery=1)
    equal(w.esme.receipt(answer['message_id'])[0], 7, 'an ESME is told so')


def case_only_what_was_asked_for_is_told(w):
    failed, _, _ = send(w, 'positive-delivery', state='UNDELIV')
    delivered, _, _ = send(w, 'negative-delivery', state='DELIVRD')
    silent, _, _ = send(w, '', state='DELIVRD')
    quiet(w, failed, [])
    quiet(w, delivered, [])
    quiet(w, silent, [])


def case_an_unknown_disposition_is_ignored(w):
    message_id, _, _ = send(w, 'positive-delivery, x-unheard-of')
    w.mary.wait_imdn(message_id, 'delivered')


def case_a_receipt_with_text_only_or_parameters_only(w):
    for form in ('text', 'tlv'):
        message_id, _, _ = send(w, receipts=[{'state': 'DELIVRD',
                                              'form': form}])
        w.mary.wait_imdn(message_id, 'delivered')


def case_a_receipt_that_comes_before_the_answer(w):
    message_id, _, _ = send(w, early=True, delay_ms=300)
    w.mary.wait_imdn(message_id, 'delivered')


def case_receipts_that_come_at_once_are_all_taken(w):
    for early in (False, True):
        number = w.number()
        w.smsc.rules({'to': number, 'early': early, 'receipts': [
            {'state': state, 'ms': 0}
            for state in ('ENROUTE', 'DELIVRD', 'ENROUTE', 'DELIVRD')]})
        answers = w.esme('burst', name='esme1', list=[
            w.esme.fields(number, f'at once {i:02}', registered_delivery=1)
            for i in range(60)])['answers']
        for a in answers:
            equal(w.esme.receipt(a['message_id'])[0], 2)
        ids = {e['id'] for e in w.smsc.submits(number, 60)}
        taken = w.smsc.wait(lambda e, ids=ids: e.get('id') in ids,
                            'the answers to 240 receipts', 240,
                            kind='receipt_resp')
        equal({e.get('status') for e in taken}, {0}, 'deliver_sm_resp')


def case_a_receipt_nobody_knows_is_acknowledged(w):
    answer = w.smsc('receipt', id='999999999', state='DELIVRD',
                    **{'from': '15550200001', 'to': '15550100001'})
    equal(answer.get('status'), 0)


def case_long_messages_are_delivered_when_all_parts_are(w):
    number = w.number()
    w.smsc.rules({'to': number, 'times': 2}, {'to': number,
                                              'receipt_ms': 700})
    _, message_id = w.mary.message(f'tel:+{number}', 'l' * 400, BOTH)
    w.smsc.submits(number, 3)
    w.smsc.wait(lambda e: e['state'] == 'DELIVRD', 'two receipts',
                2, kind='receipt_resp')
    w.mary.wait_imdn(message_id, 'delivered')
    parts = [e['id'] for e in w.smsc.submits(number, 3)]
    done = [e['id'] for e in w.smsc.log(kind='receipt_resp')]
    check(set(parts) <= set(done), 'not before the last part')
    quiet(w, message_id, ['delivered'])


def case_long_messages_fail_with_their_first_part_that_fails(w):
    number = w.number()
    w.smsc.rules({'to': number, 'times': 1, 'state': 'UNDELIV'},
                 {'to': number})
    _, message_id = w.mary.message(f'tel:+{number}', 'l' * 400, BOTH)
    w.mary.wait_imdn(message_id, 'failed')
    quiet(w, message_id, ['failed'])


def case_a_permanent_answer_of_the_smsc_is_a_failure(w):
    for status in (0x01, 0x0B, 0x65, 0x66, 0x0A, 0x400):
        message_id, number, _ = send(w, status=status)
        w.mary.wait_imdn(message_id, 'failed')
        equal(w.smsc.count(number), 1, f'{status:#x} is not tried again')


def case_a_temporary_answer_is_tried_again(w):
    for status in (0x58, 0x14, 0x08, 0x64):
        message_id, number, _ = send(w, status=status, times=1)
        w.mary.wait_imdn(message_id, 'delivered')
        equal(w.smsc.count(number), 2, f'{status:#x}')


def case_no_answer_is_tried_again_and_marked(w):
    message_id, number, _ = send(w, silent=True, times=1)
    w.smsc('close')
    w.mary.wait_imdn(message_id, 'delivered')
    equal(w.smsc.count(number), 2)
    verdicts = [s['verdict'] for s in w.gateway.trace(message_id)]
    check('maybe-duplicate' in verdicts, verdicts)


def case_processing_and_interworking_are_told(w):
    message_id, _, _ = send(w, 'processing, interworking, '
                            'positive-delivery')
    w.mary.wait_imdn(message_id, 'delivered')
    w.mary.wait_imdn(message_id, 'processed')
    w.mary.wait_imdn(message_id, 'legacy-sms')
    equal(sorted(w.mary.imdns(message_id)),
          ['delivered', 'legacy-sms', 'processed'])


def case_display_is_asked_of_the_handset_and_told(w):
    message_id, number, parts = send(w, 'positive-delivery, display')
    equal(parts[0]['registered_delivery'] & 0x08, 0x08,
          'a user acknowledgement is asked for')
    w.mary.wait_imdn(message_id, 'delivered')
    answer = w.smsc('receipt', id=parts[0]['id'], state='DELIVRD',
                    esm_class=0x10, **{'from': number,
                                       'to': NUMBERS['mary'][1:]})
    equal(answer.get('status'), 0)
    w.mary.wait_imdn(message_id, 'displayed')


# -- the other direction: an ESME's message to a device ----------------------

def submit(w, user, text, **fields):
    answer = w.esme.submit(NUMBERS[user], text,
                           **{'registered_delivery': 1, **fields})
    equal(answer['status'], 0, 'submit_sm_resp')
    return answer['message_id']


def case_a_device_s_delivered_is_an_esme_s_receipt(w):
    far_id = submit(w, 'mary', 'to mary 1')
    m = w.mary.wait_text('to mary 1')
    check('positive-delivery' in
          m.cpim.get('imdn.Disposition-Notification'), 'asked')
    check(w.mary.notify(m, 'delivered') in (200, 202), 'notified')
    state, text = w.esme.receipt(far_id)
    equal(state, 2)
    check(f'id:{far_id} ' in text and 'stat:DELIVRD' in text and
          'dlvrd:001' in text, text)


def case_the_receipt_turns_the_addresses_round(w):
    far_id = submit(w, 'mary', 'to mary 2')
    w.mary.notify(w.mary.wait_text('to mary 2'), 'delivered')
    e = w.esme.received(lambda e: e.get('receipted_message_id') == far_id,
                        'the receipt')[0]
    equal((e['source_addr'], e['destination_addr']),
          (NUMBERS['mary'][1:], '22222'))
    equal((e['dest_addr_ton'], e['dest_addr_npi']), (3, 0))


def case_a_device_s_failed_is_told(w):
    far_id = submit(w, 'mary', 'to mary 3')
    w.mary.notify(w.mary.wait_text('to mary 3'), 'failed')
    equal(w.esme.receipt(far_id)[0], 5)


def case_a_device_that_refuses_is_told(w):
    w.mary.answer = lambda m: 603 if m.text == 'to mary 4' else 200
    far_id = submit(w, 'mary', 'to mary 4')
    state, text = w.esme.receipt(far_id)
    w.mary.answer = lambda m: 200
    check(state in (5, 8), state, text)


def case_expired_is_told(w):
    far_id = submit(w, 'peter', 'to peter 1',
                    validity_period='000000000002000R')
    state, text = w.esme.receipt(far_id)
    equal(state, 3)
    check('stat:EXPIRED' in text, text)


def case_a_receipt_through_an_smsc_to_an_esme(w):
    number = w.number()
    for given, state in (('DELIVRD', 2), ('UNDELIV', 5), ('EXPIRED', 3),
                         ('REJECTD', 8), ('DELETED', 4)):
        w.smsc.rules({'to': number, 'state': given})
        answer = w.esme.submit(number, f'on {given}', registered_delivery=1)
        equal(answer['status'], 0)
        got, text = w.esme.receipt(answer['message_id'])
        equal((got, f'stat:{given}' in text), (state, True), text)


def told(w, message_id):
    """(esm_class, message_state) of all that is said of it, in order."""
    return [(e['esm_class'], e['message_state']) for e in w.esme.events(
        lambda e: e.get('receipted_message_id') == message_id, 'received')]


def case_a_device_s_displayed_is_a_user_acknowledgement(w):
    for asked, wanted in ((8, [(0x10, 2)]), (9, [(4, 2), (0x10, 2)]),
                          (0xc, [(8, 2), (0x10, 2)])):
        text = f'displayed {asked}'
        answer = w.esme.submit(NUMBERS['mary'], text,
                               registered_delivery=asked)
        m = w.mary.wait_text(text)
        for word, kind, esm_class in (
                ('delivered', 'delivery', wanted[0][0]),
                ('displayed', 'display', 0x10)):
            if asked == 8 and word == 'delivered':
                continue
            until(lambda: w.mary.notify(m, word, kind) in (200, 202),
                  'the notification is taken')
            until(lambda: (esm_class, 2) in told(w, answer['message_id']),
                  f'it was {word}')
        equal(told(w, answer['message_id']), wanted, asked)


def case_intermediate_notifications_go_to_who_asked(w):
    for asked, wanted in (
            (0x11, [(0x20, 1), (0x20, 6), (4, 2)]), (0x01, [(4, 2)]),
            (0x10, [(0x20, 1), (0x20, 6)])):
        number = w.number()
        w.smsc.rules({'to': number, 'receipts': []})
        answer = w.esme.submit(number, 'on its way',
                               registered_delivery=asked)
        far = w.smsc.submits(number)[0]
        equal(far['registered_delivery'] & 0x10, asked & 0x10, 'asked for')
        for state, esm_class in (('ENROUTE', 4), ('ENROUTE', 0x20),
                                 ('ENROUTE', 4), ('ACCEPTD', 0x20),
                                 ('DELIVRD', 4)):
            until(lambda: w.smsc(  # what is not on disk yet comes again
                'receipt', id=far['id'], state=state, esm_class=esm_class,
                **{'from': number, 'to': '22222'}).get('status') == 0,
                'the receipt is taken')
        settled(w, number)
        until(lambda: len(told(w, answer['message_id'])) >= len(wanted),
              'it is told')
        equal(sorted(told(w, answer['message_id'])), sorted(wanted), asked)


def case_failures_only(w):
    number = w.number()
    w.smsc.rules({'to': number, 'times': 1},
                 {'to': number, 'state': 'UNDELIV'})
    good = w.esme.submit(number, 'one', registered_delivery=2)
    w.smsc.submits(number)
    bad = w.esme.submit(number, 'two', registered_delivery=2)
    equal(w.esme.receipt(bad['message_id'])[0], 5)
    equal(w.esme.events(lambda e: e.get('receipted_message_id') ==
                        good['message_id']), [], 'no receipt of success')


def case_a_failure_told_after_the_device_took_it(w):
    """The phone answers 200 and says "failed" by IMDN, now or later."""
    for registered, wanted in ((2, True), (0, False), (1, True)):
        for pause in (0, 0.5):
            text = f'fails afterwards {registered} {pause}'
            message_id = submit(w, 'mary', text,
                                registered_delivery=registered)
            m = w.mary.wait_text(text)
            time.sleep(pause)   # the far side's own time, not ours
            status = w.mary.notify(m, 'failed')
            check(status in (200, 202), text, status)
            if wanted:
                equal(w.esme.receipt(message_id)[0], 5, text)


def case_displayed_is_delivered_too(w):
    text = 'read at once'
    message_id = submit(w, 'mary', text, registered_delivery=0x09)
    m = w.mary.wait_text(text)
    check(w.mary.notify(m, 'displayed', 'display') in (200, 202), 'taken')
    equal(w.esme.receipt(message_id)[0], 2)


def case_one_receipt_each_for_a_burst(w):
    number = w.number()
    w.smsc.rules()
    answers = w.esme('burst', name='esme1', list=[
        w.esme.fields(number, f'burst {i:02}', registered_delivery=1)
        for i in range(50)])['answers']
    equal({a['status'] for a in answers}, {0})
    for a in answers:
        equal(w.esme.receipt(a['message_id'])[0], 2)
    ids = [e['receipted_message_id'] for e in w.esme.events(
        lambda e: e.get('source_addr') == number)]
    equal(len(ids), 50, 'one each')
    texts = [text_of(e) for e in w.smsc.submits(number, 50)]
    equal(texts, [f'burst {i:02}' for i in range(50)], 'in order')
