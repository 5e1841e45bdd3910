#include <napi.h>

#include <string>
#include <vector>

#define _Static_assert static_assert
#include "events.h"
#include "layout.gen.h"

#include "addon_data.h"
#include "args.h"
#include "bpf_object.h"
#include "clocks.h"
#include "confine.h"
#include "conntrack.h"
#include "errors.h"
#include "log_capture.h"
#include "peer.h"
#include "snapshot.h"
#include "sock_diag.h"

namespace sysprobe {
namespace {

Napi::Value layouts(const Napi::CallbackInfo &info) {
    Napi::Object sizes = Napi::Object::New(info.Env());
    sizes.Set("flow_record", sizeof(flow_record));
    sizes.Set("begun_record", sizeof(begun_record));
    sizes.Set("listen_record", sizeof(listen_record));
    sizes.Set("cgroup_record", sizeof(cgroup_record));
    sizes.Set("dns_record", sizeof(dns_record));
    sizes.Set("process_record", sizeof(process_record));
    sizes.Set("oom_record", sizeof(oom_record));
    sizes.Set("listener_key", sizeof(listener_key));
    sizes.Set("listener_owner", sizeof(listener_owner));
    sizes.Set("snapshot_slot", sizeof(snapshot_slot));
    sizes.Set("udp_key", sizeof(udp_key));
    sizes.Set("udp_count", sizeof(udp_count));
    Napi::Object result = Napi::Object::New(info.Env());
    result.Set("sizes", sizes);
    result.Set("hash", Napi::BigInt::New(info.Env(), uint64_t{SYSPROBE_LAYOUT_HASH}));
    return result;
}

Napi::Value clocks(const Napi::CallbackInfo &info) {
    Clocks now = readClocks();
    Napi::Object result = Napi::Object::New(info.Env());
    result.Set("realtime", Napi::BigInt::New(info.Env(), now.realtime));
    result.Set("boottime", Napi::BigInt::New(info.Env(), now.boottime));
    return result;
}

Napi::Value sockDiagDump(const Napi::CallbackInfo &info) {
    return guarded(info.Env(), "sockDiag", [&] {
        Napi::Object from = toObject(info[0], "request");
        SockDiagRequest request{
            .netns = toText(from.Get("netns"), "request.netns"),
            .family = static_cast<uint8_t>(toUint32(from.Get("family"), "request.family", 0, UINT8_MAX)),
            .protocol =
                static_cast<uint8_t>(toUint32(from.Get("protocol"), "request.protocol", 0, UINT8_MAX)),
            .extensions =
                static_cast<uint8_t>(toUint32(from.Get("extensions"), "request.extensions", 0, UINT8_MAX)),
            .states = toUint32(from.Get("states"), "request.states"),
        };
        size_t used = sockDiag(request, toBytes(info[1], "buffer"));
        return Napi::Number::New(info.Env(), static_cast<double>(used));
    });
}

Napi::Value peerCredentials(const Napi::CallbackInfo &info) {
    return guarded(info.Env(), "peerCredentials", [&] {
        Peer peer = peerOf(static_cast<int>(toUint32(info[0], "socket", 0, INT32_MAX)));
        Napi::Object result = Napi::Object::New(info.Env());
        result.Set("pid", peer.pid);
        result.Set("uid", peer.uid);
        result.Set("gid", peer.gid);
        return result;
    });
}

void confineProcess(const Napi::CallbackInfo &info) {
    guarded(info.Env(), "confine", confine);
}

void restartProcess(const Napi::CallbackInfo &info) {
    guarded(info.Env(), "restartWithoutRings", [&] {
        Napi::Object given = toObject(info[0], "command");
        std::vector<std::string> command;
        uint32_t length = given.IsArray() ? given.As<Napi::Array>().Length() : 0;
        for (uint32_t index = 0; index < length; index++)
            command.push_back(toText(given.Get(index), "each word of command"));
        if (command.empty())
            throw Misuse(EINVAL, "command must be an array of strings, the path of a program first");
        restartWithoutRings(command);
    });
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
    LogCapture::install();
    auto *data = new AddonData{Napi::Persistent(Snapshot::define(env))};
    env.SetInstanceData(data);
    exports.Set("BpfObject", BpfObject::define(env));
    exports.Set("Conntrack", Conntrack::define(env));
    exports.Set("layouts", Napi::Function::New<layouts>(env, "layouts"));
    exports.Set("clocks", Napi::Function::New<clocks>(env, "clocks"));
    exports.Set("sockDiag", Napi::Function::New<sockDiagDump>(env, "sockDiag"));
    exports.Set("peerCredentials", Napi::Function::New<peerCredentials>(env, "peerCredentials"));
    exports.Set("confine", Napi::Function::New<confineProcess>(env, "confine"));
    exports.Set("restartWithoutRings", Napi::Function::New<restartProcess>(env, "restartWithoutRings"));
    return exports;
}

} // namespace
} // namespace sysprobe

static Napi::Object initAddon(Napi::Env env, Napi::Object exports) {
    return sysprobe::init(env, exports);
}

NODE_API_MODULE(NODE_GYP_MODULE_NAME, initAddon)
