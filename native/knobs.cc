#include "knobs.h"

#include <bpf/btf.h>

#include <bit>
#include <cstring>

#include "errors.h"

namespace sysprobe {
namespace {

static_assert(std::endian::native == std::endian::little, "a knob's low bytes are copied from a u64");

struct Variable {
    uint32_t offset;
    uint32_t size;
    const btf_type *type;
};

/** `types` is null where an object has none, which libbpf does not look for. */
Variable findVariable(const btf *types, const std::string &name) {
    int section = types ? btf__find_by_name_kind(types, ".rodata", BTF_KIND_DATASEC) : 0;
    if (section > 0) {
        const btf_type *rodata = btf__type_by_id(types, section);
        const btf_var_secinfo *entries = btf_var_secinfos(rodata);
        for (int i = 0; i < btf_vlen(rodata); i++) {
            const btf_type *variable = btf__type_by_id(types, entries[i].type);
            if (!variable || name != btf__name_by_offset(types, variable->name_off))
                continue;
            int resolved = btf__resolve_type(types, variable->type);
            return {entries[i].offset, entries[i].size,
                    resolved > 0 ? btf__type_by_id(types, resolved) : nullptr};
        }
    }
    throw Misuse(ENOENT, "the object has no knob '" + name + "' (a const volatile global)");
}

struct Range {
    int64_t least;
    uint64_t most;
};

/** A knob's place in the image that libbpf keeps of .rodata, and what its type holds. */
struct Knob {
    unsigned char *at;
    int bits;
    bool hasSign;
    bool isBool;

    int64_t least() const { return hasSign ? INT64_MIN >> (64 - bits) : 0; }
    uint64_t most() const { return isBool ? 1 : UINT64_MAX >> (64 - bits + (hasSign ? 1 : 0)); }
};

Knob findKnob(bpf_object *object, const std::string &name) {
    Variable variable = findVariable(bpf_object__btf(object), name);
    const btf_type *type = variable.type;
    bool scalar = type && (btf_is_int(type) || btf_is_any_enum(type)) && type->size == variable.size &&
                  std::has_single_bit(variable.size) && variable.size <= sizeof(uint64_t);
    if (!scalar)
        throw Misuse(EINVAL, "knob '" + name + "' is not one integer");
    bpf_map *rodata = bpf_object__find_map_by_name(object, ".rodata");
    size_t size = 0;
    const void *image = rodata ? bpf_map__initial_value(rodata, &size) : nullptr;
    if (!image || uint64_t{variable.offset} + variable.size > size)
        throw Misuse(EINVAL, "knob '" + name + "' lies outside .rodata: the object's BTF is corrupted");
    // libbpf hands its own writable copy out as const; until the load it is where knobs are written.
    auto *begin = static_cast<unsigned char *>(const_cast<void *>(image));
    int encoding = btf_is_int(type) ? btf_int_encoding(type) : 0;
    return {
        .at = begin + variable.offset,
        .bits = static_cast<int>(variable.size) * 8,
        .hasSign = btf_is_int(type) ? (encoding & BTF_INT_SIGNED) != 0 : btf_kflag(type),
        .isBool = (encoding & BTF_INT_BOOL) != 0,
    };
}

} // namespace

Integer knob(bpf_object *object, const std::string &name) {
    Knob found = findKnob(object, name);
    uint64_t bits = 0;
    std::memcpy(&bits, found.at, static_cast<size_t>(found.bits) / 8);
    bool negative = found.hasSign && (bits >> (found.bits - 1)) != 0;
    return {negative ? bits | ~(UINT64_MAX >> (64 - found.bits)) : bits, negative};
}

void setKnob(bpf_object *object, const std::string &name, Integer value) {
    Knob found = findKnob(object, name);
    bool fits =
        value.negative ? static_cast<int64_t>(value.bits) >= found.least() : value.bits <= found.most();
    if (!fits)
        throw Misuse(ERANGE, "knob '" + name + "' holds " + std::to_string(found.least()) + " to " +
                                 std::to_string(found.most()));
    std::memcpy(found.at, &value.bits, static_cast<size_t>(found.bits) / 8);
}

} // namespace sysprobe
