#!/bin/bash
# `make kind-node-image`: an image for kind's nodes where no container registry can be reached, from Debian's packages and Go
# modules alone. Needs root, Docker, debootstrap, Go 1.26 and gcc; from empty caches 16 minutes of one processor, 3 GB of disk.
# What is built stays in ~/.cache/albatross/kind, and every part that is there is not built again.
#   hack/kind/node-image.sh [NAME]      albatross/kind-node:v1.36.3 unless told
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=${XDG_CACHE_HOME:-$HOME/.cache}/albatross/kind
version=$(sed -n 's|^\tk8s.io/kubernetes \(v[^ ]*\).*|\1|p' "$here/go.mod")
image=${1:-albatross/kind-node:$version}
context=$work/context
kind=v0.33.0 containerd=v2.3.4 cni=v1.9.1 # the versions that kind's own Dockerfile has
mkdir -p "$work/parts" "$context"/{bin,cni,images,files}
export GOFLAGS=-buildvcs=false

say() { echo "kind-node-image: $*" >&2; }

for tool in docker debootstrap go gcc; do
  command -v $tool >/dev/null || { say "$tool is missing"; exit 1; }
done
docker version >/dev/null 2>&1 || { say "no Docker daemon answers; on Debian: apt-get install docker.io, then dockerd"; exit 1; }

kubernetes() { # kubernetes DIRECTORY PART...: of k8s.io/kubernetes and etcd, as hack/install.ts links them
  local directory=$1 part package stamp=k8s.io/component-base/version
  for part in "${@:2}"; do
    [ -e "$directory/$part" ] && continue
    say "$part $version"
    case $part in etcd) package=go.etcd.io/etcd/server/v3 ;; *) package=k8s.io/kubernetes/cmd/$part ;; esac
    (cd "$here" && go build -o "$directory/$part" -ldflags \
      "-s -w -X $stamp.gitVersion=$version -X $stamp.gitMajor=1 -X $stamp.gitMinor=36" $package)
  done
}
module() { # module DIRECTORY PACKAGE VERSION [GO FLAG...]
  [ -e "$1/${2##*/}" ] && return
  say "$2 $3"
  GOBIN=$1 go install -ldflags '-s -w' "${@:4}" "$2@$3"
}

kubernetes "$work/parts" etcd kube-apiserver kube-controller-manager kube-scheduler kube-proxy
kubernetes "$context/bin" kubelet kubeadm kubectl
module "$work" sigs.k8s.io/kind $kind
for part in containerd ctr containerd-shim-runc-v2; do
  module "$context/bin" github.com/containerd/containerd/v2/cmd/$part $containerd -tags 'no_aufs no_zfs no_btrfs no_devmapper'
done
for plugin in main/ptp main/loopback ipam/host-local meta/portmap; do
  module "$context/cni" github.com/containernetworking/plugins/plugins/$plugin $cni
done
# The process that holds a pod's namespaces: it waits, reaps what is left to it, and ends when it is told to.
[ -e "$work/parts/pause" ] || gcc -static -Os -s -o "$work/parts/pause" -xc - <<'C'
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
static void end(int signal) { _exit(0); }
int main(void) {
  signal(SIGINT, end);
  signal(SIGTERM, end);
  signal(SIGCHLD, SIG_IGN);
  for (;;) pause();
}
C

# Debian 12: its systemd is the last that boots on cgroup v1 unasked.
rootfs=albatross/kind-rootfs:bookworm
if ! docker image inspect $rootfs >/dev/null 2>&1; then
  say "Debian for the node"
  root=$(mktemp -d)
  trap 'rm -rf "$root"' EXIT
  packages=systemd,systemd-sysv,conntrack,iptables,nftables,iproute2,ethtool,kmod,libseccomp2,ca-certificates,curl,jq,procps,runc
  debootstrap --variant=minbase --include=$packages bookworm "$root" >"$work/debootstrap.log"
  rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/usr/share/{doc,man,locale}/* "$root"/etc/{hostname,resolv.conf}
  tar -C "$root" -c . | docker import -c 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
    - $rootfs >/dev/null
fi

say "the images of the control plane, all one under many names"
cp -r "$here"/node/* "$context/"
(cd "$here" && go mod download sigs.k8s.io/kind@$kind 2>/dev/null || cd / && go mod download sigs.k8s.io/kind@$kind)
cp -r --no-preserve=mode "$(go env GOMODCACHE)/sigs.k8s.io/kind@$kind/images/base/files/." "$context/files/"
chmod 755 "$context"/files/usr/local/bin/* "$context"/files/kind/bin/*
printf %s "$version" >"$context/version"
# The old builder is everywhere, and each context that it is sent has no more than it needs.
build() { DOCKER_BUILDKIT=0 docker build -q --build-arg ROOTFS=$rootfs "$@" >/dev/null; }
build -f "$here/parts.Dockerfile" -t albatross/kind-parts "$work/parts"
# containerd's configuration of kind asks for its own pause.
names=$("$context/bin/kubeadm" config images list --kubernetes-version "$version" 2>/dev/null | grep -v coredns)
names+=$'\n'$(sed -n 's/.*sandbox_image = "\(.*\)"/\1/p' "$context/files/etc/containerd/config.toml")
for name in $names; do docker tag albatross/kind-parts "$name"; done
docker save -o "$context/images/images.tar" $names
docker image rm $names >/dev/null

say "$image"
build -f "$here/Dockerfile" -t "$image" "$context"
rm "$context/images/images.tar"
docker image rm albatross/kind-parts >/dev/null
docker image inspect --format "kind-node-image: {{index .RepoTags 0}}, {{.Size}} bytes" "$image"
