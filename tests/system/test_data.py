"""A link that submits by data_sm (SMPP v3.4 4.7), and what an SMSC alerts."""

import secrets

from peers import Esme, Smsc, text_of
from rig import Rig, equal, until

UNDELIVERABLE = 5


def edit_links(text):
    return text.replace('name = smsc-a\n', 'name = smsc-a\n'
                        'submit = data_sm\n')


def world():
    rig = Rig(edit={'links.conf': edit_links})
    rig.smsc = Smsc(rig)
    rig.esme = Esme(rig).bound()
    return rig


def unique(text):
    return f'{text} {secrets.token_hex(4)}'


def arrived(w, number, n=1):
    return w.smsc.wait(lambda e: e.get('destination_addr') == number,
                       f'data_sm to {number}', n, kind='data_sm')


def case_a_message_and_its_receipt(w):
    number, text = w.number(), unique('data')
    answer = w.esme.submit(number, text, registered_delivery=1)
    equal(answer['status'], 0)
    event = arrived(w, number)[0]
    equal(text_of(event), text)
    equal(event['registered_delivery'] & 3, 1)
    equal(w.esme.receipt(answer['message_id'])[0], 2)
    equal(w.smsc.count(number), 0, 'no submit_sm')


def case_a_long_text(w):
    number, text = w.number(), unique('x' * 300)
    equal(w.esme.submit(number, message_payload=text.encode().hex())['status'],
          0)
    events = arrived(w, number, 3)
    equal(''.join(text_of(e) for e in events), text)
    equal({e['esm_class'] & 0x40 for e in events}, {0x40})


def case_validity_is_time_to_live(w):
    number = w.number()
    equal(w.esme.submit(number, unique('life'),
                        validity_period='000000010000000R')['status'], 0)
    life = arrived(w, number)[0]['qos_time_to_live']
    equal(3590 <= life <= 3600, True, life)


def case_a_refusal_makes_a_receipt(w):
    number = w.number()
    w.smsc.rules({'to': number, 'status': 0x0B})
    answer = w.esme.submit(number, unique('no'), registered_delivery=1)
    equal(w.esme.receipt(answer['message_id'])[0], UNDELIVERABLE)
    w.smsc.rules()


def case_an_alert_is_taken_and_told(w):
    w.smsc('alert', fields={'source_addr_ton': 1, 'source_addr_npi': 1,
                            'source_addr': '15550200077', 'esme_addr_ton': 3,
                            'esme_addr': '22222',
                            'ms_availability_status': 0})
    records = until(lambda: [r for r in w.gateway.trace('+15550200077')
                             if r.get('step') == 'alert'], 'it is told')
    equal(records[0]['verdict'], 'noted')
    number = w.number()
    equal(w.esme.submit(number, unique('after'))['status'], 0)
    arrived(w, number)
    equal(w.smsc.events(kind='generic_nack'), [])
    equal(w.smsc.events(kind='close'), [])
