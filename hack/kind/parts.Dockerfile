# All programs of the control plane as one image under many names: kubeadm's static pods and kube-proxy each say which they run.
ARG ROOTFS
FROM $ROOTFS
COPY . /usr/local/bin/
ENTRYPOINT ["pause"]
