"""The NATS protocol as far as a worker needs it: log in, listen on an inbox, ask, publish with headers."""
import json, random, re, socket, ssl, threading, time, urllib.parse


class Refused(Exception):
    """Permissions or credentials forbid it: trying again changes nothing."""


class Nats:
    """A connection of one thread; another may send heartbeats over it."""

    def __init__(self, url, inbox, stopping):
        self.stopping = stopping
        self.url, self.inbox = urllib.parse.urlsplit(url), f'{inbox}.{random.getrandbits(96):x}'
        self.lock, self.socket, self.buffer, self.serial = threading.Lock(), None, b'', 0

    def connect(self):
        """Again and again, less and less eagerly; gives up only when the worker is to stop."""
        for pause in (0, 0.1, 0.3, 1, 2, *[5] * 10_000):
            if self.stopping.wait(pause * (0.5 + random.random())):
                break
            try:
                return self.open()
            except (OSError, EOFError):
                pass
        raise EOFError('gave up')

    def open(self):
        if self.socket:
            self.socket.close()
        self.buffer, link = b'', socket.create_connection((self.url.hostname, self.url.port or 4222), timeout=5)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = link
        self.line()  # INFO
        if self.url.scheme == 'tls':
            self.socket = ssl.create_default_context().wrap_socket(link, server_hostname=self.url.hostname)
        user, password = (urllib.parse.unquote(part or '') for part in (self.url.username, self.url.password))
        about = {'user': user, 'pass': password, 'name': 'interlock-worker', 'lang': 'python', 'version': '1'}
        login = json.dumps({**about, 'verbose': False, 'pedantic': False, 'headers': True, 'no_responders': True})
        self.send(f'CONNECT {login}\r\nSUB {self.inbox}.> 1\r\nPING\r\n'.encode())
        while self.line() != 'PONG':
            pass

    def send(self, data):
        with self.lock:
            self.socket.sendall(data)

    def publish(self, subject, body=b'', reply='', headers=None):
        head = ''.join(f'{name}: {value}\r\n' for name, value in (headers or {}).items())
        head = f'NATS/1.0\r\n{head}\r\n'.encode() if headers else b''
        sizes = f'{len(head)} {len(head) + len(body)}' if headers else len(body)
        self.send(f"{'HPUB' if headers else 'PUB'} {subject} {reply} {sizes}\r\n".encode() + head + body + b'\r\n')

    def line(self):
        while b'\r\n' not in self.buffer:
            self.more()
        line, self.buffer = self.buffer.split(b'\r\n', 1)
        if line.startswith(b'-ERR'):
            raise (Refused if re.search(rb'permissions|authori[sz]ation', line, re.I) else EOFError)(line.decode())
        return line.decode()

    def more(self):
        data = self.socket.recv(65_536)
        if not data:
            raise EOFError('NATS closed the connection')
        self.buffer += data

    def message(self, until):
        """(subject, reply, status, headers, body) of the next message; None when none comes until then."""
        while True:
            self.socket.settimeout(max(until - time.monotonic(), 0.01))
            try:
                words = self.line().split(' ')
            except TimeoutError:
                return None
            if words[0] == 'PING':
                self.send(b'PONG\r\n')
            if words[0] not in ('MSG', 'HMSG'):
                continue
            sizes = 2 if words[0] == 'HMSG' else 1
            head, total = (int(words[-2]) if sizes == 2 else 0), int(words[-1])
            self.socket.settimeout(5)
            while len(self.buffer) < total + 2:
                self.more()
            data, self.buffer = self.buffer[:total], self.buffer[total + 2:]
            first, *rest = data[:head].decode().split('\r\n')
            headers = dict(line.split(': ', 1) for line in rest if ': ' in line)
            return words[1], words[3] if len(words) == 4 + sizes else '', first[9:12], headers, data[head:]

    def ask(self, subject, body, seconds, headers=None):
        """Sends with an inbox of its own and gives what comes back there: the answer, or the command that was pulled."""
        self.serial += 1
        inbox, until = f'{self.inbox}.{self.serial}', time.monotonic() + seconds
        self.publish(subject, json.dumps(body).encode(), inbox, headers)
        while (message := self.message(until)) is not None:
            # A command that comes late is not lost: nobody acknowledges it, so it is delivered again.
            if message[0] == inbox or message[1].startswith('$JS.ACK.') and '.MSG.NEXT.' in subject:
                return message
        return None
