"""Short messages over IP: a telephone that has nothing else, against an SMSC,
an ESME and a device of CPM. 3GPP TS 24.341, 24.011, 23.040."""

import secrets

from device import Device
from peers import Esme, Smsc, text_of
from rig import Rig, check, equal, until
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
