#pragma once

#include <napi.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "map_io.h"
#include "object.h"

namespace sysprobe {

/**
 * Reads given sockets or those that are the keys of a hash map: their addresses go into the memory-mapped
 * slots, one run of the program fills the slots from the kernel's memory, and the filled slots are copied
 * out.
 */
class SocketReader {
  public:
    struct Options {
        std::string keys;
        std::string slots;
        std::string program;
        uint32_t slotSize;
        /** Which of the keys; all of them when there is no value. */
        std::optional<std::vector<uint64_t>> sockets;
    };
    SocketReader(Object &object, const Options &options);

    /** Fills `out` with whole slots; returns the bytes written, 0 at the end. */
    size_t next(std::span<uint8_t> out);

  private:
    void fetchKeys();
    void fillSlots(std::span<const uint64_t> sockets);

    const bpf_map *keysMap_;
    const bpf_program *program_;
    std::span<uint8_t> slots_;
    size_t slotSize_;
    Walk walk_;
    std::vector<uint64_t> keys_;
    std::vector<uint8_t> values_; // the kernel returns them with the keys; not used
    std::span<const uint64_t> waiting_;
};

/** The JavaScript class. It does not keep the object open: after close() next() throws. */
class Snapshot : public Napi::ObjectWrap<Snapshot> {
  public:
    static Napi::Function define(Napi::Env env);
    static Napi::Value create(Napi::Env env, const std::shared_ptr<Object> &object,
                              const SocketReader::Options &options);

    explicit Snapshot(const Napi::CallbackInfo &info);

  private:
    Napi::Value next(const Napi::CallbackInfo &info);

    std::weak_ptr<Object> object_;
    std::unique_ptr<SocketReader> reader_;
};

} // namespace sysprobe
