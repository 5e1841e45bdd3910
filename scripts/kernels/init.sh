#!/bin/busybox sh
# First process of a guest, from the initramfs: puts the host's root, read-only, below an overlay in memory
# and goes on there with guest.sh. /guest.env has its variables.
export PATH=/bin
/bin/busybox --install -s /bin
. /guest.env

mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
while read -r module; do insmod "/modules/$module"; done </modules.list

# The host's files do not change under a guest that runs for a minute, so it may cache them.
mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=262144,cache=loose host /host
mount -t tmpfs tmpfs /memory
mkdir /memory/upper /memory/work
mount -t overlay -o lowerdir=/host,upperdir=/memory/upper,workdir=/memory/work overlay /root
for folder in proc sys dev; do mount --move "/$folder" "/root/$folder"; done
exec switch_root /root "$GUEST_SCRIPT"
