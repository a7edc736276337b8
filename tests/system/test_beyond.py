"""query_sm, cancel_sm and replace_sm of what the SMSC has already (SMPP v3.4
4.8 to 4.10)."""

import secrets

from peers import Esme, Smsc
from rig import Rig, check, equal, until

# SMPP v3.4 5.1.3 and 5.2.28
RSYSERR, RCANCELFAIL, RREPLACEFAIL = 0x08, 0x11, 0x13
ENROUTE, DELIVERED, DELETED, ACCEPTED = 1, 2, 4, 6


def edit_links(text):
    return text.replace('name = smsc-a\n', 'name = smsc-a\nquery = yes\n'
                        'cancel = yes\nreplace = yes\n'
                        'response-timeout = 2s\n')


def world():
    rig = Rig(edit={'links.conf': edit_links})
    rig.smsc = Smsc(rig)
    rig.esme = Esme(rig).bound()
    return rig


def unique(text):
    return f'{text} {secrets.token_hex(4)}'


def ask(w, command, message_id, **fields):
    return w.esme('send', name='esme1', command=command,
                  fields={'message_id': message_id, 'source_addr_ton': 3,
                          'source_addr': '22222', **fields},
                  timeout_ms=10000)


def with_the_smsc(w, text, **fields):
    """A message that the SMSC has, and says nothing about: our id, its id."""
    number = w.number()
    w.smsc.rules({'to': number, 'receipts': []})
    answer = w.esme.submit(number, text, registered_delivery=1, **fields)
    equal(answer['status'], 0)
    message_id, far_id = answer['message_id'], w.smsc.submits(number)[0]['id']
    until(lambda: ask(w, 'query_sm', message_id)['status'] == 0 and
          seen(w, 'query_sm', far_id), 'it can be asked about')
    return number, message_id, far_id


def seen(w, command, far_id):
    return w.smsc.events(lambda e: e.get('message_id') == far_id, command)


def case_the_smsc_is_asked_how_it_stands(w):
    _, message_id, far_id = with_the_smsc(w, unique('ask'))
    w.smsc('set', query_state=ACCEPTED)
    until(lambda: ask(w, 'query_sm', message_id)['message_state'] == ACCEPTED,
          'what the SMSC says')
    equal(seen(w, 'query_sm', far_id)[-1]['source_addr'], '22222')
    w.smsc('set', query_state=DELIVERED, amend_status=RSYSERR)
    answer = ask(w, 'query_sm', message_id)
    equal((answer['status'], answer['message_state']), (0, ENROUTE))
    w.smsc('set', amend_status=0)
    answer = ask(w, 'query_sm', message_id)
    equal(answer['message_id'], message_id, 'our id, not its')
    equal(answer['message_state'], DELIVERED)


def case_what_it_cancels_is_cancelled_here_too(w):
    _, message_id, far_id = with_the_smsc(w, unique('cancel'))
    w.smsc('set', amend_status=RCANCELFAIL)
    equal(ask(w, 'cancel_sm', message_id)['status'], RCANCELFAIL)
    w.smsc('set', amend_status=0)
    equal(ask(w, 'cancel_sm', message_id)['status'], 0)
    equal(len(seen(w, 'cancel_sm', far_id)), 2)
    equal(w.esme.receipt(message_id)[0], DELETED)


def case_it_replaces_the_text(w):
    _, message_id, far_id = with_the_smsc(w, unique('old'))
    new = unique('new')
    equal(ask(w, 'replace_sm', message_id, hex=new.encode().hex(),
              registered_delivery=1)['status'], 0)
    event = seen(w, 'replace_sm', far_id)[-1]
    equal(bytes.fromhex(event['hex']).decode(), new)
    w.smsc('set', amend_status=RREPLACEFAIL)
    equal(ask(w, 'replace_sm', message_id, hex='78')['status'], RREPLACEFAIL)
    w.smsc('set', amend_status=0)


def case_parts_are_one(w):
    number = w.number()
    w.smsc.rules({'to': number, 'receipts': []})
    text = unique('x' * 300)
    answer = w.esme.submit(number, message_payload=text.encode().hex(),
                           registered_delivery=1)
    far_ids = [e['id'] for e in w.smsc.submits(number, 3)]
    until(lambda: ask(w, 'query_sm', answer['message_id'])
          ['message_state'] == DELIVERED, 'all of them')
    for far_id in far_ids:
        check(seen(w, 'query_sm', far_id), far_id)
    equal(ask(w, 'replace_sm', answer['message_id'], hex='78')['status'],
          RREPLACEFAIL)
    equal(ask(w, 'cancel_sm', answer['message_id'])['status'], 0)
    equal(w.esme.receipt(answer['message_id'])[0], DELETED)


def case_after_a_restart_too(w):
    _, message_id, far_id = with_the_smsc(w, unique('restart'))
    w.gateway.restart()
    w.esme.bound()
    w.gateway.wait_link('smsc-a')
    until(lambda: ask(w, 'query_sm', message_id)['message_state'] == DELIVERED,
          'asked again')
    equal(ask(w, 'cancel_sm', message_id)['status'], 0)
    check(seen(w, 'cancel_sm', far_id), 'by its id')
    equal(w.esme.receipt(message_id)[0], DELETED)


def case_while_the_link_is_down_it_is_under_way(w):
    _, message_id, _ = with_the_smsc(w, unique('down'))
    w.gateway.gwctl('link', 'stop', 'smsc-a')
    w.gateway.wait_link('smsc-a', 'stopped')
    answer = ask(w, 'query_sm', message_id)
    equal((answer['status'], answer['message_state']), (0, ENROUTE))
    equal(ask(w, 'cancel_sm', message_id)['status'], RCANCELFAIL)
    w.gateway.gwctl('link', 'start', 'smsc-a')
    w.gateway.wait_link('smsc-a')
    equal(ask(w, 'cancel_sm', message_id)['status'], 0)
    equal(w.esme.receipt(message_id)[0], DELETED)
