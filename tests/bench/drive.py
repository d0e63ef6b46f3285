"""Runs remote helpers as git would, without git: what is left is the helper's own work."""

import base64
import json
import os
import queue
import shutil
import subprocess
import sys
import threading
import time

from hosts import OID, PACKET, packet

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAMS = os.environ["PROGRAMS"]
BLOCK = 16 * len(PACKET)  # what hosts.py sends for a mebibyte
REPOSITORY = "demo-repo"


def clean_environment(home):
    return {"HOME": home, "PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8",
            "GIT_DIR": os.path.join(home, "repository"), "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0",
            "AWS_EC2_METADATA_DISABLED": "true"}


class Hosts:
    """hosts.py in a process of its own."""

    def __init__(self, place, **options):
        arguments = [sys.executable, os.path.join(HERE, "hosts.py"),
                     "--certificate", os.path.join(place, "server.pem")]
        for name, value in options.items():
            name = "--" + name.replace("_", "-")
            arguments += [name] if value is True else [name, str(value)]
        self.process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.said = queue.SimpleQueue()
        threading.Thread(target=self.listen, daemon=True).start()
        self.ports = self.event("ready")

    def listen(self):
        for line in self.process.stdout:
            self.said.put(json.loads(line))

    def event(self, what=None):
        """The next event of that kind; those before it are forgotten."""
        while True:
            event = self.said.get(timeout=60)
            if what in (None, event["what"]):
                return event

    def events(self, quiet=0.1):
        """Everything that has happened up to now."""
        found = []
        try:
            while True:
                found.append(self.said.get(timeout=quiet))
        except queue.Empty:
            return found

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()


class Tool:
    """A remote helper, and how it is given the credential."""

    def __init__(self, name, place, ports):
        self.name, self.host = name, f"localhost:{ports['git']}"
        self.environment = clean_environment(os.path.join(place, "home"))
        authority = os.path.join(place, "ca.pem")
        keys = {"CODE_COMMIT_ENDPOINT": self.host, "AWS_CA_BUNDLE": authority,
                "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"}
        path = self.environment["PATH"]
        if name == "ours":
            self.command = [os.path.join(PROGRAMS, "git-remote-codecommit"), "origin",
                            f"eu-west-1://{REPOSITORY}"]
            self.environment.update(keys, PATH=f"{PROGRAMS}:{path}")
        elif name in ("https", "helped"):
            folder = subprocess.check_output(["git", "--exec-path"], text=True).strip()
            url = self.url(REPOSITORY)
            self.command = [os.path.join(folder, "git-remote-https"), "origin", url]
            secret = "20261122T000000Z" + "0" * 64
            basic = base64.b64encode(f"AKIAEXAMPLE:{secret}".encode()).decode()
            setting = {"https": f"http.extraHeader=Authorization: Basic {basic}",
                       "helped": f"credential.helper=!printf \"username=AKIAEXAMPLE\\npassword={secret}\\n\" #"}
            self.environment.update(GIT_SSL_CAINFO=authority, GIT_CONFIG_PARAMETERS=f"'{setting[name]}'")
        else:
            folder = os.path.dirname(sys.executable)
            self.command = [os.path.join(folder, "git-remote-codecommit"), "origin",
                            f"eu-west-1://{REPOSITORY}"]
            self.environment.update(keys, PATH=f"{folder}:{path}", GIT_SSL_CAINFO=authority)

    def url(self, repository):
        """The repository as this tool's users write it."""
        if self.name in ("https", "helped"):
            return f"https://{self.host}/v1/repos/{repository}"
        return f"codecommit::eu-west-1://{repository}"

    def start(self, **more):
        return Helper(self.command, {**self.environment, **more})

    def git(self, folder, *arguments):
        """Runs git with this tool; seconds."""
        environment = {**self.environment, "GIT_CONFIG_GLOBAL": os.path.join(self.environment["HOME"], "..", "gitconfig")}
        del environment["GIT_DIR"]
        start = time.monotonic()
        subprocess.run(["git", *arguments], env=environment, cwd=folder, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        return time.monotonic() - start


class Helper:
    """A helper under way."""

    def __init__(self, command, environment):
        self.started = time.monotonic()
        self.process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, bufsize=0, cwd=environment["HOME"])
        self.input, self.output = self.process.stdin, self.process.stdout.fileno()

    def say(self, text):
        self.input.write(text)

    def line(self):
        line = b""
        while not line.endswith(b"\n"):
            byte = os.read(self.output, 1)
            if not byte:
                raise RuntimeError(f"the helper has ended after {line!r}")
            line += byte
        return line[:-1]

    def lines(self):
        """The reply's lines, up to the blank one."""
        return list(iter(self.line, b""))

    def exactly(self, count):
        text = b""
        while len(text) < count:
            text += os.read(self.output, count - len(text))
        return text

    def swallow(self, count):
        """Takes so many bytes without looking at them."""
        with open("/dev/null", "wb") as nowhere:
            while count:
                moved = os.splice(self.output, nowhere.fileno(), min(count, 1 << 20))
                if not moved:
                    raise RuntimeError(f"{count} bytes are missing")
                count -= moved

    def used(self):
        """Seconds of CPU and KiB of memory of the helper alone, without its children."""
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        seconds = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        with open(f"/proc/{self.process.pid}/status") as status:
            peak = next(line for line in status if line.startswith("VmHWM"))
        return seconds, int(peak.split()[1])

    def end(self):
        self.input.close()
        self.process.stdout.close()
        self.process.wait()


def measured(helper, start):
    wall = time.monotonic() - start
    cpu, memory = helper.used()
    helper.end()
    return {"wall": wall, "cpu": cpu, "memory": memory}


def download_v2(tool, mebibytes):
    """A fetch in protocol v2: the helper relays it to git itself."""
    helper = tool.start()
    helper.say(b"capabilities\n")
    helper.lines()
    start = time.monotonic()
    helper.say(b"stateless-connect git-upload-pack\n")
    assert helper.line() == b"", "no protocol v2"
    helper.exactly(len(packet(b"version 2\n") + packet(b"fetch\n") + packet(b"ls-refs\n")) + 4)
    helper.say(packet(b"command=fetch") + b"0001" + packet(b"want " + OID + b"\n")
               + packet(b"done\n") + b"0000")
    helper.swallow(len(b"0008NAK\n") + mebibytes * BLOCK + len(b"0000" b"0002"))
    return measured(helper, start)


def download_v0(tool, mebibytes, stubs):
    """A fetch in protocol v0: the helper hands the pack to git fetch-pack, here a stub."""
    size = len(b"0008NAK\n") + mebibytes * BLOCK + len(b"0000")
    helper = tool.start(PATH=stubs + ":" + tool.environment["PATH"], GIT_EXEC_PATH=stubs,
                        STUB_SIZE=str(size))
    helper.say(b"list\n")
    helper.lines()
    start = time.monotonic()
    helper.say(b"fetch " + OID + b" refs/heads/main\n\n")
    helper.lines()
    return measured(helper, start)


def upload(tool, mebibytes, stubs):
    """A push: git send-pack, here a stub, makes the pack."""
    helper = tool.start(PATH=stubs + ":" + tool.environment["PATH"], GIT_EXEC_PATH=stubs,
                        STUB_SIZE=str(mebibytes << 20))
    helper.say(b"list for-push\n")
    helper.lines()
    start = time.monotonic()
    helper.say(b"push refs/heads/main:refs/heads/main\n\n")
    helper.lines()
    return measured(helper, start)


def listing(tool, references):
    """The references of a repository in protocol v0."""
    helper = tool.start()
    helper.say(b"capabilities\n")
    helper.lines()
    start = time.monotonic()
    helper.say(b"list\n")
    end, lines = b"", 0
    while end != b"\n\n":
        text = os.read(helper.output, 1 << 20)
        assert text, "the helper has ended"
        end, lines = (end + text)[-2:], lines + text.count(b"\n")
    # Git's own transport lists none of the host's own lines beside them; nor do we.
    assert lines == references + 1, lines
    return measured(helper, start)


def make_stubs(place):
    """A folder with a `git` that plays fetch-pack and send-pack, and is real otherwise."""
    stubs = os.path.join(place, "stubs")
    os.makedirs(stubs, exist_ok=True)
    path = os.path.join(stubs, "git")
    with open(path, "w") as file:
        file.write(f"""#!/bin/sh
case "$1" in
fetch-pack | send-pack) exec {sys.executable} {HERE}/stub.py "$1" ;;
*) unset GIT_EXEC_PATH; exec {shutil.which("git")} "$@" ;;
esac
""")
    os.chmod(path, 0o755)
    return stubs
