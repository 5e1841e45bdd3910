#pragma once

#include <napi.h>

#include "raii.h"

namespace sysprobe {

/** The JavaScript class: a NETLINK_NETFILTER socket in the network namespace of a file. */
class Conntrack : public Napi::ObjectWrap<Conntrack> {
  public:
    static Napi::Function define(Napi::Env env);

    explicit Conntrack(const Napi::CallbackInfo &info);

  private:
    Napi::Value exchange(const Napi::CallbackInfo &info);
    Napi::Value close(const Napi::CallbackInfo &info);

    Fd socket_;
};

} // namespace sysprobe
