#!/bin/sh
# Installs git-codecommit's three programs, then runs "git codecommit setup" with the remaining arguments.
# install.sh --help lists its own options.
#
# It needs no sudo, and no network except for SOURCE (and for cargo's crates in a build). It copies the new
# programs beside the old ones, tries them, and then replaces each old one in one step: a git command that runs
# meanwhile finds the old or the new program. It backs up the previous version in DIR/share/git-codecommit/previous.
# Exit codes: 1 failed; 2 usage; 4 the download failed or has another hash; otherwise the exit code of setup.
# shellcheck shell=dash
set -eu

VERSION=1.0.0-rc.1
PROGRAMS='git-remote-codecommit git-credential-codecommit git-codecommit'
# The folders below DIR that an installation may create, besides our own; outer folders first.
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
  --from SOURCE  install from DIR (programs, or a release's archives), FILE.tar.gz, file://…, https://… or s3://…
                 (default: the programs beside this script, or in a checkout a new build)
  --sha256 HASH  check the SHA-256 of the archive (required for a download)
  --prefix DIR   install in DIR/bin (default: ~/.local)
  --no-setup     do not run "git codecommit setup" (the default without --yes, --profile and --role-arn)
  --uninstall    run "git codecommit unsetup", then remove the programs
  --dry-run      show what would be done, and change nothing
  --quiet        print errors only
  --version      print this installer's version

For example: install.sh --from s3://bucket/git-codecommit.tar.gz --sha256 9f86d0… --yes \
  --role-arn arn:aws:iam::111111111111:role/Contributor --region eu-west-1
TEXT
}

have() {
  command -v "$1" >/dev/null 2>&1
}

# Prints the absolute path of a folder.
absolute() {
  CDPATH='' cd -- "$1" && pwd
}

# Prints the checkout that contains this script; the shell's own folder may be another project.
checkout() {
  here=$(absolute "$(dirname -- "$0")") || return 1
  grep -q '^name = "git-codecommit"$' "$here/Cargo.toml" 2>/dev/null && printf '%s\n' "$here"
}

# Prints the folder of this script if an archive was unpacked there.
beside() {
  here=$(absolute "$(dirname -- "$0")") && [ -f "$here/git-remote-codecommit" ] && printf '%s\n' "$here"
}

# Prints what this machine is, as archives are named.
machine() {
  processor=$(uname -m)
  case $processor in arm64) processor=aarch64 ;; amd64) processor=x86_64 ;; esac
  case $(uname -s) in
    Linux) printf '%s-linux\n' "$processor" ;;
    Darwin) printf '%s-macos\n' "$processor" ;;
    *) printf '%s-%s\n' "$processor" "$(uname -s)" ;;
  esac
}

# Prints for which machine a program is, by its first bytes; nothing if it may be for any.
made_for() {
  case $({ od -An -v -tx1 -N 20 <"$1" | tr -d ' \n'; } 2>/dev/null) in
    7f454c46????????????????????????????3e00) echo x86_64-linux ;;
    7f454c46????????????????????????????b700) echo aarch64-linux ;;
    cffaedfe07000001*) echo x86_64-macos ;;
    cffaedfe0c000001*) echo aarch64-macos ;;
  esac
}

# Some shells, such as busybox's, read a program of another kind of machine as a script, and run whatever its bytes mean
# there. macOS itself translates x86_64 for its other processor.
check_machine() {
  wanted=$(made_for "$1")
  { [ -n "$wanted" ] && here=$(machine 2>/dev/null); } || return 0
  case $here,$wanted in
    aarch64-macos,x86_64-macos) return ;;
    *-linux,* | *-macos,*) [ "$wanted" != "$here" ] || return 0 ;;
    *) return ;;
  esac
  fail "the programs${from:+ from $from} are for $wanted, and this machine is $here" "$(whence)"
}

# Prints where programs for this machine come from.
whence() {
  case $here in
    x86_64-linux | aarch64-linux | x86_64-macos | aarch64-macos) echo "get the archive whose name ends in $here.tar.gz" ;;
    *) echo "no release has programs for $here: run ./install.sh in a checkout, which builds them" ;;
  esac
}

build() {
  root=$(checkout) || fail 'no programs to install' 'name a folder or an archive: --from SOURCE' 2
  have cargo || fail 'cargo is not installed' 'install it (https://rustup.rs), or name a folder or an archive: --from SOURCE'
  $quiet || echo "building in $root (this takes a few minutes)" >&2
  (cd "$root" && cargo build --release --quiet --locked --bins --target-dir "$root/target") ||
    fail 'the build failed'
  printf '%s\n' "$root/target/release"
}

# Prints the SHA-256 of a file. Without a program that computes it, nothing is installed.
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
    fail 'cannot compute a SHA-256' 'install sha256sum, shasum, openssl or python3' 4
  fi
}

check_hash() {
  [ -n "$hash" ] || return 0
  found=$(sha256 "$1") || exit $?
  [ "$found" = "$hash" ] ||
    fail "$from has the SHA-256 $found, not $hash" 'nothing was installed: check the archive and --sha256' 4
}

# Downloads an archive. An incomplete one has another hash.
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
        fail 's3:// needs the AWS CLI, or python3 with boto3' 'install one of them, or use a presigned https:// URL' 4
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
        fail 'https:// needs curl, wget or python3' 'install one of them, or download the archive yourself: --from FILE' 4
      fi
      ;;
  esac || fail "$1 could not be downloaded" 'check the address, the network and the permissions' 4
}

# Copies the programs from a folder.
from_folder() {
  for program in $PROGRAMS; do
    [ -f "$1/$program" ] || fail "$1 does not contain $program" 'name the folder with the three programs: --from DIR' 2
  done
  for program in $PROGRAMS; do
    cp -- "$1/$program" "$staged/$program" || no_copy "$1/$program"
  done
}

# Extracts only the three programs from an archive; its other paths are never written.
from_archive() {
  members=$(tar -tzf "$1") || fail "$from is not a .tar.gz archive" '' 4
  for program in $PROGRAMS; do
    member=$(printf '%s\n' "$members" | grep -E "(^|/)$program\$" | head -n 1)
    [ -n "$member" ] || fail "$from does not contain $program" 'the archive must contain the three programs' 4
    tar -xzOf "$1" -- "$member" >"$staged/$program" || no_room
    [ -s "$staged/$program" ] || fail "$program in $from is empty" 'get the archive again' 4
  done
}

no_copy() {
  fail "cannot copy $1 to $bin" 'check that it is readable, and the free space'
}

no_room() {
  fail "cannot write to $bin" 'check the folder and the free space, or choose another: --prefix DIR'
}

# Fails if a pipe or a device has the name of one of our files: reading it might never end.
check_places() {
  for file in "$share/installed" "$bin/git-remote-codecommit" "$bin/git-credential-codecommit" "$bin/git-codecommit"; do
    if [ -e "$file" ] && [ ! -f "$file" ] && [ ! -d "$file" ]; then
      fail "$file is not a file" 'remove it, or choose another folder: --prefix DIR'
    fi
  done
}

# Succeeds if the installed programs came from an archive with this hash and are unchanged.
is_installed() {
  [ -n "$hash" ] && [ "$(sed -n 1p "$share/installed" 2>/dev/null)" = "archive $hash" ] || return 1
  for program in $PROGRAMS; do
    grep -q "^$program $(sha256 "$bin/$program" 2>/dev/null)\$" "$share/installed" || return 1
  done
}

# Finds the folders that this or an earlier installation creates: --uninstall removes them.
find_made() {
  made=$(sed -n 's/^folder //p' "$share/installed" 2>/dev/null) || made=''
  for folder in $FOLDERS; do
    [ -d "$prefix/$folder" ] || made="$made $folder"
  done
}

# Copies the programs to a hidden folder beside their final names, and tries them. Nobody else can write there, so
# what is checked is what is installed: the archive under its own name may be replaced at any moment.
stage() {
  find_made
  mkdir -p -- "$bin" || fail "cannot create $bin" 'choose another folder: --prefix DIR'
  for program in $PROGRAMS; do
    [ ! -d "$bin/$program" ] || fail "$bin/$program is a folder" 'rename it, or choose another folder: --prefix DIR'
  done
  staged=$bin/.git-codecommit.$$
  # Killed runs may have left theirs. mkdir fails if anything has this name.
  find "$bin" -maxdepth 1 -name '.git-codecommit.*' -mmin +60 -exec rm -rf -- {} + 2>/dev/null || true
  { rm -rf -- "$staged" && mkdir -m 700 -- "$staged"; } || no_room
  trap 'rm -rf -- "$staged"' EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  case $from in
    https://* | s3://*) download "$from" "$staged/archive" ;;
    *) if [ -d "$path" ]; then from_folder "$path"; else cp -- "$path" "$staged/archive" || no_copy "$path"; fi ;;
  esac
  if [ -f "$staged/archive" ]; then
    check_hash "$staged/archive"
    from_archive "$staged/archive"
    rm -f -- "$staged/archive"
  fi
  sums=''
  for program in $PROGRAMS; do
    chmod 755 "$staged/$program" || no_room
    # Without a program that computes it, is_own knows an installed one by its name.
    if sum=$(sha256 "$staged/$program" 2>/dev/null); then sums="$sums$program $sum
"; fi
  done
  for program in $PROGRAMS; do check_machine "$staged/$program"; done
  version=$("$staged/git-codecommit" version) ||
    fail "the program git-codecommit${from:+ from $from} does not run on this machine" \
      "check that it was built for this processor and system, and that $bin is not mounted noexec"
}

# Moves the programs to their final names. It backs up the version before, and saves a program of the same name that is
# not ours (pip installs git-remote-codecommit here): --uninstall restores it.
place() {
  changed=false
  for program in $PROGRAMS; do
    cmp -s "$staged/$program" "$bin/$program" || changed=true
  done
  if ! $changed; then
    say "unchanged: $version in $bin"
    return
  fi
  old=$("$bin/git-codecommit" version 2>/dev/null) || old='the previous version'
  is_backed_up=false
  for program in $PROGRAMS; do
    [ -e "$bin/$program" ] || [ -L "$bin/$program" ] || continue
    if is_own "$program"; then back_up "$program"; else save_foreign "$program"; fi
  done
  if $is_backed_up; then say "backed up $old in $share/previous"; fi
  for program in $PROGRAMS; do
    mv -f -- "$staged/$program" "$bin/$program" ||
      fail "cannot write $bin/$program" 'check the folder, or choose another: --prefix DIR'
  done
  say "installed $version in $bin"
}

# Succeeds if there is an earlier installation.
is_ours() { [ -f "$bin/git-codecommit" ] || [ -f "$share/installed" ]; }

# Succeeds if a program is the one that was installed. If its hash is not recorded, any program of an installation is.
is_own() {
  recorded=$(sed -n "s/^$1 //p" "$share/installed" 2>/dev/null) || recorded=''
  if [ -n "$recorded" ]; then
    [ "$(sha256 "$bin/$1" 2>/dev/null)" = "$recorded" ]
  else
    is_ours
  fi
}

back_up() {
  [ -f "$bin/$1" ] || return 0
  { mkdir -p -- "$share/previous" && cp -p -- "$bin/$1" "$share/previous/.new" &&
    mv -f -- "$share/previous/.new" "$share/previous/$1"; } || no_room
  is_backed_up=true
}

save_foreign() {
  { mkdir -p -- "$share/foreign" && mv -f -- "$bin/$1" "$share/foreign/$1"; } || no_room
  say "moved $bin/$1, which is not part of git-codecommit, to $share/foreign"
}

# Writes completions, manual pages, and the record for is_installed and uninstall. The programs work without
# them, so a failure is a warning.
extras() {
  completions bash share/bash-completion/completions/git-codecommit &&
    completions zsh share/zsh/site-functions/_git-codecommit &&
    completions fish share/fish/vendor_completions.d/git-codecommit.fish &&
    "$bin/git-codecommit" man --directory "$prefix/share/man/man1" >/dev/null &&
    remember ||
    echo "install.sh: warning: cannot write completions and manual pages in $prefix/share" >&2
}

remember() {
  mkdir -p -- "$share" && echo "archive ${hash:-none}" >"$share/.installed" || return 1
  for folder in $made; do
    echo "folder $folder" >>"$share/.installed" || return 1
  done
  # Of the programs that were tried, not of what is in their place by now.
  printf '%s' "$sums" >>"$share/.installed" || return 1
  # For --uninstall, when the archive no longer exists. A script from a pipe has no file to copy.
  if grep -q '^PROGRAMS=.git-remote-codecommit' "$0" 2>/dev/null; then
    cp -- "$0" "$share/.install.sh" && mv -f -- "$share/.install.sh" "$share/install.sh" || return 1
  fi
  mv -f -- "$share/.installed" "$share/installed"
}

completions() {
  mkdir -p -- "$prefix/${2%/*}" && "$bin/git-codecommit" completions "$1" >"$prefix/$2.new" &&
    mv -f -- "$prefix/$2.new" "$prefix/$2"
}

# Runs setup with the terminal as its standard input: if this script comes from a pipe, its own is the script.
setup() {
  $quiet && set -- --quiet "$@"
  if [ ! -t 0 ] && [ -t 2 ] && (: </dev/tty) 2>/dev/null; then
    "$bin/git-codecommit" setup --bin-dir "$bin" "$@" </dev/tty
  else
    "$bin/git-codecommit" setup --bin-dir "$bin" "$@"
  fi
}

# Finds wrong arguments of setup before anything is replaced.
check_setup() {
  code=0
  said=$("$staged/git-codecommit" setup --bin-dir "$bin" "$@" --dry-run 2>&1 >/dev/null) || code=$?
  if [ "$code" -eq 2 ]; then
    printf '%s\n' "$said" >&2
    exit 2
  fi
}

# Warns if git would not find ours: conda or pip may have a git-remote-codecommit earlier on PATH.
check_path() {
  found=$(command -v git-remote-codecommit || true)
  if [ -z "$found" ]; then
    echo "hint: run $bin/git-codecommit setup, so that git finds its helpers" >&2
  elif [ "$(absolute "$(dirname -- "$found")")" != "$bin" ]; then
    echo "hint: $found comes before the new program on PATH: run $bin/git-codecommit setup, and git uses the new one" >&2
  fi
}

uninstall() {
  if $setup && [ -x "$bin/git-codecommit" ]; then
    if $quiet; then set -- --quiet "$@"; fi
    # Git's settings still name the programs until unsetup has removed them.
    "$bin/git-codecommit" unsetup --yes "$@" ||
      fail 'unsetup failed, so the programs were not removed' 'to remove only the programs: --uninstall --no-setup' $?
  fi
  if ! is_ours; then
    say "git-codecommit is not installed in $bin"
    return
  fi
  for program in $PROGRAMS; do
    if [ -e "$bin/$program" ] && ! is_own "$program"; then
      say "did not remove $bin/$program: it is not the installed program"
      if [ -e "$share/foreign/$program" ]; then say "did not remove $share/foreign/$program: it was in $bin before the installation"; fi
      rm -f -- "$share/previous/$program"
      continue
    fi
    rm -f -- "$bin/$program" "$share/previous/$program"
    if [ -e "$share/foreign/$program" ] || [ -L "$share/foreign/$program" ]; then
      mv -f -- "$share/foreign/$program" "$bin/$program"
      say "restored the earlier $bin/$program"
    fi
  done
  made=$(sed -n 's/^folder //p' "$share/installed" 2>/dev/null | sort -r) || made=''
  rm -f -- "$share/installed" "$share/install.sh" "$prefix/share/bash-completion/completions/git-codecommit" \
    "$prefix/share/zsh/site-functions/_git-codecommit" "$prefix/share/fish/vendor_completions.d/git-codecommit.fish" \
    "$prefix"/share/man/man1/git-codecommit.1 "$prefix"/share/man/man1/git-codecommit-*.1
  for folder in share/git-codecommit/foreign share/git-codecommit/previous share/git-codecommit $made; do
    # rmdir removes empty folders only.
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
  say "would install the programs from ${from:-$(beside || echo this checkout)} in $bin"
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

# Unknown options are setup's, which runs if one of these three is among them; else they are mistakes.
check_arguments() {
  [ $# -gt 0 ] || return 0
  unknown=$1
  $uninstall && return
  if $setup; then
    for argument; do
      case $argument in --role-arn | --role-arn=* | --profile | --profile=* | --yes | -y) return ;; esac
    done
  fi
  fail "unknown option $unknown" \
    'install.sh --help lists the options; options of git codecommit setup need --yes, --profile or --role-arn' 2
}

# In a folder with the archives of a release, takes that of this machine, with the hash that the release has of it.
choose_archive() {
  [ -d "$path" ] && [ ! -e "$path/git-remote-codecommit" ] || return 0
  set -- "$path"/git-codecommit-*.tar.gz
  [ -e "$1" ] || return 0
  here=$(machine)
  archive=git-codecommit-$VERSION-$here.tar.gz
  [ -f "$path/$archive" ] || fail "$from has no $archive" "$(whence)"
  if [ -z "$hash" ] && [ -e "$path/SHA256SUMS" ]; then
    hash=$(sed -n "s/^\([0-9a-f]\{64\}\)  $archive\$/\1/p" "$path/SHA256SUMS") || hash=''
    [ -n "$hash" ] || fail "$from/SHA256SUMS has no SHA-256 of $archive" 'get both again' 4
  fi
  path=$path/$archive from=$from/$archive
}

# Checks that SOURCE is of a known kind, exists if it is local, and has a hash if it is downloaded.
check_source() {
  path=$from
  case $from in
    https://* | s3://*)
      [ -n "$hash" ] || fail "$from needs --sha256" 'run sha256sum on the archive where it was built' 2
      ;;
    file://*) path=${from#file://} ;;
    *://*) fail "$from is not supported" 'use https://, s3:// or file://' 2 ;;
  esac
  case $from in
    '' | https://* | s3://*) ;;
    *)
      [ -e "$path" ] || fail "$path does not exist" 'name a folder or an archive with the three programs: --from SOURCE' 2
      # Reading a pipe might never end.
      [ -f "$path" ] || [ -d "$path" ] ||
        fail "$path is not a file or a folder" 'name a folder or an archive with the three programs: --from SOURCE' 2
      choose_archive
      [ -z "$hash" ] || [ ! -d "$path" ] || fail '--sha256 needs an archive, not a folder' '' 2
      # tar reads a name with a colon as a file on another machine.
      case $path in /*) ;; *) path=./$path ;; esac
      ;;
  esac
  case $hash in
    '') ;;
    *[!0-9a-f]*) fail '--sha256 is not a SHA-256' 'a SHA-256 has 64 characters: digits and the letters a to f' 2 ;;
    *) [ ${#hash} -eq 64 ] || fail '--sha256 is not a SHA-256' 'a SHA-256 has 64 characters: digits and the letters a to f' 2 ;;
  esac
}

# Prints the folder to install in if none is named.
default_prefix() {
  home=${HOME:-}
  # Lifecycle scripts and daemons may not have HOME.
  if [ -z "$home" ] || [ "$home" = / ]; then
    home=$(getent passwd "$(id -u)" 2>/dev/null | cut -d : -f 6) || home=''
  fi
  [ -n "$home" ] || fail 'HOME is not set' 'name a folder: --prefix DIR' 2
  printf '%s\n' "$home/.local"
}

# Prints the user to whom a folder or a link belongs, unless that is root.
other_owner() {
  # shellcheck disable=SC2012 # find -printf and stat are not the same everywhere; only numbers are read.
  { ls -ldn -- "$1"; ls -ldnL -- "$1"; } 2>/dev/null | while read -r _ _ user _; do
    [ "$user" = 0 ] || { printf '%s\n' "$user"; break; }
  done
}

# In another user's folders root acts as that user, who can put links there, a record of what to remove, and other
# programs of ours: root must neither follow nor run any of them. Its arguments are the installer's.
as_owner() {
  place='' option=''
  for word; do
    case $option in
      --prefix) place=$word option='' ;;
      --from | --sha256) option='' ;;
      *)
        option=$word
        case $word in --prefix=*) place=${word#*=} ;; esac
        ;;
    esac
  done
  [ -n "$place" ] || place=$(default_prefix) || exit $?
  case $place in /*) ;; *) place=$PWD/$place ;; esac
  there=$place
  while [ ! -e "$there" ] && [ ! -L "$there" ]; do there=$(dirname -- "$there"); done
  user='' group='' home=${HOME:-}
  case $place in "${home%/}"/*) ;; *) home=$there ;; esac
  for folder in "$home" "$there" "$place/bin" "$place/share" "$place/share/git-codecommit"; do
    user=$(other_owner "$folder")
    [ -z "$user" ] || break
  done
  [ -n "$user" ] || return 0
  # Group 0 may write more than that user may.
  group=$(id -g "$user" 2>/dev/null) || group=$user
  if grep -q '^PROGRAMS=.git-remote-codecommit' "$0" 2>/dev/null; then
    set -- "$user" "$group" "$0" "$@"
    if setpriv --reuid="$1" --regid="$2" --clear-groups true 2>/dev/null; then
      shift 2
      exec setpriv --reuid="$user" --regid="$group" --clear-groups sh "$@"
    fi
    become='import os, sys
user, group = map(int, sys.argv[1:3])
os.setgroups([]); os.setresgid(group, group, group); os.setresuid(user, user, user)
os.execvp("sh", ["sh"] + sys.argv[3:])'
    if python3 -c "$become" "$1" "$2" -c : 2>/dev/null; then exec python3 -c "$become" "$@"; fi
  fi
  fail "$folder belongs to user $user" 'run this as that user, or choose a folder of root: --prefix DIR'
}

main() {
  if [ "$(id -u)" = 0 ]; then as_owner "$@"; fi
  # Whatever the umask, this script can use the folders that it creates.
  umask u+rwx
  from='' hash='' prefix='' setup=true uninstall=false dry=false quiet=false
  count=$#
  # Arguments that are not the installer's own remain in "$@", in order: they are setup's.
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
  [ -n "$prefix" ] || prefix=$(default_prefix) || exit $?
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
