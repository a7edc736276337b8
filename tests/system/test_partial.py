"""Texts of which parts never come (3GPP TS 23.040 9.2.3.24.1)."""

from device import Device
from peers import Smsc
from rig import Rig, check, equal, until

MARY = '15550100001'
GAP = '[…]'


def edit_gateway(text):
    return text.replace('group = gateway\n',
                        'group = gateway\nreassembly-timeout = 2s\n', 1)


def world():
    rig = Rig(edit={'cpmgw.conf': edit_gateway})
    rig.smsc = Smsc(rig)
    rig.mary = Device(rig, 'mary', 'tcp').registered()
    return rig


def part(w, source, number, of):
    octets = bytes([5, 0, 3, 4, of, number]) + f'part{number} '.encode()
    answer = w.smsc.mobile_originated(source, MARY, hex=octets.hex(),
                                      esm_class=0x40)
    equal(answer.get('status'), 0, 'deliver_sm_resp')


def case_every_gap_is_marked(w):
    wanted = {}
    for of, there, text in ((2, (1,), 'part1 ' + GAP),
                            (2, (2,), GAP + 'part2 '),
                            (3, (1, 2), 'part1 part2 ' + GAP),
                            (5, (1, 4), 'part1 ' + 2 * GAP + 'part4 ' + GAP)):
        source = w.number()
        wanted[source] = text
        for number in there:
            part(w, source, number, of)
    for source, text in wanted.items():
        until(lambda s=source, t=text: any(
            m.method == 'MESSAGE' and s in m.get('from') and m.text == t
            for m in w.mary.inbox), f'{text} of {source}')
    check(all(m.text in wanted.values() for m in w.mary.inbox
              if m.method == 'MESSAGE'), 'nothing else')
