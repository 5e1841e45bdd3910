#pragma once

#include <bpf/libbpf.h>
#include <napi.h>

namespace sysprobe {

/**
 * Puts `inner` into slot 0 of the array of maps `outer`, in a thread of the pool: the kernel returns from
 * that when no program runs any more that found the map of before. The promise is kept then, or broken with a
 * NativeError.
 */
Napi::Value selectMap(Napi::Env env, const bpf_map *outer, const bpf_map *inner);

} // namespace sysprobe
