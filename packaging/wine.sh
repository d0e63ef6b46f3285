#!/usr/bin/env bash
# Makes what the test of the Windows programs needs beside wine, in the user's cache folder, once: a git.exe of Debian's
# source, and the libraries that go beside it. Prints their folder, whose name is that of a "bin" on PATH.
#
# usage: packaging/wine.sh     needs wine64, gcc-mingw-w64-x86-64, libz-mingw-w64-dev, make, apt-get; four minutes
#
# This git has no OpenSSL, curl, gettext, Perl or Python: it runs remote helpers, but not https itself. Its shell knows no
# more than git needs to start a helper. Beside "bin" lies "prefix", a new Windows for wine.
set -euo pipefail
[ $# -eq 0 ] || { sed -n '5s/^# //p' "$0" >&2; exit 2; }
fail() { echo "packaging/wine.sh: $1" >&2; exit 1; }

# Another version would be another test.
version=2.39.5
folder=${XDG_CACHE_HOME:-$HOME/.cache}/git-codecommit/wine
compiler=x86_64-w64-mingw32
mkdir -p "$folder"
exec 9>"$folder.lock"
flock 9
if [ -e "$folder/complete" ]; then
  echo "$folder/bin"
  exit
fi
wine=/usr/lib/wine/wine64
for tool in "$wine" "$compiler-gcc" make apt-get; do
  command -v "$tool" >/dev/null 2>&1 || fail "$tool is not installed"
done
rm -rf "$folder"
mkdir -p "$folder"/{bin,headers,lists/partial,archives/partial}
cd "$folder"

fetch_source() {
  echo 'deb-src http://deb.debian.org/debian bookworm main' >sources.list
  local apt=(apt-get -qq -o Dir::Etc::sourcelist="$folder/sources.list" -o Dir::Etc::sourceparts=-
    -o Dir::State::lists="$folder/lists" -o Dir::Cache="$folder" -o APT::Sandbox::User="$(id -un)")
  "${apt[@]}" update && "${apt[@]}" source --only-source --download-only git && tar -xf "git_$version.orig.tar.xz"
}

# Windows does not tell upper from lower case in the names of headers; git's source relies on it.
make_git() {
  local name
  for name in Psapi tlHelp32 NTSecAPI; do echo "#include <${name,,}.h>" >"headers/$name.h"; done
  MSYSTEM=MINGW64 make -C "git-$version" -j"$(nproc)" uname_S=MINGW uname_R=2.0 "CC=$compiler-gcc" "AR=$compiler-ar" \
    "RC=$compiler-windres -O coff" INSTALL=install "CFLAGS=-O1 -I$folder/headers" NO_OPENSSL=1 NO_CURL=1 NO_ICONV=1 \
    NEEDS_LIBICONV= NO_GETTEXT=1 NO_TCLTK=1 NO_PERL=1 NO_PYTHON=1 NO_EXPAT=1 USE_LIBPCRE= USE_GETTEXT_SCHEME= \
    HAVE_LIBCHARSET_H= git.exe
}

# wine 8 lacks this library, from which Rust's standard library takes its random numbers.
make_missing_library() {
  cat >missing.c <<'END'
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T length) { return SystemFunction036(data, (ULONG)length); }
END
  "$compiler-gcc" -shared -o bin/bcryptprimitives.dll missing.c -ladvapi32
}

# Git starts credential helpers, and aliases that begin with "!", by a shell.
make_shell() {
  cat >sh.c <<'END'
#include <process.h>
#include <stdio.h>
#include <string.h>
/* sh -c 'PROGRAM words "$@"' NAME ARGUMENT...: quotes, "exec" and "$@", as git needs them to start a helper. */
static char *words[256]; static int count;
static void quote(const char *word) { static char all[1 << 16]; static size_t used; char *start = all + used;
  used += sprintf(start, "\"%s\"", word) + 1; words[count++] = start; }
int main(int argc, char **argv) {
  char word[4096], program[4096], *in = argv[2]; int first = 1;
  if (argc < 3 || strcmp(argv[1], "-c")) return 2;
  for (;;) {
    size_t length = 0; char mark = 0; int any = 0;
    while (*in == ' ') in++;
    if (!*in) break;
    for (; *in && (mark || *in != ' '); in++)
      if (mark ? *in == mark : *in == '\'' || *in == '"') { mark = mark ? 0 : *in; any = 1; }
      else if (*in == '\\' && mark != '\'') word[length++] = *++in;
      else word[length++] = *in;
    word[length] = 0;
    if (!strcmp(word, "$@")) for (int i = 4; i < argc; i++) quote(argv[i]);
    else if (first && !strcmp(word, "exec") && !any) continue;
    else { if (first) strcpy(program, word); first = 0; quote(word); }
  }
  words[count] = 0;
  return (int)_spawnvp(_P_WAIT, program, (const char *const *)words);
}
END
  "$compiler-gcc" -O1 -o bin/sh.exe sh.c
}

make_prefix() {
  WINEPREFIX=$folder/prefix WINEDEBUG=-all timeout 300 "$wine" wineboot --init </dev/null
  WINEPREFIX=$folder/prefix timeout 60 "${wine%wine64}wineserver64" --wait
}

place() {
  local library path
  cp "git-$version/git.exe" bin/
  for library in zlib1.dll libssp-0.dll; do
    path=$(find "/usr/$compiler" "/usr/lib/gcc/$compiler" -name "$library" -print -quit)
    [ -n "$path" ] || fail "the compiler has no $library"
    cp "$path" bin/
  done
}

{ fetch_source && make_git && make_missing_library && make_shell && make_prefix && place; } >log 2>&1 9>&- || { tail -n 5 log >&2; exit 1; }
rm -rf "git-$version" archives lists headers
touch complete
echo "$folder/bin"
