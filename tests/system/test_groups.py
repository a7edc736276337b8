"""Groups with an address of their own: documents in a folder (OMA XDM)."""

import re
import secrets

from device import NUMBERS, Device
from peers import Esme, Smsc, text_of
from rig import DOMAIN, Rig, check, equal, until
from sipwire import Cpim, imdn_for

WALKERS = f'sip:walkers@{DOMAIN}'
NEWS = f'sip:news@{DOMAIN}'
LONELY = f'sip:lonely@{DOMAIN}'
NUMBERED = '+15550109999'
BOTH = 'positive-delivery, negative-delivery'
JOHN = '15550200001'

HEAD = ('<?xml version="1.0" encoding="UTF-8"?>\n'
        '<group xmlns="urn:oma:xml:poc:list-service" '
        'xmlns:rl="urn:ietf:params:xml:ns:resource-lists" '
        'xmlns:cr="urn:ietf:params:xml:ns:common-policy">\n')


def service(uri, *members, rules=''):
    entries = ''.join(f'<entry uri="{m}"/>\n' for m in members)
    return (f'<list-service uri="{uri}"><display-name>{uri[4:8]}'
            f'</display-name>\n<list>{entries}</list>{rules}\n'
            '</list-service>\n')


def rule(conditions, **actions):
    return ('<cr:ruleset><cr:rule id="a"><cr:conditions>' + conditions +
            '</cr:conditions><cr:actions>' + ''.join(
                f'<{name}>{value}</{name}>'
                for name, value in ((n.replace('_', '-'), v)
                                    for n, v in actions.items())) +
            '</cr:actions></cr:rule></cr:ruleset>')


MARY, PETER, BOB = (f'sip:{n}@{DOMAIN}' for n in ('mary', 'peter', 'bob'))


def world():
    rig = Rig(start=False)
    folder = rig.folder / 'groups'
    folder.mkdir()
    rig.groups = folder
    conf = rig.gateway.conf / 'cpmgw.conf'
    conf.write_text(conf.read_text() + f'\ngroup = groups\nfolder = {folder}\n')
    write(rig, 'walkers', service(
        WALKERS, MARY, f'tel:{NUMBERS["peter"]}', PETER, f'tel:+{JOHN}'),
        service(f'tel:{NUMBERED}', BOB, f'tel:+{JOHN}'),
        service(LONELY, MARY))
    write(rig, 'news', service(
        NEWS, PETER, BOB, rules=rule(
            f'<cr:identity><cr:one id="tel:{NUMBERS["mary"]}"/>'
            '</cr:identity>', allow_initiate_conference='true',
            allow_anonymity='true')))
    rig.gateway.start()
    rig.smsc = Smsc(rig)
    rig.esme = Esme(rig).bound()
    rig.mary = Device(rig, 'mary').registered()
    rig.peter = Device(rig, 'peter', 'tcp').registered()
    rig.bob = Device(rig, 'bob').registered()
    return rig


def write(w, name, *services):
    (w.groups / f'{name}.xml').write_text(HEAD + ''.join(services) +
                                          '</group>\n')


def unique(text):
    return f'{text} {secrets.token_hex(4)}'


def count(device, text):
    return sum(text.encode() in m.body for m in device.inbox)


def notify(device, message, status):
    class Inner:  # pylint: disable=too-few-public-methods
        cpim = Cpim.parse(message.body)
    to, body = imdn_for(Inner, status)
    for group in (WALKERS, NEWS):
        body = body.replace(group.encode(), device.aor.encode())
    return device.request('MESSAGE', to, ['Content-Type: message/cpim'],
                          body).status


def case_all_members_but_the_sender_get_it(w):
    text = unique('to the walkers')
    status, message_id = w.mary.message(WALKERS, text)
    equal(status, 202)
    m = w.peter.wait_text(text)
    equal(m.get('to'), f'<{PETER}>')
    equal(m.cpim.get('To'), f'<{WALKERS}>', 'the CPIM is as it was')
    check(m.get('from').startswith(f'<{MARY}>'), 'From is the sender')
    equal(text_of(w.smsc.wait(
        lambda e: text.encode().hex() == e.get('hex'), 'the short message',
        kind='submit_sm')[0]), text)
    equal(w.smsc.submits(JOHN)[-1]['source_addr'],
          NUMBERS['mary'].lstrip('+'))
    until(lambda: not w.gateway.ask('queue', '--messages'), 'all is done')
    equal(count(w.peter, text), 1, 'once, though named twice')
    equal((count(w.mary, text), count(w.bob, text)), (0, 0))
    story = w.gateway.trace(message_id)
    equal(len({s['id'] for s in story}), 1, 'one story')
    check(any(s['step'] == 'group' and WALKERS in s['to'] for s in story),
          'it tells of the group')


def case_a_plain_text_says_which_group(w):
    text = unique('plain')
    equal(w.mary.plain(WALKERS, text).status, 202)
    m = w.peter.wait(lambda m: text.encode() in m.body, 'the text')[0]
    equal(m.cpim.get('imdn.Original-To'), f'<{WALKERS}>')


def case_one_report_for_each_member(w):
    text = unique('reports')
    status, message_id = w.mary.message(WALKERS, text, BOTH)
    equal(status, 202)
    check(notify(w.peter, w.peter.wait_text(text), 'delivered') in
          (200, 202), 'taken')
    w.mary.wait(lambda m: m.imdn and m.imdn.message_id == message_id,
                'reports', 2)
    until(lambda: not w.gateway.ask('queue', '--messages'), 'all is done')
    told = sorted((m.imdn.recipient, m.imdn.status) for m in w.mary.inbox
                  if m.imdn and m.imdn.message_id == message_id)
    equal(told, [(PETER, 'delivered'), (f'tel:+{JOHN}', 'delivered')])
    from_john = next(m for m in w.mary.inbox if m.imdn and
                     m.imdn.message_id == message_id and
                     m.imdn.recipient == f'tel:+{JOHN}')
    check(f'<original-recipient-uri>{WALKERS}<' in from_john.text, 'whose')
    check(WALKERS not in from_john.get('from'), 'John reports, no group')


def case_only_members_may_send(w):
    text = unique('stranger')
    equal(w.bob.message(WALKERS, text)[0], 403)
    equal(w.bob.message(NEWS, text)[0], 403, 'a member is not an author')
    equal(w.mary.message(NEWS, text)[0], 202, 'who the rule names may')
    for device in (w.peter, w.bob):
        device.wait_text(text)
    check(count(w.peter, text) == 1, 'nothing of what was refused')


def case_who_is_hidden_may_where_the_rules_say_so(w):
    text = unique('hidden')
    hidden = {'headers': ['Privacy: id'],
              'cpim_from': 'sip:anonymous@anonymous.invalid',
              'from_': '"Anonymous" <sip:anonymous@anonymous.invalid>'}
    equal(w.mary.message(WALKERS, text, **hidden)[0], 433)
    status, message_id = w.mary.message(NEWS, text, BOTH, **hidden)
    equal(status, 202)
    for device in (w.bob, w.peter):
        m = device.wait_text(text)
        check('mary' not in m.octets.decode() and
              NUMBERS['mary'] not in m.octets.decode(), 'hidden')
        equal(notify(device, m, 'delivered'), 200)
    w.mary.wait(lambda m: m.imdn and m.imdn.message_id == message_id,
                'reports', 2)
    equal(sorted(m.imdn.recipient for m in w.mary.inbox
                 if m.imdn and m.imdn.message_id == message_id),
          sorted([BOB, PETER]), 'he is told all the same')


def case_nobody_else_is_480(w):
    equal(w.mary.message(LONELY, unique('echo'))[0], 480)


def case_a_number_is_a_group_for_short_messages(w):
    text = unique('by sms')
    w.smsc.mobile_originated(JOHN, NUMBERED.lstrip('+'), text)
    m = w.bob.wait_text(text)
    check(JOHN in m.get('from'), 'from John')
    equal(w.smsc.events(lambda e: text.encode().hex() == e.get('hex'),
                        'submit_sm'), [], 'no echo')
    stranger = w.smsc.mobile_originated('15550299998', NUMBERED.lstrip('+'),
                                        unique('by a stranger'))
    check(stranger['status'] != 0, 'refused')


def case_a_member_who_is_away_gets_it_later(w):
    text = unique('away')
    equal(w.bob.register(expires=0), 200)
    equal(w.mary.message(NEWS, text)[0], 202)
    w.peter.wait_text(text)
    w.bob.registered()
    w.bob.wait_text(text)


# -- documents --------------------------------------------------------------

def conf_check(w):
    return w.gateway.gwctl('conf', 'check', w.gateway.conf)


def case_a_reload_reads_the_documents_again(w):
    uri, text = f'sip:late@{DOMAIN}', unique('late')
    equal(w.mary.message(uri, text)[0], 404)
    write(w, 'late', service(uri, MARY, PETER))
    equal(w.gateway.gwctl('reload')[0], 0)
    equal(w.mary.message(uri, text)[0], 202)
    w.peter.wait_text(text)
    (w.groups / 'late.xml').unlink()
    equal(w.gateway.gwctl('reload')[0], 0)
    equal(w.mary.message(uri, text)[0], 404)


def case_mistakes_are_told_with_file_and_line(w):
    status, out, _ = conf_check(w)
    equal(status, 0, out)
    bad = {
        'a-cut': (HEAD + '<list-service uri="sip:a@x">\n<list>\n', 5,
                  'ends too early'),
        'b-member': (HEAD + service('sip:b@x', MARY, '').replace(
            'uri=""', '') + '</group>', 5, 'entry without uri'),
        'c-address': (HEAD + service('sip:c@x', 'http://x.example/') +
                      '</group>', 4,
                      'no address that can be sent to: http://x.example/'),
        'd-other': ('<x/>', 1, 'no group document'),
    }
    for name, (text, _, _) in bad.items():
        (w.groups / f'{name}.xml').write_text(text)
    write(w, 'e-twice', service(WALKERS, MARY))
    write(w, 'f-inner', service(f'sip:f@{DOMAIN}', NEWS))
    (w.groups / 'ignored.txt').write_text('no document')
    status, out, err = conf_check(w)
    check(status != 0, 'refused')
    for name, (_, line, what) in bad.items():
        check(f'{w.groups}/{name}.xml:{line}: {what}' in out + err,
              name, out + err)
    check(re.search(rf'{WALKERS} \({w.groups}/walkers.xml:3\): is already '
                    rf'there: {WALKERS} \({w.groups}/e-twice.xml:3\)',
                    out + err), out + err)
    check(f'a member is a group: {NEWS}' in out + err, out + err)
    check('ignored' not in out + err, 'other files are passed over')
    check(w.gateway.gwctl('reload')[0] != 0, 'nothing is taken over')
    for path in (*bad, 'e-twice', 'f-inner'):
        (w.groups / f'{path}.xml').unlink()
    equal(w.gateway.gwctl('reload')[0], 0)
    text = unique('still there')
    equal(w.mary.message(WALKERS, text)[0], 202)
    w.peter.wait_text(text)


def case_a_folder_that_is_not_there(w):
    conf = w.gateway.conf / 'cpmgw.conf'
    before = conf.read_text()
    conf.write_text(before.replace(f'folder = {w.groups}',
                                   f'folder = {w.groups}-gone'))
    status, out, err = conf_check(w)
    conf.write_text(before)
    check(status != 0 and 'group groups: folder:' in out + err and
          'No such file' in out + err, out + err)
