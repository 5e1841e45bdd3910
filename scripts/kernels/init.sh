#!/bin/busybox sh
# First process of a guest, from the initramfs: puts the root that the host shares, read-only, below an overlay in
# memory and goes on there with GUEST_INIT. /guest.env has its variables.
export PATH=/bin
/bin/busybox --install -s /bin
. /guest.env

mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
while read -r module; do insmod "/modules/$module"; done </modules.list
mount -t tmpfs tmpfs /memory

# share TAG TARGET: the host's files do not change under a guest that runs for a minute, so it may cache them.
share() {
    mkdir -p "/memory/$1/lower" "/memory/$1/upper" "/memory/$1/work" "$2"
    mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=262144,cache=loose "$1" "/memory/$1/lower"
    layers="lowerdir=/memory/$1/lower,upperdir=/memory/$1/upper,workdir=/memory/$1/work"
    mount -t overlay -o "$layers" overlay "$2"
}
share root /root
# A root that is not the host's lacks the repository.
[ -e "/root$GUEST_FOLDER" ] || share repository "/root$GUEST_FOLDER"
cp /guest.env /root/etc/guest.env
for folder in proc sys dev; do mount --move "/$folder" "/root/$folder"; done
exec switch_root /root "$GUEST_INIT"
