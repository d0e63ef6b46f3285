# shellcheck shell=bash
# An authority, and certificates of "localhost": a good one, one that has expired, one for another name.

make_certificates() (
  cd "$1" || exit
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=torture-ca \
    -keyout ca.key -out ca.pem || exit
  make_certificate server DNS:localhost -days 2 &&
    make_certificate server-expired DNS:localhost -days -1 &&
    make_certificate server-name DNS:elsewhere.example -days 2
)

# make_certificate FILE NAME VALIDITY...
make_certificate() {
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=torture -keyout "$1.key" -out "$1.csr" || return
  printf 'subjectAltName=%s\nbasicConstraints=CA:FALSE\n' "$2" >names
  openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial "${@:3}" -extfile names -out "$1.crt" || return
  cat "$1.crt" "$1.key" >"$1.pem"
}
