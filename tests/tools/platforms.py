"""Writes the blocks of a page as the shell scripts that their platforms would run.

usage: platforms.py PAGE FOLDER    one script for each block: FOLDER/<number of the section>.<number of the block>.sh

The scripts need the environment of the platform. What is no part of the block, such as FROM, package managers and other
people's actions, is left out; actions/checkout is the function `checkout`, which the environment has to define.
"""
import json
import re
import shlex
import sys
from pathlib import Path

import yaml

PACKAGE_MANAGER = re.compile(r'(apt-get|dnf) ')
# GitHub hands variables from step to step in this file.
NEXT_STEP = '''while IFS= read -r line; do export "${line%%=*}=${line#*=}"; done < "$GITHUB_ENV"'''


def exports(variables):
    """`${{ vars.NAME }}` is a variable of the project: the environment has it."""
    own = {name: value for name, value in variables.items() if '${{' not in str(value)}
    return [f'export {name}={shlex.quote(str(value))}' for name, value in own.items()]


def dockerfile(text):
    lines = ['set -eu']
    for instruction in re.split(r'(?<!\\)\n', text.strip()):
        word, _, rest = instruction.partition(' ')
        if word == 'COPY':
            source, target = rest.split()
            lines.append(f'cp "$CONTEXT"/{source} {target}')
        elif word == 'RUN':
            # A secret of the kind env=NAME is a variable of this command alone, and the builder's own has its value.
            secrets = re.findall(r'--mount=type=secret,id=(\w+),env=(\w+)', rest)
            command = re.sub(r'--mount=\S+\s+(\\\n\s*)?', '', rest)
            if PACKAGE_MANAGER.match(command):
                continue
            given = ' '.join(f'{name}="$SECRET_{secret}"' for secret, name in secrets)
            lines.append(f'{given} /bin/sh -c {shlex.quote(command)}')
        elif word not in ('#', 'FROM', 'CMD'):
            raise ValueError(instruction)
    return lines


def build_specification(page):
    phases = [page['phases'][name] for name in ('install', 'pre_build', 'build', 'post_build') if name in page['phases']]
    assert len(phases) == len(page['phases']) and page['version'] == 0.2
    return ['set -e', *(command for phase in phases for command in phase['commands'])]


def actions(page):
    [job] = page['jobs'].values()
    assert page['permissions']['id-token'] == 'write'
    lines = ['set -e', *exports(job.get('env', {}))]
    for step in job['steps']:
        if 'run' in step:
            lines.append(f'bash --noprofile --norc -eo pipefail -c {shlex.quote(step["run"])}')
            lines.append(NEXT_STEP)
        else:
            assert step == {'uses': 'actions/checkout@v5', 'with': {'submodules': True}}
            lines.append('checkout')
    return lines


def gitlab(page):
    [job] = page.values()
    [token] = job['id_tokens']
    return ['set -eo pipefail', f': "${{{token}:?}}"', *exports(job['variables']), *job['before_script'], *job['script']]


def jenkins(text):
    steps = re.findall(r"^ *sh '(.+)'$", text, re.M)
    return ['set -e', *(f'sh -xe -c {shlex.quote(step)}' for step in steps)]


def task(page):
    [container] = page['containerDefinitions']
    return ['exec ' + shlex.join(container['command'])]


def function(text):
    return [f'python3 -c {shlex.quote(text + "print(handler({}, None))")}']


def docker_run(text):
    words = shlex.split(text.replace('\\\n', ' '))
    assert words[:3] == ['docker', 'run', '--rm']
    names = [words[at + 1] for at, word in enumerate(words) if word == '--env']
    image = words.index('registry.example.com/ci')
    kept = '|'.join(['HOME', 'PATH', 'GIT_CONFIG_SYSTEM', *names])
    return [
        f'for name in $(compgen -e); do case $name in {kept}) ;; *) unset "$name" ;; esac; done',
        f'exec {shlex.join(words[image + 1:])}',
    ]


def script(section, kind, text):
    if kind == 'yaml':
        # The key `on` is YAML 1.1's word for true.
        page = yaml.safe_load(text)
        readers = {'AWS CodeBuild': build_specification, 'GitHub Actions with OIDC': actions, 'GitLab CI': gitlab}
        return readers[section](page)
    if kind == 'json':
        return task(json.loads(text))
    return {'dockerfile': dockerfile, 'groovy': jenkins, 'python': function, 'sh': docker_run}[kind](text)


def main(page, folder):
    sections = re.split(r'^## (.+)\n', Path(page).read_text(), flags=re.M)
    for section, text in zip(sections[1::2], sections[2::2]):
        for number, (kind, block) in enumerate(re.findall(r'^```(\w+)\n(.*?)^```$', text, re.M | re.S)):
            lines = script(section, kind, block)
            assert len(lines) > 1 or lines[0].strip(), section
            Path(folder, f'{section}.{number}.sh').write_text('\n'.join(lines) + '\n')


main(*sys.argv[1:])
