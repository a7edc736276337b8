"""Perl's Net::SMPP as an ESME: a client that shares no code with the others."""

import json
import secrets
import shutil
import subprocess

from device import NUMBERS, Device
from peers import Smsc, text_of
from rig import PEERS, SMPP, Rig, check, equal

ENROUTE, DELETED = 1, 4


class Perl:
    """One bind of esme.pl."""

    def __init__(self, rig, system_id='esme1', password='secret1'):
        check(shutil.which('perl'), 'perl is installed')
        # pylint: disable=consider-using-with
        self.process = subprocess.Popen(
            ['perl', PEERS / 'perl' / 'esme.pl', str(rig.slot.port(SMPP)),
             system_id, password], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)
        rig.defer(self.close)
        self.bound = self.read()

    def read(self):
        line = self.process.stdout.readline()
        check(line, 'esme.pl answers')
        return json.loads(line)

    def __call__(self, verb, **more):
        self.process.stdin.write(json.dumps({'do': verb, **more}) + '\n')
        self.process.stdin.flush()
        return self.read()

    def close(self):
        self.process.kill()
        self.process.wait()


def world():
    rig = Rig()
    rig.smsc = Smsc(rig)
    rig.mary = Device(rig, 'mary').registered()
    rig.bob = Device(rig, 'bob')
    rig.esme = Perl(rig)
    return rig


def unique(text):
    return f'{text} {secrets.token_hex(4)}'


def case_it_is_bound(w):
    equal(w.esme.bound['status'], 0)
    equal(w.esme.bound['command'], 0x80000009)


def case_a_wrong_password_is_told(w):
    equal(Perl(w, 'esme2', 'wrong').bound['status'], 0x0E)


def case_a_submission_and_its_receipt(w):
    number, text = w.number(), unique('perl')
    answer = w.esme('submit', to=number, hex=text.encode().hex(),
                    registered=1)
    equal(answer['status'], 0)
    equal(text_of(w.smsc.submits(number)[0]), text)
    receipt = w.esme('next')
    equal(receipt['esm_class'] & 0x3c, 4)
    words = bytes.fromhex(receipt['hex']).decode()
    check(f'id:{answer["message_id"]} ' in words and 'stat:DELIVRD' in words,
          words)


def case_to_a_device_in_each_alphabet(w):
    for text, fields in (
            ('plain', {}),
            ('Привет', {'data_coding': 8,
                        'hex': 'Привет'.encode('utf-16-be').hex()}),
            ('äöü', {'data_coding': 3, 'hex': 'äöü'.encode('latin-1').hex()})):
        fields.setdefault('hex', text.encode().hex())
        equal(w.esme('submit', to=NUMBERS['mary'][1:], **fields)['status'], 0)
        w.mary.wait_text(text)


def case_from_a_device(w):
    text = unique('back')
    equal(w.mary.message('tel:22222', text)[0], 202)
    m = w.esme('next')
    equal(bytes.fromhex(m['hex']).decode(), text)


def case_query_replace_cancel(w):
    answer = w.esme('submit', to=NUMBERS['bob'][1:], hex='6f6c64')
    message_id = answer['message_id']
    q = w.esme('query', id=message_id)
    equal((q['status'], q['message_state']), (0, ENROUTE))
    equal(w.esme('replace', id=message_id, hex='6e6577')['status'], 0)
    equal(w.esme('cancel', id=message_id)['status'], 0)
    equal(w.esme('query', id=message_id)['message_state'], DELETED)


def case_it_is_still_there_and_leaves(w):
    equal(w.esme('alive')['status'], 0)
    equal(w.esme('unbind')['command'], 0x80000006)
