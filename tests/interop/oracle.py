"""The oracle of tests/interop/signatures.rs: signs as botocore and git-remote-codecommit do.

Reads a JSON object a line: access_key, secret_key, token, region, host, repository, timestamp.
Writes one a line: the password by botocore's own SigV4 signer, and the URL that
git-remote-codecommit 1.17 would hand to git.
"""
import datetime
import json
import os
import sys

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import git_remote_codecommit


def botocore_password(case, credentials):
    """Recomputes the password with botocore's string_to_sign and signature."""
    path = '/v1/repos/' + case['repository']
    request = botocore.awsrequest.AWSRequest(method='GIT', url='https://' + case['host'] + path)
    request.context['timestamp'] = case['timestamp']
    signer = botocore.auth.SigV4Auth(credentials, 'codecommit', case['region'])
    canonical = 'GIT\n{}\n\nhost:{}\n\nhost\n'.format(path, case['host'])
    string_to_sign = signer.string_to_sign(request, canonical)
    return case['timestamp'] + 'Z' + signer.signature(string_to_sign, request)


def reference_url(case, credentials):
    """Lets git-remote-codecommit make its URL at the case's time."""
    moment = datetime.datetime.strptime(case['timestamp'], '%Y%m%dT%H%M%S')

    class Clock(datetime.datetime):
        @classmethod
        def utcnow(cls):
            return moment

    class Module:
        datetime = Clock

    git_remote_codecommit.datetime = Module
    os.environ['CODE_COMMIT_ENDPOINT'] = case['host']
    return git_remote_codecommit.git_url(case['repository'], 'v1', case['region'], credentials)


for line in sys.stdin:
    case = json.loads(line)
    credentials = botocore.credentials.Credentials(
        case['access_key'], case['secret_key'], case['token'])
    print(json.dumps({
        'password': botocore_password(case, credentials),
        'url': reference_url(case, credentials),
    }))
