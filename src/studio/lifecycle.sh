#!/bin/sh
# git-codecommit for SageMaker Studio: a lifecycle configuration, made by "git codecommit studio
# lifecycle-script". It runs at every start of a space, changes nothing that is as it should be, and
# unless it is strict lets the space start whatever happens.
# shellcheck shell=dash disable=SC2119,SC2120,SC2317
set -u

SOURCE=@SOURCE@
SHA256=@SHA256@
STRICT=@STRICT@

setup() {
  "$bin/git-codecommit" setup --yes --quiet --bin-dir="$bin" @ARGUMENTS@ "$@"
}

# In the background: a clone may take longer than a start should.
clone() {
  @CLONE@
}

say() {
  printf 'git-codecommit: %s\n' "$1" >&2
}

have() {
  command -v "$1" >/dev/null 2>&1
}

sha256() {
  if have sha256sum; then
    sha256sum <"$1" | cut -d ' ' -f 1
  elif have openssl; then
    openssl dgst -sha256 <"$1" | sed 's/.* //'
  elif have python3; then
    python3 -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' "$1"
  else
    echo 'unknown: there is no sha256sum, openssl or python3'
  fi
}

# As the execution role: the user's keys need not be allowed to. Where nobody answers it gives up in ten seconds.
fetch() (
  unset AWS_PROFILE AWS_DEFAULT_PROFILE
  export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null BOTO_CONFIG=/dev/null
  export AWS_EC2_METADATA_DISABLED=true AWS_MAX_ATTEMPTS=2
  case $SOURCE in
    s3://*)
      if have aws; then
        aws s3 cp --only-show-errors --cli-connect-timeout 3 --cli-read-timeout 8 "$SOURCE" "$1" >&2
      else
        python3 -c 'import sys, boto3, botocore.config
bucket, key = sys.argv[1][len("s3://"):].split("/", 1)
limits = botocore.config.Config(connect_timeout=3, read_timeout=8, retries={"total_max_attempts": 2})
try:
    boto3.client("s3", config=limits).download_file(bucket, key, sys.argv[2])
except Exception as error:
    sys.exit("%s: %s" % (type(error).__name__, error))' "$SOURCE" "$1"
      fi
      ;;
    https://*)
      if have curl; then
        curl --proto '=https' --tlsv1.2 --fail --silent --show-error --location --retry 1 \
          --connect-timeout 3 --max-time 60 --output "$1" -- "$SOURCE"
      else
        wget -q -t 1 -T 8 -O "$1" "$SOURCE"
      fi
      ;;
    file://*) cp -- "${SOURCE#file://}" "$1" ;;
  esac
)

# The archive's hash, and then that of each program, stand where install.sh wrote them. To read from what is no
# file, a pipe, might never end.
is_installed() {
  for file in "$share/installed" "$bin/git-remote-codecommit" "$bin/git-credential-codecommit" "$bin/git-codecommit"; do
    [ -f "$file" ] || rm -f -- "$file" 2>/dev/null
  done
  [ "$(sed -n 1p "$share/installed" 2>/dev/null)" = "archive $SHA256" ] || return 1
  for program in git-remote-codecommit git-credential-codecommit git-codecommit; do
    grep -q "^$program $(sha256 "$bin/$program" 2>/dev/null)\$" "$share/installed" || return 1
  done
}

# Nothing of the archive is used before its hash is known.
install_programs() {
  work=$(mktemp -d "$share/.work.XXXXXX") || return 5
  archive=$work/programs.tar.gz
  fetch "$archive" || { say "$SOURCE could not be fetched"; return 4; }
  sum=$(sha256 "$archive")
  [ "$sum" = "$SHA256" ] || { say "$SOURCE is not used: its SHA-256 is $sum, not $SHA256"; return 4; }
  installer=$(tar -tzf "$archive" | grep -E '(^|/)install\.sh$' | head -n 1)
  [ -n "$installer" ] || { say "$SOURCE does not hold install.sh"; return 4; }
  tar -xzOf "$archive" "$installer" >"$work/install.sh" || return 4
  sh "$work/install.sh" --from "$archive" --sha256 "$SHA256" --prefix "$HOME/.local" --no-setup --quiet
}

# A built-in and a default configuration may both run at one start. A lock that is older than the five
# minutes a script has is of one that was stopped. After some seconds it goes on without: the programs lock
# what they change, and this only saves a second download.
lock() {
  for _ in 1 2 3 4 5 6 7; do
    if mkdir "$share/.lifecycle" 2>/dev/null; then
      is_locked=true
      return
    fi
    if [ -n "$(find "$share/.lifecycle" -maxdepth 0 -mmin +5 2>/dev/null)" ]; then
      rmdir "$share/.lifecycle"
    else
      sleep 1
    fi
  done
}

clean() {
  [ -z "$work" ] || rm -rf -- "$work"
  ! $is_locked || rmdir "$share/.lifecycle"
}

main() {
  # Recovery mode has a home directory that nobody keeps.
  [ -z "${SAGEMAKER_RECOVERY_MODE:-}" ] || return 0
  umask 022
  if [ -z "${HOME:-}" ] || [ "$HOME" = / ]; then
    HOME=$(getent passwd "$(id -u)" | cut -d : -f 6)
    export HOME
  fi
  [ -n "$HOME" ] || { say 'there is no home directory'; return 5; }
  bin=$HOME/.local/bin share=$HOME/.local/share/git-codecommit work='' is_locked=false
  mkdir -p -- "$share" && cd -- "$HOME" || return 5
  trap clean EXIT
  trap 'exit 1' HUP INT TERM
  lock
  # What a run that was killed left.
  find "$share" -maxdepth 1 -name '.work.*' -mmin +60 -exec rm -rf -- {} +
  is_installed || install_programs || return
  setup || return
  clone
  say 'ready'
}

# Ends a process and all that it started; at first they may tidy up.
stop() {
  all=" $1 "
  for signal in TERM KILL; do
    pairs=$(cat /proc/[0-9]*/stat 2>/dev/null | sed -n 's/^\([0-9]*\) (.*) . \([0-9]*\) .*/\1:\2/p')
    grows=true
    while $grows; do
      grows=false
      for pair in $pairs; do
        case $all in
          *" ${pair%:*} "*) ;;
          *" ${pair#*:} "*) all="$all${pair%:*} " grows=true ;;
        esac
      done
    done
    # shellcheck disable=SC2086
    kill -s "$signal" $all 2>/dev/null
    sleep 2
  done
}

PATH=${PATH:-/usr/bin}:/usr/local/bin:/usr/bin:/bin:/opt/conda/bin
export PATH

# Studio gives it five minutes, and then the space does not start: a file server or a pipe that hangs is not
# waited for. The timer has nothing of Studio's open.
sleep 180 >/dev/null 2>&1 &
timer=$!
{ (main); code=$?; kill "$timer" 2>/dev/null; exit "$code"; } &
main=$!
trap 'kill "$timer"; stop "$main"; exit 1' HUP INT TERM
if wait "$timer" 2>/dev/null; then
  say 'it is not done after three minutes, and is stopped'
  stop "$main"
fi
wait "$main" 2>/dev/null
code=$?
[ "$code" -ne 0 ] || exit 0
say "the set-up failed (exit code $code)"
[ "$STRICT" != true ] || exit "$code"
say 'the space starts without it'
exit 0
