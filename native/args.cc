#include "args.h"

#include <cmath>
#include <cstring>

#include "errors.h"

namespace sysprobe {
namespace {

constexpr double kMaxSafeInteger = 9007199254740991;

[[noreturn]] void reject(const char *name, const std::string &wanted) {
    throw Misuse(EINVAL, std::string(name) + " must be " + wanted);
}

} // namespace

std::string toText(const Napi::Value &value, const char *name) {
    if (!value.IsString())
        reject(name, "a string");
    return value.As<Napi::String>().Utf8Value();
}

std::span<uint8_t> toBytes(const Napi::Value &value, const char *name) {
    if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array)
        reject(name, "a Uint8Array");
    auto array = value.As<Napi::Uint8Array>();
    if (array.ArrayBuffer().IsDetached())
        reject(name, "a Uint8Array whose memory is still here: it was transferred or detached");
    return {array.Data(), array.ByteLength()};
}

uint32_t toUint32(const Napi::Value &value, const char *name, uint32_t least, uint32_t most) {
    double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : -1;
    if (!(number >= least && number <= most) || number != std::floor(number))
        reject(name, "an integer from " + std::to_string(least) + " to " + std::to_string(most));
    return static_cast<uint32_t>(number);
}

Integer toInteger(const Napi::Value &value, const char *name) {
    if (value.IsNumber()) {
        double number = value.As<Napi::Number>().DoubleValue();
        if (!(std::fabs(number) <= kMaxSafeInteger) || number != std::floor(number))
            reject(name, "a safe integer; use a bigint for a larger one");
        return {static_cast<uint64_t>(static_cast<int64_t>(number)), number < 0};
    }
    if (!value.IsBigInt())
        reject(name, "a number or a bigint");
    bool lossless = false;
    uint64_t bits = value.As<Napi::BigInt>().Uint64Value(&lossless);
    if (lossless)
        return {bits, false};
    int64_t number = value.As<Napi::BigInt>().Int64Value(&lossless);
    if (!lossless)
        reject(name, "an integer of at most 64 bits");
    return {static_cast<uint64_t>(number), true};
}

bool toBool(const Napi::Value &value, const char *name) {
    if (!value.IsBoolean())
        reject(name, "a boolean");
    return value.As<Napi::Boolean>().Value();
}

Napi::Function toFunction(const Napi::Value &value, const char *name) {
    if (!value.IsFunction())
        reject(name, "a function");
    return value.As<Napi::Function>();
}

Napi::Object toObject(const Napi::Value &value, const char *name) {
    if (!value.IsObject())
        reject(name, "an object");
    return value.As<Napi::Object>();
}

Napi::Uint8Array fromBytes(Napi::Env env, std::span<const uint8_t> bytes) {
    Napi::Uint8Array array = Napi::Uint8Array::New(env, bytes.size());
    if (!bytes.empty())
        std::memcpy(array.Data(), bytes.data(), bytes.size());
    return array;
}

} // namespace sysprobe
