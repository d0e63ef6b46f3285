"""Single requests to CodeCommit's git host, for the beliefs that git's own requests cannot check."""
import base64
import hashlib
import hmac
import http.client
import os
import socket
import ssl
import subprocess
from datetime import datetime, timedelta, timezone

SUFFIXES = {'cn': 'amazonaws.com.cn', 'eusc': 'amazonaws.eu'}


class Host:
    def __init__(self, region, name, profile, transcript):
        self.region, self.name, self.profile, self.transcript = region, name, profile, transcript
        suffix = SUFFIXES.get(region.split('-')[0], 'amazonaws.com')
        self.real = f'git-codecommit.{region}.{suffix}'
        self.site = f'https://{self.real}'
        # As for the programs, another host to connect to, for tests; what is signed is the real one.
        self.authority = os.environ.get('CODE_COMMIT_ENDPOINT', '') or self.real
        self.tls = ssl.create_default_context(cafile=os.environ.get('AWS_CA_BUNDLE') or None)

    def credential(self, path=None):
        """Ask the credential helper for a user name and a password for a path."""
        path = path or f'v1/repos/{self.name}'
        words = ['git-credential-codecommit'] + (['--profile', self.profile] if self.profile else []) + ['get']
        asked = f'protocol=https\nhost={self.real}\npath={path}\n\n'
        said = subprocess.run(words, input=asked, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120)
        values = dict(line.split('=', 1) for line in said.stdout.splitlines() if '=' in line)
        if 'password' not in values:
            raise ValueError(f'the credential helper gave no password: {said.stderr}')
        self.transcript.hide(values['username'], values['password'])
        return values['username'], values['password']

    def signed(self, offset):
        """Sign with the keys of the environment at a time other than now; None without keys."""
        key, secret = os.environ.get('AWS_ACCESS_KEY_ID'), os.environ.get('AWS_SECRET_ACCESS_KEY')
        if not key or not secret:
            return None
        moment = (datetime.now(timezone.utc) + timedelta(minutes=offset)).strftime('%Y%m%dT%H%M%S')
        request = f'GIT\n/v1/repos/{self.name}\n\nhost:{self.real}\n\nhost\n'
        text = '\n'.join(('AWS4-HMAC-SHA256', moment, f'{moment[:8]}/{self.region}/codecommit/aws4_request',
                          hashlib.sha256(request.encode()).hexdigest()))
        derived = b'AWS4' + secret.encode()
        for part in (moment[:8], self.region, 'codecommit', 'aws4_request', text):
            derived = hmac.new(derived, part.encode(), hashlib.sha256).digest()
        token = os.environ.get('AWS_SESSION_TOKEN')
        user, password = (f'{key}%{token}' if token else key), f'{moment}Z{derived.hex()}'
        self.transcript.hide(user, password)
        return user, password

    def request(self, method, path, credential=None, headers=(), body=None):
        """Make one request; return the status, the headers (by lower-case name) and the start of the body."""
        sent = dict(headers)
        if credential:
            pair = base64.b64encode(':'.join(credential).encode()).decode()
            self.transcript.hide(pair)
            sent['Authorization'] = f'Basic {pair}'
        connection = http.client.HTTPSConnection(self.authority, timeout=60, context=self.tls)
        try:
            connection.request(method, path, body=body, headers={'Host': self.real, 'User-Agent': 'git/2.47.0'} | sent)
            answer = connection.getresponse()
            start = answer.read(65536)
        finally:
            connection.close()
        shown = ' '.join(f'{name}: {value}' for name, value in headers)
        self.transcript.exchange(f'{method} {path} {shown}'.strip(), answer.status, answer.getheaders(), start)
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, start

    def advertisement(self, credential=None, service='git-upload-pack', name=None, headers=()):
        return self.request('GET', f'/v1/repos/{name or self.name}/info/refs?service={service}', credential, headers)

    def offered(self):
        """Return the protocol that the TLS handshake chooses, of HTTP/2 and HTTP/1.1."""
        context = ssl.create_default_context(cafile=os.environ.get('AWS_CA_BUNDLE') or None)
        context.set_alpn_protocols(['h2', 'http/1.1'])
        host, _, port = self.authority.partition(':')
        with socket.create_connection((host, int(port or 443)), timeout=20) as plain, \
                context.wrap_socket(plain, server_hostname=host) as wrapped:
            return wrapped.selected_alpn_protocol() or 'none'
