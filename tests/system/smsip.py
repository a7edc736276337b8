"""A telephone that has short messages over IP: RP messages and TPDUs as
octets (3GPP TS 24.011, 23.040), and a device that speaks them by SIP
(3GPP TS 24.341)."""

from device import Device
from rig import DOMAIN, check
from sipwire import new_id

CENTRE = '+15550009999'
MIME = 'application/vnd.3gpp.sms'
BASIC = ('@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?'
         '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà')
MORE = {'€': 0x65, '[': 0x3c, ']': 0x3e, '{': 0x28, '}': 0x29, '^': 0x14,
        '\\': 0x2f, '~': 0x3d, '|': 0x40}
SUBMIT, DELIVER, REPORT = 1, 0, 2


def setting(text):
    """conf/lab/cpmgw.conf with less patience."""
    return text.replace('group = sip\n',
                        'group = sip\nsms-ack-timeout = 2s\n', 1)


# -- letters ----------------------------------------------------------------

def septets(text):
    out = []
    for c in text:
        out += [0x1b, MORE[c]] if c in MORE else [BASIC.index(c)]
    return bytes(out)


def letters(octets):
    text, more = '', {v: k for k, v in MORE.items()}
    rest = iter(octets)
    for o in rest:
        text += more[next(rest)] if o == 0x1b else BASIC[o]
    return text


def pack(values, fill=0):
    bits = sum(v << (fill + 7 * i) for i, v in enumerate(values))
    return bits.to_bytes((fill + 7 * len(values) + 7) // 8, 'little')


def unpack(octets, count, fill=0):
    bits = int.from_bytes(octets, 'little') >> fill
    return bytes(bits >> 7 * i & 127 for i in range(count))


def swapped(digits):
    digits += 'f' * (len(digits) % 2)
    return bytes(int(digits[i + 1] + digits[i], 16)
                 for i in range(0, len(digits), 2))


def digits_of(octets, count=99):
    return ''.join(f'{o & 15:x}{o >> 4:x}' for o in octets)[:count].rstrip('f')


# -- TPDUs ------------------------------------------------------------------

def address(number):
    kind = 0x91 if number.startswith('+') else 0x81
    number = number.lstrip('+')
    return bytes([len(number), kind]) + swapped(number)


def user_data(text, header=b'', coding=0):
    """TP-UDL and TP-UD."""
    if coding & 0x0c == 8:
        octets = header + text.encode('utf-16-be')
        return bytes([len(octets)]) + octets
    if coding == 4:
        return bytes([len(header + text)]) + header + text
    values = septets(text)
    fill = -8 * len(header) % 7
    before = (8 * len(header) + fill) // 7
    return bytes([before + len(values)]) + header + pack(values, fill)


def submit(to, text, reference=1, coding=0, header=b'', report=False,
           validity=None, first=0, protocol=0):
    bits = SUBMIT | 0x40 * bool(header) | 0x20 * report | \
        (0x10 if isinstance(validity, int) else 0) | first
    if isinstance(validity, int):
        validity = bytes([validity])
    return bytes([bits, reference]) + address(to) + bytes([protocol, coding]) \
        + (validity or b'') \
        + user_data(text, header, coding)


class Tpdu:
    """An SMS-DELIVER or SMS-STATUS-REPORT as it came."""

    def __init__(self, octets):
        self.octets, self.text, self.header = octets, '', b''
        first = octets[0]
        self.kind = first & 3
        self.more, self.udhi = not first & 4, bool(first & 0x40)
        at = 1
        if self.kind == REPORT:
            self.reference = octets[1]
            at = 2
        size, kind = octets[at:at + 2]
        end = at + 2 + (size + 1) // 2
        self.ton = kind >> 4 & 7
        raw = octets[at + 2:end]
        self.address = letters(unpack(raw, size * 4 // 7)) \
            if self.ton == 5 else \
            '+' * (self.ton == 1) + digits_of(raw, size)
        if self.kind == REPORT:
            self.sent, self.done = octets[end:end + 7], \
                octets[end + 7:end + 14]
            self.status = octets[end + 14]
            return
        self.protocol, self.coding = octets[end:end + 2]
        self.sent = octets[end + 2:end + 9]
        self._read_user(octets[end + 9], octets[end + 10:])

    def _read_user(self, length, octets):
        header = octets[:octets[0] + 1] if self.udhi else b''
        self.header = header
        if self.coding & 0x0c == 8 or self.coding & 0xf4 == 0xf4 or \
                self.coding & 0x0c == 4 and self.coding < 0x80:
            check(len(octets) == length, 'TP-UDL')
            rest = octets[len(header):]
            self.text = rest.decode('utf-16-be') if self.coding & 0x0c == 8 \
                else rest.decode('latin-1')
            return
        fill = -8 * len(header) % 7
        count = length - (8 * len(header) + fill) // 7
        self.text = letters(unpack(octets[len(header):], count, fill))

    @property
    def part(self):
        """(reference, of, part) of IE 00; None: a text of its own."""
        return tuple(self.header[3:6]) if self.header[1:2] == b'\0' else None


# -- RP messages ------------------------------------------------------------

class Rp:
    """An RP message from the network."""

    def __init__(self, octets):
        self.type, self.reference = octets[0], octets[1]
        at = 2
        self.cause, self.user = None, b''
        if self.type == 1:
            n = octets[2]
            self.centre = '+' + digits_of(octets[4:3 + n])
            check(octets[3] == 0x91, 'an international service centre')
            check(octets[3 + n] == 0, 'no RP-Destination')
            at = 4 + n
            self.user = octets[at + 1:]
            check(octets[at] == len(self.user), 'RP-User-Data')
            return
        if self.type == 5:
            self.cause = octets[3]
            at = 3 + octets[2]
        if len(octets) > at:
            check(octets[at] == 0x41, 'the element RP-User-Data')
            self.user = octets[at + 2:]

    @property
    def tpdu(self):
        return Tpdu(self.user)


def rp_data(reference, tpdu, centre=CENTRE):
    number = swapped(centre.lstrip('+'))
    return bytes([0, reference, 0, len(number) + 1, 0x91]) + number + \
        bytes([len(tpdu)]) + tpdu


def rp_ack(reference):
    return bytes([2, reference, 0x41, 2, 0, 0])


def rp_error(reference, cause, fcs=None):
    report = b'' if fcs is None else bytes([0x41, 3, 0, fcs, 0])
    return bytes([4, reference, 1, cause]) + report


# -- the device -------------------------------------------------------------

class Telephone(Device):
    """Registers with +g.3gpp.smsip and acknowledges what it gets."""

    def __init__(self, rig, user, transport='udp', also=''):
        self.also = also
        self.refuse = lambda tpdu: None
        super().__init__(rig, user, transport)
        self.answer = self._answer
        self.centre = f'sip:{CENTRE}@{DOMAIN};user=phone'

    def contact(self):
        return super().contact() + ';+g.3gpp.smsip' + self.also

    def _answer(self, request):
        if request.get('content-type') == MIME and request.body[0] == 1:
            self._thread(self._acknowledge, request)
        return 200

    def _acknowledge(self, request):
        rp = Rp(request.body)
        why = self.refuse(rp.tpdu)
        if why == 'silent':
            return
        self.say(rp_error(rp.reference, *why) if why else
                 rp_ack(rp.reference), request)

    def say(self, octets, about=None):
        """An RP message to the service centre; the final status."""
        headers = [f'Content-Type: {MIME}']
        if about is not None:
            headers.append(f'In-Reply-To: {about.get("call-id")}')
        return self.request('MESSAGE', self.centre, headers, octets)

    def send(self, to, text, reference=1, rp_reference=None, **more):
        """Submits; the RP message that answers it."""
        return self.data(submit(to, text, reference, **more), rp_reference)

    def data(self, tpdu, rp_reference=None):
        reference = rp_reference if rp_reference is not None else \
            self.cseq & 255
        call_id = new_id()
        status = self.request('MESSAGE', self.centre,
                              [f'Content-Type: {MIME}'],
                              rp_data(reference, tpdu),
                              call_id=call_id).status
        check(status == 202, f'202 to RP-DATA, not {status}')
        return self.wait_answer(call_id, reference)

    def wait_answer(self, call_id, reference):
        m = self.wait(lambda m: m.get('in-reply-to') == call_id,
                      'the answer to RP-DATA')[0]
        rp = Rp(m.body)
        check(rp.type in (3, 5), f'RP-ACK or RP-ERROR, not {rp.type}')
        check(rp.reference == reference, 'the same RP-MR')
        return rp

    def memory_available(self):
        """RP-SMMA; what answers it."""
        call_id = new_id()
        status = self.request('MESSAGE', self.centre,
                              [f'Content-Type: {MIME}'], b'\x06\x2a',
                              call_id=call_id).status
        check(status == 202, f'202 to RP-SMMA, not {status}')
        return self.wait_answer(call_id, 0x2a)

    def delivered(self):
        """The RP-DATA that came, in their order."""
        return [m for m in self.inbox if m.get('content-type') == MIME and
                m.body[0] == 1]

    def wait_tpdus(self, fits, what, n=1, seconds=None):
        found = self.wait(lambda m: m.get('content-type') == MIME and
                          m.body[0] == 1 and fits(Rp(m.body).tpdu), what, n,
                          seconds)
        return [Rp(m.body).tpdu for m in found]

    def wait_sms(self, text, seconds=None):
        """The short message with exactly that text."""
        return self.wait_tpdus(
            lambda t: t.kind == DELIVER and t.text == text,
            f'short message {text[:40]!r}', seconds=seconds)[0]

    def wait_status(self, reference, seconds=None):
        """The status report about the short message of that TP-MR."""
        return self.wait_tpdus(
            lambda t: t.kind == REPORT and t.reference == reference,
            f'status report {reference}', seconds=seconds)[0]
