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

# instructions PROGRAM HOME: what the helper executes for a password, with every process that it starts. One run before that:
# what is kept of the machine's git is there. It runs in a repository of its own, since a checkout's configuration
# (its remotes and branches) is read too, and is another one in every checkout.
instructions() {
  install -d "$2/checkout/.git/objects" "$2/checkout/.git/refs"
  echo 'ref: refs/heads/main' >"$2/checkout/.git/HEAD"
  printf '%s\n' '[core]' '	repositoryformatversion = 0' '	filemode = true' '	bare = false' '	logallrefupdates = true' \
    '[remote "origin"]' '	url = https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/R' \
    '	fetch = +refs/heads/*:refs/remotes/origin/*' '[branch "main"]' '	remote = origin' \
    '	merge = refs/heads/main' >"$2/checkout/.git/config"
  (cd "$2/checkout" && counted "$@")
}

counted() {
  local request='protocol=https\nhost=git-codecommit.eu-west-1.amazonaws.com\npath=v1/repos/R\n'
  local surroundings=("HOME=$2" PATH=/usr/local/bin:/usr/bin:/bin GIT_CONFIG_NOSYSTEM=1)
  rm -f "$2"/callgrind.out.*
  # shellcheck disable=SC2059  # the format is the request
  printf "$request" | env -i "${surroundings[@]}" "$1" --profile P get >"$2/answer" || return 1
  # shellcheck disable=SC2059
  printf "$request" | env -i "${surroundings[@]}" valgrind --tool=callgrind --trace-children=yes \
    --callgrind-out-file="$2/callgrind.out.%p" "$1" --profile P get >"$2/answer" 2>"$2/valgrind"
  grep -q '^username=ASIAEXAMPLE%token$' "$2/answer" || { cat "$2/valgrind" >&2; return 1; }
  awk '/Collected : / { all += $NF } END { print all }' "$2/valgrind"
}
