#include "snapshot.h"

#include <linux/bpf.h>

#include <algorithm>
#include <cstring>

#include "addon_data.h"
#include "args.h"
#include "errors.h"

namespace sysprobe {
namespace {

/** Keys asked of the kernel at once: a system call's cost spread over many, in little memory. */
constexpr size_t kKeysAtOnce = 4096;

std::string quoted(const bpf_map *map) {
    return std::string("map '") + bpf_map__name(map) + "'";
}

} // namespace

SocketReader::SocketReader(Object &object, const Options &options)
    : keysMap_(object.loadedMap(options.keys)), program_(object.loadedProgram(options.program)),
      slotSize_(options.slotSize) {
    if (bpf_map__key_size(keysMap_) != sizeof(uint64_t))
        throw Misuse(EINVAL, quoted(keysMap_) + " is not keyed by socket addresses");
    const bpf_map *slots = object.loadedMap(options.slots);
    if (bpf_map__type(slots) != BPF_MAP_TYPE_ARRAY || !(bpf_map__map_flags(slots) & BPF_F_MMAPABLE))
        throw Misuse(EINVAL, quoted(slots) + " is not an array with BPF_F_MMAPABLE");
    if (bpf_map__value_size(slots) != slotSize_ || slotSize_ % sizeof(uint64_t) != 0)
        throw Misuse(EINVAL, quoted(slots) + " has slots of " + std::to_string(bpf_map__value_size(slots)) +
                                 " bytes, slotSize is " + std::to_string(slotSize_));
    slots_ = object.memoryOf(slots);
    if (options.sockets) {
        keys_ = *options.sockets;
        waiting_ = keys_;
        walk_.finished = true;
    } else {
        keys_.resize(kKeysAtOnce);
        values_.resize(kKeysAtOnce * bpf_map__value_size(keysMap_));
    }
}

size_t SocketReader::next(std::span<uint8_t> out) {
    if (out.size() < slotSize_)
        throw Misuse(ENOBUFS, "a slot has " + std::to_string(slotSize_) + " bytes; the buffer has " +
                                  std::to_string(out.size()));
    size_t written = 0;
    while (out.size() - written >= slotSize_) {
        if (waiting_.empty()) {
            if (walk_.finished)
                break;
            fetchKeys();
            continue;
        }
        size_t count =
            std::min({waiting_.size(), slots_.size() / slotSize_, (out.size() - written) / slotSize_});
        fillSlots(waiting_.first(count));
        std::memcpy(&out[written], slots_.data(), count * slotSize_);
        written += count * slotSize_;
        waiting_ = waiting_.subspan(count);
    }
    return written;
}

void SocketReader::fetchKeys() {
    uint32_t count =
        readColumns(keysMap_, walk_, kKeysAtOnce, reinterpret_cast<uint8_t *>(keys_.data()), values_.data());
    waiting_ = std::span(keys_).first(count);
}

void SocketReader::fillSlots(std::span<const uint64_t> sockets) {
    size_t index = 0;
    for (size_t at = 0; at < slots_.size(); at += slotSize_, index++) {
        uint64_t socket = index < sockets.size() ? sockets[index] : 0;
        std::memcpy(&slots_[at], &socket, sizeof(socket));
    }
    if (uint32_t result = testRun(program_, {}))
        throw Misuse(EIO, std::string("program '") + bpf_program__name(program_) + "' returned " +
                              std::to_string(result));
}

Napi::Function Snapshot::define(Napi::Env env) {
    return DefineClass(env, "Snapshot", {InstanceMethod<&Snapshot::next>("next", napi_default_method)});
}

Napi::Value Snapshot::create(Napi::Env env, const std::shared_ptr<Object> &object,
                             const SocketReader::Options &options) {
    auto reader = std::make_unique<SocketReader>(*object, options);
    Napi::Object self =
        env.GetInstanceData<AddonData>()->snapshot.New({Napi::External<Object>::New(env, object.get())});
    Snapshot *snapshot = Unwrap(self);
    snapshot->object_ = object;
    snapshot->reader_ = std::move(reader);
    return self;
}

Snapshot::Snapshot(const Napi::CallbackInfo &info) : ObjectWrap(info) {
    // The class is reachable through an instance's `constructor`; only the addon holds what it asks for.
    if (!info[0].IsExternal())
        throw Napi::TypeError::New(info.Env(), "a Snapshot is made by BpfObject.snapshot()");
}

Napi::Value Snapshot::next(const Napi::CallbackInfo &info) {
    return guarded(info.Env(), "next", [&] {
        std::span<uint8_t> out = toBytes(info[0], "buffer");
        std::shared_ptr<Object> object = object_.lock();
        if (!object)
            throw Misuse(EBADF, "the BPF object of this snapshot is closed");
        return Napi::Number::New(info.Env(), static_cast<double>(reader_->next(out)));
    });
}

} // namespace sysprobe
