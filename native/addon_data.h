#pragma once

#include <napi.h>

namespace sysprobe {

/** What the addon keeps for each environment (the main thread, each worker). */
struct AddonData {
    Napi::FunctionReference snapshot;
};

} // namespace sysprobe
