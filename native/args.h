#pragma once

#include <napi.h>

#include <cstdint>
#include <span>
#include <string>

namespace sysprobe {

/** An integer from JavaScript: the two's complement bits and the sign. */
struct Integer {
    uint64_t bits;
    bool negative;
};

// Each takes the argument's name for its message and throws Misuse(EINVAL) for anything else.
std::string toText(const Napi::Value &value, const char *name);
/** The memory of a Uint8Array: valid until JavaScript runs again. */
std::span<uint8_t> toBytes(const Napi::Value &value, const char *name);
uint32_t toUint32(const Napi::Value &value, const char *name, uint32_t least = 0, uint32_t most = UINT32_MAX);
Integer toInteger(const Napi::Value &value, const char *name);
bool toBool(const Napi::Value &value, const char *name);
Napi::Function toFunction(const Napi::Value &value, const char *name);
Napi::Object toObject(const Napi::Value &value, const char *name);

/** A new Uint8Array with a copy of `bytes`. */
Napi::Uint8Array fromBytes(Napi::Env env, std::span<const uint8_t> bytes);

} // namespace sysprobe
