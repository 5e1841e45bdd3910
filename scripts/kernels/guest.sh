#!/bin/sh
# Runs the test program in a guest and turns the machine off: as its first process, once the host's files are there,
# or below systemd, which has mounted the rest. The variables come from init.sh.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin HOME=/root LANG=C.UTF-8

mount_v1() {
    for controller in memory pids cpu,cpuacct devices; do
        mkdir "/sys/fs/cgroup/$controller"
        mount -t cgroup -o "$controller" cgroup "/sys/fs/cgroup/$controller"
    done
}
mount_cgroups() {
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
}
if [ $$ = 1 ]; then
    mount -t tmpfs tmpfs /run
    mount -t securityfs securityfs /sys/kernel/security
    mount_cgroups
    ip link set lo up
fi

mkdir /run/report
mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 report /run/report

# The kernel loads the other modules itself when they are asked for.
mkdir -p /lib/modules
ln -sfn "$GUEST_MODULES" "/lib/modules/$(uname -r)"

cd "$GUEST_FOLDER" || exit 1
"$GUEST_NODE" "$GUEST_PROGRAM" /run/report/report.json
echo o >/proc/sysrq-trigger
# The files are gone before the machine is off, and this process must not end.
while :; do :; done
