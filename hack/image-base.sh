#!/bin/sh
# A base for `make image` where no container registry can be reached: Debian's packages, and Node and npm from npm's.
#   hack/image-base.sh NAME [SUITE]      makes the image NAME; needs root, debootstrap, npm and Docker
set -eu
name=$1 suite=${2:-bookworm}
here=$(cd "$(dirname "$0")/.." && pwd)
case $(uname -m) in aarch64) arch=arm64 ;; *) arch=x64 ;; esac
version=$(sed -n '/"node_modules\/node": {/,/version/s/.*"version": "\(.*\)",/\1/p' "$here/package-lock.json")
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

# Node 26 is linked to libatomic.
debootstrap --variant=minbase --include=ca-certificates,libatomic1 "$suite" "$root" >"$root.log" || {
  tail -5 "$root.log" >&2
  exit 1
}
rm -rf "$root.log" "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/var/log/* \
  "$root"/usr/share/doc/* "$root"/usr/share/man/* "$root"/usr/share/locale/*
# Authorities of this machine's own, where it has some.
cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"

unpack() { # unpack PACKAGE DIRECTORY: of the npm registry
  mkdir -p "$2"
  tar -xzf "$(npm pack --silent --pack-destination "$root/tmp" "$1" | sed "s|^|$root/tmp/|")" -C "$2" --strip-components=1
}
unpack "node-linux-$arch@$version" "$root/tmp/node"
install -m 755 "$root/tmp/node/bin/node" "$root/usr/local/bin/node"
unpack npm@11 "$root/usr/local/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
rm -rf "$root"/tmp/*

tar -C "$root" -c . | docker import \
  -c 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
  -c 'ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt' - "$name" >/dev/null
