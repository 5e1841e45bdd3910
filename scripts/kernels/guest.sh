#!/bin/sh
# First process of a guest once the host's files are there: mounts what a running system has, runs the test
# program and turns the machine off. The variables come from init.sh.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8

mount -t tmpfs tmpfs /run
mkdir /run/report
mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 report /run/report

mount -t securityfs securityfs /sys/kernel/security

# The kernel loads the other modules itself when they are asked for.
mkdir -p /lib/modules
ln -sfn "$GUEST_MODULES" "/lib/modules/$(uname -r)"

mount_v1() {
    for controller in memory pids cpu,cpuacct; do
        mkdir "/sys/fs/cgroup/$controller"
        mount -t cgroup -o "$controller" cgroup "/sys/fs/cgroup/$controller"
    done
}
case $GUEST_CGROUPS in
v2)
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
    ;;
hybrid)
    mount -t tmpfs tmpfs /sys/fs/cgroup
    mkdir /sys/fs/cgroup/unified
    mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified
    mount_v1
    ;;
v1)
    mount -t tmpfs tmpfs /sys/fs/cgroup
    mount_v1
    ;;
esac

ip link set lo up
cd "$GUEST_FOLDER" || exit 1
"$GUEST_NODE" "$GUEST_PROGRAM" /run/report/report.json
echo o >/proc/sysrq-trigger
# The files are gone before the machine is off, and this process must not end.
while :; do :; done
