#pragma once

#include <bpf/libbpf.h>

#include <string>

#include "args.h"

namespace sysprobe {

/** The value of a scalar `const volatile` variable of .rodata, found by name in the object's BTF. */
Integer knob(bpf_object *object, const std::string &name);
/** Sets one before the load. */
void setKnob(bpf_object *object, const std::string &name, Integer value);

} // namespace sysprobe
