#include "bpf_object.h"

#include <cstring>

#include "args.h"
#include "errors.h"
#include "select_map.h"
#include "snapshot.h"

namespace sysprobe {
namespace {

Napi::Number toNumber(Napi::Env env, uint64_t value) {
    return Napi::Number::New(env, static_cast<double>(value));
}

} // namespace

template <BpfObject::Method body> BpfObject::PropertyDescriptor BpfObject::method(const char *name) {
    return InstanceMethod<&BpfObject::guardedCall<body>>(name, napi_default_method, const_cast<char *>(name));
}

template <BpfObject::Method body> Napi::Value BpfObject::guardedCall(const Napi::CallbackInfo &info) {
    auto operation = static_cast<const char *>(info.Data());
    return guarded(info.Env(), operation, [&] { return (this->*body)(info); });
}

Napi::Function BpfObject::define(Napi::Env env) {
    return DefineClass(env, "BpfObject",
                       {
                           method<&BpfObject::knob>("knob"),
                           method<&BpfObject::setKnob>("setKnob"),
                           method<&BpfObject::setMaxEntries>("setMaxEntries"),
                           method<&BpfObject::setAutoload>("setAutoload"),
                           method<&BpfObject::load>("load"),
                           method<&BpfObject::attach>("attach"),
                           method<&BpfObject::openRing>("openRing"),
                           method<&BpfObject::drain>("drain"),
                           method<&BpfObject::backlog>("backlog"),
                           method<&BpfObject::lookupBatch>("lookupBatch"),
                           method<&BpfObject::takeBatch>("takeBatch"),
                           method<&BpfObject::select>("select"),
                           method<&BpfObject::lookup>("lookup"),
                           method<&BpfObject::update>("update"),
                           method<&BpfObject::erase>("delete"),
                           method<&BpfObject::counters>("counters"),
                           method<&BpfObject::snapshot>("snapshot"),
                           method<&BpfObject::testRun>("testRun"),
                           method<&BpfObject::enableRunStats>("enableRunStats"),
                           method<&BpfObject::programs>("programs"),
                           method<&BpfObject::maps>("maps"),
                           method<&BpfObject::close>("close"),
                       });
}

BpfObject::BpfObject(const Napi::CallbackInfo &info) : ObjectWrap(info) {
    guarded(info.Env(), "open", [&] {
        std::string name = toText(info[1], "name");
        object_ = std::make_shared<Object>(toBytes(info[0], "image"), name);
    });
}

BpfObject::~BpfObject() {
    release();
}

Napi::Value BpfObject::knob(const Napi::CallbackInfo &info) {
    std::string name = toText(info[0], "name");
    Integer value = object().knob(name);
    return value.negative ? Napi::BigInt::New(info.Env(), static_cast<int64_t>(value.bits))
                          : Napi::BigInt::New(info.Env(), value.bits);
}

Napi::Value BpfObject::setKnob(const Napi::CallbackInfo &info) {
    std::string name = toText(info[0], "name");
    object().setKnob(name, toInteger(info[1], "value"));
    return info.Env().Undefined();
}

Napi::Value BpfObject::setMaxEntries(const Napi::CallbackInfo &info) {
    std::string map = toText(info[0], "map");
    object().setMaxEntries(map, toUint32(info[1], "entries", 1));
    return info.Env().Undefined();
}

Napi::Value BpfObject::setAutoload(const Napi::CallbackInfo &info) {
    std::string program = toText(info[0], "program");
    object().setAutoload(program, toBool(info[1], "load"));
    return info.Env().Undefined();
}

Napi::Value BpfObject::load(const Napi::CallbackInfo &info) {
    object().load();
    return info.Env().Undefined();
}

Napi::Value BpfObject::attach(const Napi::CallbackInfo &info) {
    std::string program = toText(info[0], "program");
    Napi::Value cgroup = info[1].IsUndefined() ? info[1] : toObject(info[1], "options").Get("cgroup");
    if (cgroup.IsUndefined())
        object().attach(program);
    else
        object().attachToCgroup(program, toText(cgroup, "options.cgroup"));
    return info.Env().Undefined();
}

Napi::Value BpfObject::openRing(const Napi::CallbackInfo &info) {
    std::string name = toText(info[0], "map");
    Napi::Function onBacklog = toFunction(info[1], "onBacklog");
    const bpf_map *map = object().loadedMap(name);
    if (rings_.contains(name))
        throw Misuse(EEXIST, "ring buffer '" + name + "' is open already");
    rings_.emplace(name, std::make_unique<RingReader>(info.Env(), map, onBacklog));
    return info.Env().Undefined();
}

Napi::Value BpfObject::drain(const Napi::CallbackInfo &info) {
    std::string map = toText(info[0], "map");
    std::span<uint8_t> buffer = toBytes(info[1], "buffer");
    return toNumber(info.Env(), ring(map).drain(buffer));
}

Napi::Value BpfObject::backlog(const Napi::CallbackInfo &info) {
    return toNumber(info.Env(), ring(toText(info[0], "map")).backlog());
}

Napi::Value BpfObject::lookupBatch(const Napi::CallbackInfo &info) {
    return readBatch(info, Read::Keep);
}

Napi::Value BpfObject::takeBatch(const Napi::CallbackInfo &info) {
    return readBatch(info, Read::Take);
}

Napi::Value BpfObject::readBatch(const Napi::CallbackInfo &info, Read read) {
    Napi::Env env = info.Env();
    std::string name = toText(info[0], "map");
    std::span<uint8_t> buffer = toBytes(info[1], "buffer");
    const bpf_map *map = object().loadedMap(name);
    Walk walk;
    if (!info[2].IsUndefined()) {
        std::span<uint8_t> token = toBytes(info[2], "token");
        if (token.size() != tokenSize(map))
            throw Misuse(EINVAL, "token is not one that was returned for this map");
        walk.token.assign(token.begin(), token.end());
    }
    uint32_t count = readPairs(map, walk, buffer, read);
    Napi::Object result = Napi::Object::New(env);
    result.Set("count", toNumber(env, count));
    result.Set("token", walk.finished ? env.Undefined() : Napi::Value(fromBytes(env, walk.token)));
    return result;
}

Napi::Value BpfObject::select(const Napi::CallbackInfo &info) {
    std::string outer = toText(info[0], "outer"), inner = toText(info[1], "inner");
    return selectMap(info.Env(), object().loadedMap(outer), object().loadedMap(inner));
}

Napi::Value BpfObject::lookup(const Napi::CallbackInfo &info) {
    std::string map = toText(info[0], "map");
    std::span<uint8_t> key = toBytes(info[1], "key");
    auto value = sysprobe::lookup(object().loadedMap(map), key);
    return value ? Napi::Value(fromBytes(info.Env(), *value)) : info.Env().Undefined();
}

Napi::Value BpfObject::update(const Napi::CallbackInfo &info) {
    std::string map = toText(info[0], "map");
    std::span<uint8_t> key = toBytes(info[1], "key");
    std::span<uint8_t> value = toBytes(info[2], "value");
    sysprobe::update(object().loadedMap(map), key, value);
    return info.Env().Undefined();
}

Napi::Value BpfObject::erase(const Napi::CallbackInfo &info) {
    std::string map = toText(info[0], "map");
    std::span<uint8_t> key = toBytes(info[1], "key");
    return Napi::Boolean::New(info.Env(), sysprobe::erase(object().loadedMap(map), key));
}

Napi::Value BpfObject::counters(const Napi::CallbackInfo &info) {
    std::string map = toText(info[0], "map");
    std::vector<uint64_t> sums = sysprobe::counters(object().loadedMap(map));
    Napi::Array result = Napi::Array::New(info.Env(), sums.size());
    for (uint32_t i = 0; i < sums.size(); i++)
        result.Set(i, toNumber(info.Env(), sums[i]));
    return result;
}

Napi::Value BpfObject::snapshot(const Napi::CallbackInfo &info) {
    Napi::Object from = toObject(info[0], "options");
    SocketReader::Options options{
        .keys = toText(from.Get("keys"), "options.keys"),
        .slots = toText(from.Get("slots"), "options.slots"),
        .program = toText(from.Get("program"), "options.program"),
        .slotSize = toUint32(from.Get("slotSize"), "options.slotSize", sizeof(uint64_t)),
        .sockets = std::nullopt,
    };
    if (Napi::Value sockets = from.Get("sockets"); !sockets.IsUndefined()) {
        std::span<uint8_t> bytes = toBytes(sockets, "options.sockets");
        if (bytes.size() % sizeof(uint64_t) != 0)
            throw Misuse(EINVAL, "options.sockets must be of whole addresses, 8 bytes each");
        options.sockets.emplace(bytes.size() / sizeof(uint64_t));
        std::memcpy(options.sockets->data(), bytes.data(), bytes.size());
    }
    object();
    return Snapshot::create(info.Env(), object_, options);
}

Napi::Value BpfObject::testRun(const Napi::CallbackInfo &info) {
    std::string program = toText(info[0], "program");
    std::vector<uint64_t> arguments;
    if (!info[1].IsUndefined()) {
        if (!info[1].IsArray())
            throw Misuse(EINVAL, "args must be an array");
        auto list = info[1].As<Napi::Array>();
        for (uint32_t i = 0; i < list.Length(); i++)
            arguments.push_back(toInteger(list.Get(i), "args[]").bits);
    }
    return toNumber(info.Env(), sysprobe::testRun(object().loadedProgram(program), arguments));
}

Napi::Value BpfObject::enableRunStats(const Napi::CallbackInfo &info) {
    object().enableRunStats();
    return info.Env().Undefined();
}

Napi::Value BpfObject::programs(const Napi::CallbackInfo &info) {
    Napi::Env env = info.Env();
    Napi::Array result = Napi::Array::New(env);
    for (const ProgramState &state : object().programs()) {
        Napi::Object program = Napi::Object::New(env);
        program.Set("name", state.name);
        program.Set("section", state.section);
        program.Set("loaded", state.loaded);
        program.Set("attached", state.attached);
        program.Set("runCount", toNumber(env, state.runCount));
        program.Set("runTimeNs", toNumber(env, state.runTimeNs));
        program.Set("skipCount", toNumber(env, state.skipCount));
        program.Set("verifiedInstructions", toNumber(env, state.verifiedInstructions));
        result.Set(result.Length(), program);
    }
    return result;
}

Napi::Value BpfObject::maps(const Napi::CallbackInfo &info) {
    Napi::Env env = info.Env();
    Napi::Array result = Napi::Array::New(env);
    for (const bpf_map *map : object().maps()) {
        Napi::Object entry = Napi::Object::New(env);
        entry.Set("name", bpf_map__name(map));
        entry.Set("type", toNumber(env, bpf_map__type(map)));
        entry.Set("keySize", toNumber(env, bpf_map__key_size(map)));
        entry.Set("valueSize", toNumber(env, bpf_map__value_size(map)));
        entry.Set("maxEntries", toNumber(env, bpf_map__max_entries(map)));
        result.Set(result.Length(), entry);
    }
    return result;
}

Napi::Value BpfObject::close(const Napi::CallbackInfo &info) {
    release();
    return info.Env().Undefined();
}

Object &BpfObject::object() const {
    if (!object_)
        throw Misuse(EBADF, "the BPF object is closed");
    return *object_;
}

RingReader &BpfObject::ring(const std::string &map) const {
    object();
    auto found = rings_.find(map);
    if (found == rings_.end())
        throw Misuse(ENOENT, "ring buffer '" + map + "' is not open: call openRing() first");
    return *found->second;
}

/** The readers first: their threads use the object's maps. */
void BpfObject::release() {
    rings_.clear();
    object_.reset();
}

} // namespace sysprobe
