"""alert_notification to ESMEs (SMPP v3.4 4.12, 5.3.2.29): those who have set
set_dpf hear when a recipient who was not there can be reached again. And that
of an SMSC, by which what waits for its subscriber goes at once."""

import contextlib
import secrets
import time

from device import Device
from peers import Esme, Smsc, text_of
from rig import Rig, check, equal, until

PEOPLE = ''.join(
    f'\ngroup = user\nname = u{n}\ndomain = cpm.example\n'
    f'number = +1555019{n:04}\npassword = u{n}-secret\nwhen-absent = hold\n'
    for n in range(1, 9))
SLOW_RETRY = 'retry-first = 5m\nretry-most = 10m\n'


def edit_main(text):
    return text.replace('retry-first = 1s\nretry-most = 10s\n', SLOW_RETRY)


def world():
    rig = Rig(edit={'people.conf': lambda text: text + PEOPLE,
                    'cpmgw.conf': edit_main})
    rig.smsc = Smsc(rig)
    rig.esme = Esme(rig).bound()
    return rig


def unique(text):
    return f'{text} {secrets.token_hex(4)}'


def user(n):
    return f'1555019{n:04}'


def device(w, n):
    return Device(w, f'u{n}')


def alerts(w, number, name='esme1'):
    return w.esme.events(lambda e: e.get('source_addr') == number and
                         e['name'] == name, 'alert_notification')


def alerted(w, number, name='esme1'):
    """The one alert about him."""
    until(lambda: alerts(w, number, name), f'{name} is alerted of {number}')
    return alerts(w, number, name)[0]


def submit(w, number, text, **fields):
    answer = w.esme.submit(number, text, **fields)
    equal(answer['status'], 0, answer)
    return answer


def submit_data(w, number, text, name='esme1', **fields):
    fields = {**w.esme.fields(number),
              'message_payload': text.encode().hex(), **fields}
    return w.esme('send', name=name, command='data_sm', fields=fields)


def case_a_user_who_registers(w):
    text = unique('flag')
    submit(w, user(1), text, set_dpf=1)
    equal(alerts(w, user(1)), [], 'nothing before')
    phone = device(w, 1).registered()
    phone.wait_text(text)
    e = alerted(w, user(1))
    equal((e['source_addr_ton'], e['source_addr_npi'], e['esme_addr_ton'],
           e['esme_addr'], e['ms_availability_status']),
          (1, 1, 3, '22222', 0))
    phone.registered()
    submit(w, user(1), unique('there'), set_dpf=1)
    steps = [(r['step'], r.get('verdict'))
             for r in w.gateway.trace('+' + user(1))]
    check(('alert', 'waits') in steps, steps)
    equal(len(alerts(w, user(1))), 1, 'once')


def case_one_alert_for_many_messages_and_each_sender(w):
    w.esme.bound('esme2')
    for _ in range(3):
        submit(w, user(2), unique('many'), set_dpf=1)
    submit(w, user(2), unique('other'), name='esme2', source_addr='22223',
           set_dpf=1)
    submit(w, user(2), unique('no flag'))
    device(w, 2).registered()
    equal(alerted(w, user(2))['esme_addr'], '22222')
    equal(alerted(w, user(2), 'esme2')['esme_addr'], '22223')
    until(lambda: w.gateway.waiting() == 0, 'nothing waits')
    equal((len(alerts(w, user(2))), len(alerts(w, user(2), 'esme2'))), (1, 1))
    w.esme('unbind', name='esme2')


def case_without_the_flag_no_alert(w):
    text = unique('plain')
    submit(w, user(3), text)
    submit(w, user(3), unique('zero'), set_dpf=0)
    device(w, 3).registered().wait_text(text)
    until(lambda: w.gateway.waiting() == 0, 'nothing waits')
    equal(alerts(w, user(3)), [])


def case_kept_while_the_esme_is_away(w):
    text = unique('kept')
    submit(w, user(4), text, set_dpf=1)
    w.esme('unbind', name='esme1')
    w.gateway.restart()
    w.smsc.wait_bound()
    device(w, 4).registered().wait_text(text)
    until(lambda: w.gateway.waiting() == 1, 'the alert waits')
    w.gateway.restart()
    w.smsc.wait_bound()
    w.esme.bound(mode='transmitter')
    time.sleep(0.3)
    equal(alerts(w, user(4)), [], 'not to one that only submits')
    w.esme('unbind', name='esme1')
    w.esme.bound()
    equal(alerted(w, user(4))['esme_addr'], '22222')
    until(lambda: w.gateway.waiting() == 0, 'nothing waits')
    equal(len(alerts(w, user(4))), 1)


def case_data_sm_says_that_the_flag_is_set(w):
    answer = submit_data(w, user(5), unique('data'), set_dpf=1)
    equal((answer['status'], answer.get('dpf_result')), (0, 1))
    answer = submit_data(w, user(5), unique('data'))
    equal((answer['status'], answer.get('dpf_result')), (0, None))
    device(w, 5).registered()
    alerted(w, user(5))
    answer = submit_data(w, user(5), unique('data'), set_dpf=1)
    equal((answer['status'], answer.get('dpf_result')), (0, None))


def case_data_sm_says_why_it_is_refused(w):
    answer = submit_data(w, '999', unique('nobody'))
    equal((answer['status'], answer.get('delivery_failure_reason')), (0x0B, 1))
    equal(w.esme.submit('999', 'x').get('delivery_failure_reason'), None)


def case_an_smsc_that_finds_nobody_and_alerts(w):
    number = w.number()
    w.smsc.rules({'to': number, 'state': 'EXPIRED'})
    answer = submit(w, number, unique('expired'), set_dpf=1,
                    registered_delivery=1)
    equal(w.esme.receipt(answer['message_id'])[0], 3)
    equal(alerts(w, number), [])
    alert(w, number, 2)
    alert(w, number)
    equal(alerted(w, number)['ms_availability_status'], 0)
    w.smsc.rules()


def case_a_later_message_arrives(w):
    number = w.number()
    w.smsc.rules({'to': number, 'times': 1, 'state': 'EXPIRED'})
    submit(w, number, unique('first'), set_dpf=1)
    equal(w.smsc.submits(number)[0]['registered_delivery'] & 3, 2,
          'it is asked for failures')
    until(lambda: ('alert', 'waits') in [
        (r['step'], r.get('verdict')) for r in w.gateway.trace('+' + number)],
        'the flag is set')
    submit(w, number, unique('second'), registered_delivery=1)
    alerted(w, number)
    w.smsc.rules()


def alert(w, number, status=0):
    w.smsc('alert', fields={'source_addr_ton': 1, 'source_addr_npi': 1,
                            'source_addr': number, 'esme_addr_ton': 3,
                            'esme_addr': '22222',
                            'ms_availability_status': status})


def case_what_waits_for_a_subscriber_goes_at_once(w):
    number, text = w.number(), unique('again')
    w.smsc.rules({'to': number, 'times': 1, 'status': 0x64})
    submit(w, number, text)
    w.smsc.submits(number)
    until(lambda: w.gateway.waiting() == 1, 'it waits for its next attempt')
    alert(w, number, 1)
    alert(w, str(int(number) + 1))
    with contextlib.suppress(Exception):
        w.smsc.submits(number, 2, seconds=0.5)
    equal(w.smsc.count(number), 1, 'not for another, nor a denied one')
    alert(w, number)
    equal(text_of(w.smsc.submits(number, 2)[1]), text)
    until(lambda: w.gateway.waiting() == 0, 'nothing waits')
    w.smsc.rules()


def case_no_peer_has_objected(w):
    equal(w.esme.events(kind='generic_nack'), [])
    equal(w.smsc.events(kind='generic_nack'), [])
