# shellcheck shell=bash
# The home directory in which programs are measured: a profile with a role whose session the AWS CLI's cache
# holds (both programs find it: neither has to ask STS), and one whose role has to be assumed.

make_home() {
  install -d -m 700 "$1/.aws" "$1/.aws/cli" "$1/.aws/cli/cache"
  printf '%s\n' '[profile P]' 'region = eu-west-1' 'source_profile = keys' \
    'role_arn = arn:aws:iam::111122223333:role/R' '[profile keys]' 'aws_access_key_id = AKIAEXAMPLE' \
    'aws_secret_access_key = secret' '[profile role]' 'region = eu-west-1' 'source_profile = keys' \
    'role_arn = arn:aws:iam::111122223333:role/S' >"$1/.aws/config"
  local session='{"Credentials": {"AccessKeyId": "ASIAEXAMPLE", "SecretAccessKey": "secret", "SessionToken": "token",
    "Expiration": "%s"}, "AssumedRoleUser": {"Arn": "arn:aws:sts::111122223333:assumed-role/R/me"}}'
  # shellcheck disable=SC2059  # the format is the session
  (umask 077 && printf "$session" "$(date -u -d '+55 minutes' +%Y-%m-%dT%H:%M:%SZ)" \
    >"$1/.aws/cli/cache/9f6de0e54f0bab369e7d3e83f0126cd6be8735a2.json")
}

# instructions PROGRAM HOME: what the helper's own process executes for a password; git's is not counted.
instructions() {
  printf 'protocol=https\nhost=git-codecommit.eu-west-1.amazonaws.com\npath=v1/repos/R\n' |
    env -i "HOME=$2" PATH=/usr/local/bin:/usr/bin:/bin GIT_CONFIG_NOSYSTEM=1 \
      valgrind --tool=callgrind --callgrind-out-file="$2/callgrind.out" "$1" --profile P get >"$2/answer" 2>"$2/valgrind"
  grep -q '^username=ASIAEXAMPLE%token$' "$2/answer" || { cat "$2/valgrind" >&2; return 1; }
  sed -n 's/.*Collected : //p' "$2/valgrind"
}
