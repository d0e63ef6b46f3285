"""Runs the shell commands of standard input, one a line, and draws the session as SVG on standard output.

Each command runs in one bash with a pseudo-terminal as its standard streams, so programs print what they print
to a person. The picture is what the terminal would show at the end, but that long lines are broken at spaces.
"""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import textwrap
from xml.sax.saxutils import escape

COLUMNS = 100
CHARACTER, LINE, MARGIN, BAR = 8.4, 20, 20, 34
MARK = "\x1edone\x1e"


def session(commands):
    """Yields each command with the text it printed."""
    master, slave = pty.openpty()
    attributes = termios.tcgetattr(slave)
    attributes[3] &= ~termios.ECHO
    termios.tcsetattr(slave, termios.TCSANOW, attributes)
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
    shell = subprocess.Popen(["bash", "--norc"], stdin=subprocess.PIPE, stdout=slave, stderr=slave, text=True)
    os.close(slave)
    for command in commands:
        shell.stdin.write(f"{{ {command}\n}} </dev/null; printf '\\036done\\036'\n")
        shell.stdin.flush()
        text = ""
        while MARK not in text:
            text += os.read(master, 65536).decode()
        yield command, text[: text.index(MARK)]
    shell.stdin.close()
    shell.wait()


def shown(text):
    """The lines that a terminal shows after a program's output: a carriage return overwrites."""
    for line in re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", text).replace("\r\n", "\n").split("\n")[:-1]:
        cells = ""
        for part in line.split("\r"):
            cells = part + cells[len(part) :]
        yield from textwrap.wrap(cells, COLUMNS, drop_whitespace=True, break_on_hyphens=False) or [""]


def kind(line, before):
    """The class of a line of output; what continues a line has that line's."""
    if line.startswith("hint:"):
        return "hint"
    if re.match(r"(git-\w+-codecommit: |fatal: |error: )", line):
        return "error"
    return before if before != "text" and not line.startswith(("remote:", "fatal:")) else "text"


def lines():
    for number, (command, text) in enumerate(session(line.rstrip("\n") for line in sys.stdin)):
        if number:
            yield "text", ""
        yield "command", command
        before = "text"
        for line in shown(text):
            before = kind(line, before)
            yield before, line


def draw(drawn):
    width = round(COLUMNS * CHARACTER + 2 * MARGIN)
    height = BAR + LINE * len(drawn) + MARGIN
    yield f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img">'
    yield "<title>A session with git-codecommit</title>"
    yield """<style>
  rect { fill: #1b1f24 }
  text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #c9d1d9; white-space: pre }
  .prompt { fill: #7ee787 }
  .command { fill: #ffffff; font-weight: bold }
  .error { fill: #ff9b8f }
  .hint { fill: #79c0ff }
</style>"""
    yield f'<rect width="{width}" height="{height}" rx="8"/>'
    for at, colour in enumerate(("#ff5f57", "#febc2e", "#28c840")):
        yield f'<circle cx="{MARGIN + 6 + 20 * at}" cy="18" r="6" fill="{colour}"/>'
    for number, (style, line) in enumerate(drawn):
        y = BAR + LINE * number + 14
        if style == "command":
            yield f'<text x="{MARGIN}" y="{y}" class="prompt">$</text>'
            yield text(MARGIN + 2 * CHARACTER, y, style, line)
        elif line:
            yield text(MARGIN, y, style, line)
    yield "</svg>"


def text(x, y, style, line):
    """A line of text, as wide as its characters in a terminal whatever the font."""
    body = line.lstrip(" ")
    x += CHARACTER * (len(line) - len(body))
    length = CHARACTER * len(body)
    return f'<text x="{x:.1f}" y="{y}" class="{style}" textLength="{length:.1f}" xml:space="preserve">{escape(body)}</text>'


print("\n".join(draw(list(lines()))))
