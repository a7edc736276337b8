"""SIP, CPIM and IMDN as octets: just enough to speak to the gateway with
every header under control. RFC 3261, 8760 (digest), 3862, 5438."""

import hashlib
import re
import secrets
import time
import xml.etree.ElementTree as ElementTree

COMPACT = {'v': 'via', 'f': 'from', 't': 'to', 'i': 'call-id',
           'm': 'contact', 'l': 'content-length', 'c': 'content-type',
           'e': 'content-encoding', 's': 'subject', 'k': 'supported'}


class SipMessage:
    """A request or response as it came."""

    def __init__(self, octets):
        head, _, self.body = octets.partition(b'\r\n\r\n')
        self.octets = octets
        lines = re.sub(rb'\r\n[ \t]+', b' ', head).split(b'\r\n')
        self.start = lines[0].decode('utf-8', 'replace')
        self.headers = []
        for line in lines[1:]:
            name, _, value = line.decode('utf-8', 'replace').partition(':')
            name = name.strip().lower()
            self.headers.append((COMPACT.get(name, name), value.strip()))

    def all(self, name):
        return [v for n, v in self.headers if n == name.lower()]

    def get(self, name, default=''):
        return next(iter(self.all(name)), default)

    @property
    def is_response(self):
        return self.start.startswith('SIP/')

    @property
    def status(self):
        return int(self.start.split()[1]) if self.is_response else 0

    @property
    def method(self):
        return '' if self.is_response else self.start.split()[0]

    @property
    def uri(self):
        return '' if self.is_response else self.start.split()[1]

    @property
    def branch(self):
        found = re.search(r'branch=([^;,\s]+)', self.get('via'))
        return found.group(1) if found else ''

    @property
    def cpim(self):
        return Cpim.parse(self.body) if self.get('content-type').lower() \
            .startswith('message/cpim') else None

    @property
    def text(self):
        """What a person reads: the text inside the CPIM, or the body."""
        inner = self.cpim
        octets = inner.content if inner else self.body
        return octets.decode('utf-8', 'replace')

    @property
    def imdn(self):
        inner = self.cpim
        if inner and inner.type.startswith('message/imdn+xml'):
            return Imdn.parse(inner.content)
        return None


class Cpim:
    """message/cpim: its headers, the part's headers, the content."""

    def __init__(self, headers, part, content):
        self.headers, self.part, self.content = headers, part, content

    @staticmethod
    def _split(block):
        pairs = []
        for line in block.split(b'\r\n'):
            name, _, value = line.decode('utf-8', 'replace').partition(':')
            pairs.append((name, value.strip()))
        return pairs

    @classmethod
    def parse(cls, octets):
        head, _, rest = octets.partition(b'\r\n\r\n')
        part, _, content = rest.partition(b'\r\n\r\n')
        return cls(cls._split(head), cls._split(part), content)

    def get(self, name):
        """A header; imdn.X whatever the prefix its name space has."""
        prefix, dot, local = name.partition('.')
        if dot:
            for header, value in self.headers:
                found = re.fullmatch(r'(\S*)\s*<urn:ietf:params:imdn>', value)
                if header == 'NS' and found:
                    name = f'{found.group(1) or prefix}.{local}'
        return next((v for n, v in self.headers if n == name), '')

    @property
    def type(self):
        for name, value in self.part:
            if name.lower() == 'content-type':
                return value.lower()
        return ''


IMDN_SPACE = '{urn:ietf:params:xml:ns:imdn}'


class Imdn:
    """A notification: which message, what kind, what became of it."""

    def __init__(self, message_id, kind, status, when, recipient):
        self.message_id, self.kind, self.status = message_id, kind, status
        self.datetime, self.recipient = when, recipient

    @classmethod
    def parse(cls, octets):
        root = ElementTree.fromstring(octets)
        kind = status = ''
        for child in root:
            local = child.tag.removeprefix(IMDN_SPACE)
            inner = child.find(f'{IMDN_SPACE}status')
            if local.endswith('-notification') or \
                    local.endswith('}interworking-notification'):
                kind = local.rpartition('}')[2].removesuffix('-notification')
                if inner is None:
                    inner = next((c for c in child
                                  if c.tag.endswith('}status')), None)
                if inner is not None and len(inner):
                    status = inner[0].tag.rpartition('}')[2]
        text = {c.tag.removeprefix(IMDN_SPACE): (c.text or '').strip()
                for c in root}
        return cls(text.get('message-id', ''), kind, status,
                   text.get('datetime', ''), text.get('recipient-uri', ''))


def new_id():
    return secrets.token_urlsafe(16)


def now():
    return time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())


def cpim(sender, to, text, message_id=None, want='', when=None,
         content_type='text/plain; charset=UTF-8', extra=(), part=()):
    """The octets of a message/cpim body."""
    lines = [f'From: <{sender}>', f'To: <{to}>',
             f'DateTime: {when or now()}']
    if message_id:
        lines.append('NS: imdn <urn:ietf:params:imdn>')
        lines.append(f'imdn.Message-ID: {message_id}')
    if want:
        lines.append(f'imdn.Disposition-Notification: {want}')
    lines += extra
    content = text if isinstance(text, bytes) else text.encode()
    return '\r\n'.join([*lines, '', f'Content-Type: {content_type}',
                        *part, '', '']).encode() + content


def imdn_for(request, status, kind='delivery'):
    """What a device answers to a CPIM that asked to be told: (to, body)."""
    inner = request.cpim
    sender = inner.get('From').rpartition('<')[2].rstrip('>')
    me = inner.get('To').rpartition('<')[2].rstrip('>')
    xml = ('<?xml version="1.0" encoding="UTF-8"?>\r\n'
           '<imdn xmlns="urn:ietf:params:xml:ns:imdn">'
           f'<message-id>{inner.get("imdn.Message-ID")}</message-id>'
           f'<datetime>{inner.get("DateTime")}</datetime>'
           f'<recipient-uri>{me}</recipient-uri>'
           f'<{kind}-notification><status><{status}/></status>'
           f'</{kind}-notification></imdn>')
    body = cpim(me, sender, xml, new_id(), content_type='message/imdn+xml',
                part=['Content-Disposition: notification'])
    return sender, body


def challenges(response):
    """The digest challenges, in their order: dicts with lower-case keys."""
    found = []
    for name in ('www-authenticate', 'proxy-authenticate'):
        for value in response.all(name):
            if not value.lower().startswith('digest'):
                continue
            pairs = re.findall(r'(\w+)\s*=\s*(?:"([^"]*)"|([^,\s]+))',
                               value[6:])
            found.append({k.lower(): a or b for k, a, b in pairs})
    return found


def credentials(challenge, user, password, method, uri, count=1):
    """The value of (Proxy-)Authorization for that challenge."""
    algorithm = challenge.get('algorithm', 'MD5')
    function = hashlib.sha256 if '256' in algorithm else hashlib.md5

    def h(text):
        return function(text.encode()).hexdigest()

    cnonce, nc = secrets.token_hex(8), f'{count:08x}'
    ha1 = h(f'{user}:{challenge["realm"]}:{password}')
    ha2 = h(f'{method}:{uri}')
    value = (f'Digest username="{user}", realm="{challenge["realm"]}", '
             f'nonce="{challenge["nonce"]}", uri="{uri}", '
             f'algorithm={algorithm}')
    if 'qop' in challenge:
        answer = h(f'{ha1}:{challenge["nonce"]}:{nc}:{cnonce}:auth:{ha2}')
        value += f', qop=auth, nc={nc}, cnonce="{cnonce}"'
    else:
        answer = h(f'{ha1}:{challenge["nonce"]}:{ha2}')
    if 'opaque' in challenge:
        value += f', opaque="{challenge["opaque"]}"'
    return f'{value}, response="{answer}"'
