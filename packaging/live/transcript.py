"""The transcript of scripts/live, which can be sent in: nothing secret, and no name of an account or a role, is in it."""
import os
import re

ACCOUNT = '111111111111'
RULES = (
    (re.compile(r'\b(?:A3T|AKIA|ASIA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA)[A-Z0-9]{12,}\b'), 'AKIDEXAMPLE'),
    (re.compile(r'\b\d{8}T\d{6}Z[0-9a-f]{64}\b'), '(password)'),
    (re.compile(r'(arn:[\w-]+:(?:iam|sts):[\w-]*:\d{12}:)[^\s"\']+'), r'\1(name)'),
    (re.compile(r'(?<!\d)\d{12}(?!\d)'), ACCOUNT),
    (re.compile(r'("?repositoryId"?: *"?)[0-9a-f-]{36}'), r'\1(id)'),
    (re.compile(r'(?i)^(x-amzn-requestid|set-cookie|authorization): .*$', re.M), r'\1: (removed)'),
)
# Of each name of a program's environment only the value is secret.
NAMES = ('AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_CONTAINER_AUTHORIZATION_TOKEN')


class Transcript:
    def __init__(self, path):
        self.path, self.lines = path, []
        self.secrets = {os.environ[name] for name in NAMES if os.environ.get(name)}

    def hide(self, *values):
        """Add values that must never appear."""
        self.secrets.update(value for value in values if len(value) >= 8)

    def redacted(self, text):
        for value in sorted(self.secrets, key=len, reverse=True):
            text = text.replace(value, '(secret)')
        for pattern, replacement in RULES:
            text = pattern.sub(replacement, text)
        return text.replace(os.path.expanduser('~'), '~') if os.path.expanduser('~') != '/' else text

    def say(self, text):
        """Print a line, and put it into the transcript."""
        text = self.redacted(text)
        print(text, flush=True)
        self.lines.append(text)

    def command(self, words, code, output):
        # Progress overwrites its line again and again: only its last state is of use.
        output = '\n'.join(line.rstrip('\r ').split('\r')[-1] for line in output.split('\n'))
        text = self.redacted(f'$ {" ".join(words)}\n{output[:4000]}'.rstrip() + (f'\nexit code {code}' if code else ''))
        print(text.splitlines()[0], flush=True)
        self.lines.append(text)

    def exchange(self, asked, status, headers, body):
        """Note a request, and the answer's status, headers and first bytes."""
        shown = body[:400].decode('utf-8', 'backslashreplace').replace('\0', '\\0')
        fields = '\n'.join(f'{name}: {value}' for name, value in headers)
        self.lines.append(self.redacted(f'> {asked}\n< {status}\n{fields}\n\n{shown}'))

    def write(self):
        # A value may have become known after a line was written.
        text = self.redacted('\n\n'.join(self.lines) + '\n')
        with open(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 'w') as file:
            file.write(text)
        print(f'transcript: {self.path}')
