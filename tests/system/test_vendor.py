"""What only one SMSC means: its own statuses, 0x400 to 0x4FF, as the link's
settings say (SMPP v3.4 5.1.3)."""

import secrets

from peers import Esme, Smsc
from rig import Rig, check, equal, until

UNDELIVERABLE, DELIVERED = 5, 2
TABLE = '0x400:throttle 0x410-0x41F:retry 0x4A1:final'


def edit_links(text):
    return text.replace('name = smsc-a\n',
                        f'name = smsc-a\nvendor-status = {TABLE}\n')


def world():
    rig = Rig(edit={'links.conf': edit_links})
    rig.smsc = Smsc(rig)
    rig.esme = Esme(rig).bound()
    return rig


def submit(w, status):
    """A message that is refused so once; its receipt's state and number."""
    number = w.number()
    w.smsc.rules({'to': number, 'times': 1, 'status': status},
                 {'to': number, 'state': 'DELIVRD'})
    answer = w.esme.submit(number, f'vendor {secrets.token_hex(4)}',
                           registered_delivery=1)
    return w.esme.receipt(answer['message_id'])[0], number


def throttled(w):
    _, out, _ = w.gateway.gwctl('--json', 'links', 'smsc-a')
    return '"throttled":0' not in out.replace(' ', '')


def case_final_or_not_named(w):
    for status in (0x4A1, 0x4FF):
        state, number = submit(w, status)
        equal((state, w.smsc.count(number)), (UNDELIVERABLE, 1), hex(status))


def case_retry(w):
    state, number = submit(w, 0x41F)
    equal((state, w.smsc.count(number)), (DELIVERED, 2))


def case_throttle(w):
    check(not throttled(w), 'not yet')
    state, number = submit(w, 0x400)
    equal((state, w.smsc.count(number)), (DELIVERED, 2))
    until(lambda: throttled(w), 'the link says so')


def case_mistakes_are_told(w):
    path = w.gateway.conf / 'links.conf'
    good = path.read_text()
    line = good[:good.index('vendor-status')].count('\n') + 1
    for wrong, why in (
            ('0x58:throttle', "is not a vendor's status, 0x400..0x4FF"),
            ('0x400', 'is not STATUS:WORD, such as 0x400:throttle'),
            ('0x400:never', 'says none of throttle, retry or final')):
        path.write_text(good.replace(TABLE, wrong))
        status, out, err = w.gateway.gwctl('conf', 'check')
        equal(status, 1, wrong)
        check(f':{line}: group smsc: vendor-status: {wrong} {why}'
              in out + err, out, err)
    path.write_text(good)
    equal(w.gateway.gwctl('conf', 'check')[0], 0)
