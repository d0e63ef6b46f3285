#!/bin/sh
# Puts git-codecommit's three programs in place, then runs "git codecommit setup" with the rest of its
# arguments; install.sh --help lists its own.
#
# No sudo, and no network but SOURCE's (and cargo's for a build). The new programs are copied beside the
# old ones and tried before the first is replaced, each in one step: a git command that runs meanwhile
# sees the old one or the new one. The last version is kept in DIR/share/git-codecommit/previous.
# Exit codes: 1 it could not be done; 2 usage; 4 the download failed or is not what it should be; else
# that of setup.
# shellcheck shell=dash
set -eu

VERSION=0.1.0
PROGRAMS='git-remote-codecommit git-credential-codecommit git-codecommit'
# What is made below DIR beside our own folder, the outer folders first.
FOLDERS='. bin share share/bash-completion share/bash-completion/completions share/fish share/fish/vendor_completions.d
share/man share/man/man1 share/zsh share/zsh/site-functions'

fail() {
  printf 'install.sh: %s\n' "$1" >&2
  if [ -n "${2-}" ]; then printf 'hint: %s\n' "$2" >&2; fi
  exit "${3:-1}"
}

say() {
  $quiet || printf '%s\n' "$1"
}

usage() {
  cat <<'TEXT'
usage: install.sh [--from SOURCE [--sha256 HASH]] [--prefix DIR] [OPTIONS] [SETUP ARGUMENTS]
  --from SOURCE  DIR, FILE.tar.gz, file://…, https://… or s3://… that holds the three programs; without it,
                 those beside this script are taken, or in a checkout they are built
  --sha256 HASH  SHA-256 of the archive; what is downloaded must have one
  --prefix DIR   they go to DIR/bin (default: ~/.local)
  --no-setup     change no configuration; so it is without setup arguments
  --uninstall    run "git codecommit unsetup", then take the programs away
  --dry-run      say what would be done, and do nothing
  --quiet        say nothing but errors
  --version      print this installer's version

For example: install.sh --from s3://bucket/git-codecommit.tar.gz --sha256 9f86d0… --yes \
  --role-arn arn:aws:iam::111111111111:role/Contributor --region eu-west-1
TEXT
}

have() {
  command -v "$1" >/dev/null 2>&1
}

# The whole path of a folder.
absolute() {
  CDPATH='' cd -- "$1" && pwd
}

# The checkout that this script stands in: not whatever project the shell happens to be in.
checkout() {
  here=$(absolute "$(dirname -- "$0")") || return 1
  grep -q '^name = "git-codecommit"$' "$here/Cargo.toml" 2>/dev/null && printf '%s\n' "$here"
}

# The folder of this script, where the archive was unpacked.
beside() {
  here=$(absolute "$(dirname -- "$0")") && [ -f "$here/git-remote-codecommit" ] && printf '%s\n' "$here"
}

build() {
  root=$(checkout) || fail 'there is nothing to install from' 'name a folder or an archive: --from SOURCE' 2
  have cargo || fail 'building needs cargo' 'see https://rustup.rs, or name built programs: --from SOURCE'
  $quiet || echo "building in $root (this takes a few minutes)" >&2
  (cd "$root" && cargo build --release --quiet --locked --bins --target-dir "$root/target") ||
    fail 'the build failed'
  printf '%s\n' "$root/target/release"
}

# The SHA-256 of a file. Without a program that makes one nothing is installed.
sha256() {
  if have sha256sum; then
    sha256sum <"$1" | cut -d ' ' -f 1
  elif have shasum; then
    shasum -a 256 <"$1" | cut -d ' ' -f 1
  elif have openssl; then
    openssl dgst -sha256 <"$1" | sed 's/.* //'
  elif have python3; then
    python3 -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' "$1"
  else
    fail 'there is no program that makes SHA-256 sums' 'install one: sha256sum, shasum, openssl or python3' 4
  fi
}

check_hash() {
  [ -n "$hash" ] || return 0
  found=$(sha256 "$1") || exit $?
  [ "$found" = "$hash" ] ||
    fail "$from has the SHA-256 $found, not $hash" 'nothing was installed: check the archive and --sha256' 4
}

# Gets an archive. A part of one has another hash.
download() {
  case $1 in
    s3://*)
      if have aws; then
        aws s3 cp --only-show-errors --cli-connect-timeout 20 --cli-read-timeout 60 "$1" "$2" >&2
      elif have python3; then
        python3 -c 'import sys, boto3
bucket, key = sys.argv[1][len("s3://"):].split("/", 1)
boto3.client("s3").download_file(bucket, key, sys.argv[2])' "$1" "$2"
      else
        fail 's3:// needs the AWS CLI, or python3 with boto3' 'use a presigned https:// URL instead' 4
      fi
      ;;
    *)
      if have curl; then
        curl --proto '=https' --tlsv1.2 --fail --silent --show-error --location --retry 3 \
          --connect-timeout 20 --max-time 240 --output "$2" -- "$1"
      elif have wget; then
        wget -q -T 60 -t 3 -O "$2" "$1"
      elif have python3; then
        python3 -c 'import shutil, sys, urllib.request
with urllib.request.urlopen(sys.argv[1], timeout=60) as answer, open(sys.argv[2], "wb") as file:
    shutil.copyfileobj(answer, file)' "$1" "$2"
      else
        fail 'a download needs curl, wget or python3' '' 4
      fi
      ;;
  esac || fail "$1 could not be downloaded" 'check the address, the network and the permissions' 4
}

# Copies the programs from a folder to hidden names.
from_folder() {
  for program in $PROGRAMS; do
    [ -f "$1/$program" ] || fail "$1 does not hold $program" 'name the folder of the three programs: --from DIR' 2
  done
  for program in $PROGRAMS; do
    cp -- "$1/$program" "$staged.$program" || no_room
  done
}

# Takes the programs, and nothing else, out of an archive: its other paths lead nowhere.
from_archive() {
  members=$(tar -tzf "$1") || fail "$from is not a .tar.gz archive" '' 4
  for program in $PROGRAMS; do
    member=$(printf '%s\n' "$members" | grep -E "(^|/)$program\$" | head -n 1)
    [ -n "$member" ] || fail "$from does not hold $program" 'an archive holds the three programs' 4
    tar -xzOf "$1" "$member" >"$staged.$program" || no_room
  done
}

no_room() {
  fail "cannot write to $bin" 'check the folder and the free space, or choose another: --prefix DIR'
}

# To read from what is no file, a pipe, might never end.
check_places() {
  for file in "$share/installed" "$bin/git-remote-codecommit" "$bin/git-credential-codecommit" "$bin/git-codecommit"; do
    if [ -e "$file" ] && [ ! -f "$file" ] && [ ! -d "$file" ]; then
      fail "$file is not a file" 'move it away, or choose another folder: --prefix DIR'
    fi
  done
}

# Whether the programs that are in place came from an archive of this hash, and nobody changed them.
is_installed() {
  [ -n "$hash" ] && [ "$(sed -n 1p "$share/installed" 2>/dev/null)" = "archive $hash" ] || return 1
  for program in $PROGRAMS; do
    grep -q "^$program $(sha256 "$bin/$program" 2>/dev/null)\$" "$share/installed" || return 1
  done
}

# The folders that this installation makes, and those that an earlier one made: they go with --uninstall.
find_made() {
  made=$(sed -n 's/^folder //p' "$share/installed" 2>/dev/null) || made=''
  for folder in $FOLDERS; do
    [ -d "$prefix/$folder" ] || made="$made $folder"
  done
}

# Gets the programs to hidden names beside their places, and tries them.
stage() {
  find_made
  mkdir -p -- "$bin" || fail "cannot make $bin" 'choose another folder: --prefix DIR'
  for program in $PROGRAMS; do
    [ ! -d "$bin/$program" ] || fail "$bin/$program is a folder" 'move it away, or choose another folder: --prefix DIR'
  done
  staged=$bin/.git-codecommit.$$
  trap 'rm -f -- "$staged".*' EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  case $from in
    https://* | s3://*)
      download "$from" "$staged.archive"
      check_hash "$staged.archive"
      from_archive "$staged.archive"
      rm -f -- "$staged.archive"
      ;;
    *)
      if [ -d "$path" ]; then
        from_folder "$path"
      else
        check_hash "$path"
        from_archive "$path"
      fi
      ;;
  esac
  for program in $PROGRAMS; do chmod 755 "$staged.$program" || no_room; done
  version=$("$staged.git-codecommit" version) ||
    fail "the git-codecommit of $from does not run on this machine" \
      'check that it was built for this processor and system, and that programs may run there (noexec)'
}

# Moves the programs to their places. Those of an earlier installation are kept once; another's of the same
# name (pip puts git-remote-codecommit here) is set aside, and comes back with --uninstall.
place() {
  changed=false
  for program in $PROGRAMS; do
    cmp -s "$staged.$program" "$bin/$program" || changed=true
  done
  if ! $changed; then
    say "unchanged: $version in $bin"
    return
  fi
  old=$("$bin/git-codecommit" version 2>/dev/null) || old='the last version'
  is_kept=false
  for program in $PROGRAMS; do
    [ -e "$bin/$program" ] || [ -L "$bin/$program" ] || continue
    if is_own "$program"; then keep "$program"; else set_aside "$program"; fi
  done
  if $is_kept; then say "kept $old in $share/previous"; fi
  for program in $PROGRAMS; do
    mv -f -- "$staged.$program" "$bin/$program" ||
      fail "cannot write $bin/$program" 'check the folder, or choose another: --prefix DIR'
  done
  say "installed $version in $bin"
}

# Whether there is an earlier installation.
is_ours() { [ -f "$bin/git-codecommit" ] || [ -f "$share/installed" ]; }

# Whether a program is the one that was installed. Where no hash is known, it is if there was an installation.
is_own() {
  recorded=$(sed -n "s/^$1 //p" "$share/installed" 2>/dev/null) || recorded=''
  if [ -n "$recorded" ]; then
    [ "$(sha256 "$bin/$1" 2>/dev/null)" = "$recorded" ]
  else
    is_ours
  fi
}

keep() {
  [ -f "$bin/$1" ] || return 0
  { mkdir -p -- "$share/previous" && cp -p -- "$bin/$1" "$share/previous/.new" &&
    mv -f -- "$share/previous/.new" "$share/previous/$1"; } || no_room
  is_kept=true
}

set_aside() {
  { mkdir -p -- "$share/foreign" && mv -f -- "$bin/$1" "$share/foreign/$1"; } || no_room
  say "set $bin/$1, which is not of git-codecommit, aside in $share/foreign"
}

# Completions, manual pages, and what is_installed and uninstall need to know. Nothing depends on them:
# where they cannot be written, the programs still work.
extras() {
  completions bash share/bash-completion/completions/git-codecommit &&
    completions zsh share/zsh/site-functions/_git-codecommit &&
    completions fish share/fish/vendor_completions.d/git-codecommit.fish &&
    "$bin/git-codecommit" man --directory "$prefix/share/man/man1" >/dev/null &&
    remember ||
    echo "install.sh: warning: completions and manual pages could not be written below $prefix/share" >&2
}

remember() {
  mkdir -p -- "$share" && echo "archive ${hash:-none}" >"$share/.installed" || return 1
  for folder in $made; do
    echo "folder $folder" >>"$share/.installed" || return 1
  done
  for program in $PROGRAMS; do
    # Where nothing makes hashes, what is ours is known by its name alone.
    sum=$(sha256 "$bin/$program" 2>/dev/null) || continue
    echo "$program $sum" >>"$share/.installed" || return 1
  done
  # For --uninstall, when the archive is long gone. A script that came through a pipe is no file.
  if grep -q '^PROGRAMS=.git-remote-codecommit' "$0" 2>/dev/null; then
    cp -- "$0" "$share/.install.sh" && mv -f -- "$share/.install.sh" "$share/install.sh" || return 1
  fi
  mv -f -- "$share/.installed" "$share/installed"
}

completions() {
  mkdir -p -- "$prefix/${2%/*}" && "$bin/git-codecommit" completions "$1" >"$prefix/$2.new" &&
    mv -f -- "$prefix/$2.new" "$prefix/$2"
}

# Runs setup where it can ask: a script that came through a pipe has no other standard input.
setup() {
  $quiet && set -- --quiet "$@"
  if [ ! -t 0 ] && [ -t 2 ] && (: </dev/tty) 2>/dev/null; then
    "$bin/git-codecommit" setup --bin-dir "$bin" "$@" </dev/tty
  else
    "$bin/git-codecommit" setup --bin-dir "$bin" "$@"
  fi
}

# Wrong arguments are found before anything is replaced.
check_setup() {
  code=0
  said=$("$staged.git-codecommit" setup --bin-dir "$bin" "$@" --dry-run 2>&1 >/dev/null) || code=$?
  if [ "$code" -eq 2 ]; then
    printf '%s\n' "$said" >&2
    exit 2
  fi
}

# Git must find ours, not a git-remote-codecommit of conda or pip that comes first on PATH.
check_path() {
  found=$(command -v git-remote-codecommit || true)
  if [ -z "$found" ]; then
    echo "hint: add $bin to PATH: git finds its helpers there" >&2
  elif [ "$(absolute "$(dirname -- "$found")")" != "$bin" ]; then
    echo "hint: $found comes first on PATH and hides the new one: put $bin in front, or let git codecommit setup do it" >&2
  fi
}

uninstall() {
  if $setup && [ -x "$bin/git-codecommit" ]; then
    if $quiet; then set -- --quiet "$@"; fi
    # The programs stay where git would still be sent to them.
    "$bin/git-codecommit" unsetup --yes "$@" ||
      fail 'the settings could not be taken back, so the programs stay' '--no-setup takes the programs away alone' $?
  fi
  if ! is_ours; then
    say "git-codecommit is not installed in $bin"
    return
  fi
  for program in $PROGRAMS; do
    if [ -e "$bin/$program" ] && ! is_own "$program"; then
      say "left $bin/$program, which is not what was installed"
      if [ -e "$share/foreign/$program" ]; then say "left $share/foreign/$program, which was there before"; fi
      rm -f -- "$share/previous/$program"
      continue
    fi
    rm -f -- "$bin/$program" "$share/previous/$program"
    if [ -e "$share/foreign/$program" ] || [ -L "$share/foreign/$program" ]; then
      mv -f -- "$share/foreign/$program" "$bin/$program"
      say "$bin/$program is what it was before"
    fi
  done
  made=$(sed -n 's/^folder //p' "$share/installed" 2>/dev/null | sort -r) || made=''
  rm -f -- "$share/installed" "$share/install.sh" "$prefix/share/bash-completion/completions/git-codecommit" \
    "$prefix/share/zsh/site-functions/_git-codecommit" "$prefix/share/fish/vendor_completions.d/git-codecommit.fish" \
    "$prefix"/share/man/man1/git-codecommit.1 "$prefix"/share/man/man1/git-codecommit-*.1
  for folder in share/git-codecommit/foreign share/git-codecommit/previous share/git-codecommit $made; do
    # Only what is empty goes.
    rmdir -- "$prefix/${folder#.}" 2>/dev/null || true
  done
  say "removed the programs from $bin"
}

dry_run() {
  if $uninstall; then
    if $setup && [ -x "$bin/git-codecommit" ]; then "$bin/git-codecommit" unsetup --dry-run "$@"; fi
    say "would remove the programs from $bin"
    return
  fi
  say "would install the programs of ${from:-$(beside || echo this checkout)} in $bin"
  if $setup && [ $# -gt 0 ]; then
    if [ -d "${path:-/nowhere}" ] && [ -x "$path/git-codecommit" ]; then
      "$path/git-codecommit" setup --bin-dir "$bin" "$@" --dry-run
    elif [ -x "$bin/git-codecommit" ]; then
      "$bin/git-codecommit" setup --bin-dir "$bin" "$@" --dry-run
    else
      say "would run git codecommit setup $*"
    fi
  fi
}

# What is not known here is setup's, which cannot do without the role.
check_arguments() {
  [ $# -gt 0 ] || return 0
  unknown=$1
  $uninstall && return
  if $setup; then
    for argument; do
      case $argument in --role-arn | --role-arn=*) return ;; esac
    done
  fi
  fail "unknown option $unknown" 'install.sh --help lists the options; those of git codecommit setup begin with --role-arn' 2
}

# The source's kind, and what it must come with.
check_source() {
  path=$from
  case $from in
    https://* | s3://*)
      [ -n "$hash" ] || fail "$from is downloaded, and needs --sha256" 'sha256sum of the archive, on the machine where it was made, prints it' 2
      ;;
    file://*) path=${from#file://} ;;
    *://*) fail "$from cannot be downloaded" 'an archive comes by https://, s3:// or file://' 2 ;;
  esac
  case $from in
    '' | https://* | s3://*) ;;
    *)
      [ -e "$path" ] || fail "$path does not exist" 'name the folder or the archive of the three programs: --from SOURCE' 2
      [ -z "$hash" ] || [ ! -d "$path" ] || fail '--sha256 goes with an archive, not with a folder' '' 2
      # tar takes a name with a colon for one on another machine.
      case $path in /*) ;; *) path=./$path ;; esac
      ;;
  esac
  case $hash in
    '') ;;
    *[!0-9a-f]*) fail '--sha256 is not a SHA-256' 'it has 64 digits and letters a to f' 2 ;;
    *) [ ${#hash} -eq 64 ] || fail '--sha256 is not a SHA-256' 'it has 64 digits and letters a to f' 2 ;;
  esac
}

main() {
  from='' hash='' prefix='' setup=true uninstall=false dry=false quiet=false
  count=$#
  # What is not the installer's own is put behind the others, in order: setup's arguments.
  while [ "$count" -gt 0 ]; do
    option=$1 value='' given=1
    shift
    case $option in
      --from=* | --sha256=* | --prefix=*) value=${option#*=} option=${option%%=*} ;;
      --from | --sha256 | --prefix)
        if [ "$count" -ge 2 ]; then value=$1 given=2; shift; fi
        ;;
    esac
    count=$((count - given))
    case $option in
      --from | --sha256 | --prefix)
        [ -n "$value" ] || fail "$option needs a value" '' 2
        case $option in
          --from) from=$value ;;
          --sha256) hash=$(printf '%s' "$value" | tr 'A-F' 'a-f') ;;
          --prefix) prefix=$value ;;
        esac
        ;;
      --no-setup) setup=false ;;
      --uninstall) uninstall=true ;;
      --dry-run) dry=true ;;
      --quiet | -q) quiet=true ;;
      --version | -V) echo "install.sh $VERSION"; exit 0 ;;
      -h | --help) usage; exit 0 ;;
      *) set -- "$@" "$option" ;;
    esac
  done
  if [ -z "$prefix" ]; then
    home=${HOME:-}
    # Lifecycle scripts and daemons may have none.
    if [ -z "$home" ] || [ "$home" = / ]; then
      home=$(getent passwd "$(id -u)" 2>/dev/null | cut -d : -f 6) || home=''
    fi
    [ -n "$home" ] || fail 'HOME is not set' 'name a folder: --prefix DIR' 2
    prefix=$home/.local
  fi
  case $prefix in /*) ;; *) prefix=$PWD/${prefix%/} ;; esac
  bin=$prefix/bin share=$prefix/share/git-codecommit
  check_arguments "$@"
  check_source
  check_places
  if $dry; then
    dry_run "$@"
    exit 0
  fi
  if $uninstall; then
    uninstall "$@"
    exit 0
  fi
  if is_installed; then
    version=$("$bin/git-codecommit" version)
    say "unchanged: $version in $bin"
  else
    if [ -z "$from" ]; then path=$(beside || build) || exit $?; fi
    stage
    if $setup && [ $# -gt 0 ]; then check_setup "$@"; fi
    place
    extras
  fi
  bin=$(absolute "$bin")
  if $setup && [ $# -gt 0 ]; then
    setup "$@"
  elif ! $quiet; then
    check_path
  fi
}

main "$@"
