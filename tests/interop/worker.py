"""Runs the reference tools, and ours, for tests/interop: one case after the other, each in a process
forked from this one, which has the references loaded already.

usage: worker.py CA_FILE PROXY

Reads a JSON object a line:
  tool   "grc" (git-remote-codecommit), "cli" (aws), or the path of a program
  argv   its arguments, without the program's name
  env    its whole environment; HOME must be the same in every case
  stdin  its standard input
  codes  what to type where an MFA code is asked for
Writes a JSON object a line: code, stdout, stderr, prompts, and url where the tool ended in one.
{"get": URL} instead asks a git host for a repository by a URL with user and password: status.

Nothing of the references is replaced but the last step of git-remote-codecommit: where it would start
`git remote-http`, its URL is written down.
"""
import base64
import functools
import http.client
import json
import os
import pty
import select
import ssl
import sys
import tempfile
import traceback
import urllib.parse

CA_FILE, PROXY = sys.argv[1:3]


def load(tool):
    """Imports a reference; what it reads from its packages is read once."""
    if tool == 'cli':
        import awscli.clidriver
    import botocore.loaders
    plain = botocore.loaders.JSONFileLoader.load_file
    once = functools.lru_cache(None)(lambda path: plain(botocore.loaders.JSONFileLoader(), path))
    botocore.loaders.JSONFileLoader.load_file = lambda self, path: once(path)
    import botocore.session
    if tool == 'cli':
        awscli.clidriver.create_clidriver().main(['codecommit', 'credential-helper', 'store'])
    else:
        import git_remote_codecommit
    session = botocore.session.Session()
    for service in ('sts', 'sso', 'sso-oidc'):
        session.create_client(service, region_name='eu-west-1',
                              aws_access_key_id='x', aws_secret_access_key='x')
    session.get_available_regions('codecommit')


def reference(case, result):
    """The life of the forked process, for a reference."""
    sys.stdin = open(0)
    if case['tool'] == 'cli':
        import awscli.clidriver
        sys.argv = ['aws'] + case['argv']
        return awscli.clidriver.main()
    import git_remote_codecommit
    import subprocess

    def call(argv):
        assert argv[:2] == ['git', 'remote-http'], argv
        os.write(result, argv[3].encode())
        return 0

    subprocess.call = call
    sys.argv = ['git-remote-codecommit'] + case['argv']
    return git_remote_codecommit.main()


def child(case, files, result):
    """Never returns."""
    code = 1
    try:
        # The terminal stays one for as long as this holds it open.
        os.dup2(0, 200, inheritable=True)
        for number, file in enumerate(files):
            os.dup2(file.fileno(), number)
        # Where the AWS CLI's own data is: it says so in its environment when it is loaded.
        data = {key: os.environ[key] for key in ('AWS_DATA_PATH',) if key in os.environ}
        os.environ.clear()
        os.environ.update(data)
        os.environ.update(case['env'])
        os.chdir(case['env']['HOME'])
        if case['tool'] not in ('grc', 'cli'):
            os.execve(case['tool'], [case['tool']] + case['argv'], case['env'])
        code = reference(case, result) or 0
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 0 if stop.code is None else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code & 255)


def run(case):
    """Forks a process that has a terminal, with files for its standard streams."""
    files = [tempfile.TemporaryFile() for _ in range(3)]
    files[0].write(case.get('stdin', '').encode())
    files[0].seek(0)
    reading, writing = os.pipe()
    process, terminal = pty.fork()
    if process == 0:
        os.close(reading)
        child(case, files, writing)
    os.close(writing)
    codes, prompts, seen = list(case.get('codes', [])), 0, b''
    while True:
        ready, _, _ = select.select([terminal], [], [], 20)
        if not ready:
            os.kill(process, 9)
            break
        try:
            said = os.read(terminal, 4096)
        except OSError:
            break
        if not said:
            break
        seen += said
        if b'MFA' in seen and seen.rstrip().endswith(b':'):
            prompts, seen = prompts + 1, b''
            os.write(terminal, ((codes.pop(0) if codes else '') + '\n').encode())
    _, status = os.waitpid(process, 0)
    url = b''
    while True:
        part = os.read(reading, 65536)
        if not part:
            break
        url += part
    os.close(reading)
    os.close(terminal)
    answer = {'code': os.waitstatus_to_exitcode(status), 'prompts': prompts}
    if url:
        answer['url'] = url.decode()
    for name, file in zip(('stdout', 'stderr'), files[1:]):
        file.seek(0)
        answer[name] = file.read().decode(errors='replace')
    return answer


def get(url):
    """Asks for a repository through the proxy, as git would."""
    parts = urllib.parse.urlsplit(url)
    user, _, host = parts.netloc.rpartition('@')
    user = urllib.parse.unquote(user)
    name, _, port = host.partition(':')
    proxy = urllib.parse.urlsplit(PROXY)
    context = ssl.create_default_context(cafile=CA_FILE)
    connection = http.client.HTTPSConnection(proxy.hostname, proxy.port, context=context, timeout=20)
    connection.set_tunnel(name, int(port or 443))
    try:
        connection.request('GET', parts.path + '/info/refs?service=git-upload-pack', headers={
            'Host': host, 'Authorization': 'Basic ' + base64.b64encode(user.encode()).decode()})
        return {'status': connection.getresponse().status}
    except OSError as error:
        # The proxy leads to no such place.
        return {'status': 0, 'error': str(error)}
    finally:
        connection.close()


def main():
    out = os.fdopen(os.dup(1), 'w')
    os.dup2(2, 1)
    loaded = set()
    for line in sys.stdin:
        case = json.loads(line)
        if 'get' in case:
            answer = get(case['get'])
        else:
            if case['tool'] in ('grc', 'cli') and case['tool'] not in loaded:
                loaded.add(case['tool'])
                load(case['tool'])
            answer = run(case)
        out.write(json.dumps(answer) + '\n')
        out.flush()


main()
