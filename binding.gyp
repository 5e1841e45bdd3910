{
  "variables": {
    # A folder with lib/*.a and include/ that become part of the addon; without it, the system's libbpf is linked.
    "static_libraries%": ""
  },
  "targets": [
    {
      "target_name": "sysprobe",
      "sources": [
        "native/addon.cc",
        "native/args.cc",
        "native/bpf_object.cc",
        "native/clocks.cc",
        "native/confine.cc",
        "native/conntrack.cc",
        "native/errors.cc",
        "native/knobs.cc",
        "native/log_capture.cc",
        "native/map_io.cc",
        "native/netlink.cc",
        "native/object.cc",
        "native/peer.cc",
        "native/ring.cc",
        "native/ring_reader.cc",
        "native/select_map.cc",
        "native/snapshot.cc",
        "native/sock_diag.cc"
      ],
      "include_dirs": ["bpf"],
      "dependencies": ["<!(node -p \"require('node-addon-api').targets\"):node_addon_api_except"],
      "defines": ["NAPI_VERSION=8"],
      "cflags_cc!": ["-std=gnu++17"],
      "cflags_cc": [
        "-std=c++20",
        "-fvisibility=hidden",
        "-Wall",
        "-Wextra",
        "-Wunused-parameter",
        "-Werror=return-type",
        "-Werror=switch",
        "-Werror=reorder",
        "-Werror=unused",
        "-Werror=sign-compare",
        "-Werror=format",
        "-Werror=missing-field-initializers"
      ],
      "conditions": [
        ["static_libraries==''", {
          "libraries": ["-lbpf"]
        }, {
          "include_dirs": ["<(static_libraries)/include"],
          "libraries": [
            "<(static_libraries)/lib/libbpf.a",
            "<(static_libraries)/lib/libelf.a",
            "<(static_libraries)/lib/libeu.a",
            "<(static_libraries)/lib/libz.a"
          ],
          "cflags": ["-ffunction-sections", "-fdata-sections"],
          "ldflags": ["-Wl,--exclude-libs,ALL", "-Wl,-z,now,-z,relro,-z,text", "-Wl,--gc-sections"]
        }]
      ]
    }
  ]
}
