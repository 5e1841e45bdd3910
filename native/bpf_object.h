#pragma once

#include <napi.h>

#include <map>
#include <memory>
#include <string>

#include "map_io.h"
#include "object.h"
#include "ring_reader.h"

namespace sysprobe {

/** The JavaScript class: takes arguments apart, and passes on. */
class BpfObject : public Napi::ObjectWrap<BpfObject> {
  public:
    static Napi::Function define(Napi::Env env);

    explicit BpfObject(const Napi::CallbackInfo &info);
    ~BpfObject();

  private:
    using Method = Napi::Value (BpfObject::*)(const Napi::CallbackInfo &info);
    template <Method method> static PropertyDescriptor method(const char *name);
    template <Method method> Napi::Value guardedCall(const Napi::CallbackInfo &info);

    Napi::Value knob(const Napi::CallbackInfo &info);
    Napi::Value setKnob(const Napi::CallbackInfo &info);
    Napi::Value setMaxEntries(const Napi::CallbackInfo &info);
    Napi::Value setAutoload(const Napi::CallbackInfo &info);
    Napi::Value load(const Napi::CallbackInfo &info);
    Napi::Value attach(const Napi::CallbackInfo &info);
    Napi::Value openRing(const Napi::CallbackInfo &info);
    Napi::Value drain(const Napi::CallbackInfo &info);
    Napi::Value backlog(const Napi::CallbackInfo &info);
    Napi::Value lookupBatch(const Napi::CallbackInfo &info);
    Napi::Value takeBatch(const Napi::CallbackInfo &info);
    Napi::Value select(const Napi::CallbackInfo &info);
    Napi::Value lookup(const Napi::CallbackInfo &info);
    Napi::Value update(const Napi::CallbackInfo &info);
    Napi::Value erase(const Napi::CallbackInfo &info);
    Napi::Value counters(const Napi::CallbackInfo &info);
    Napi::Value snapshot(const Napi::CallbackInfo &info);
    Napi::Value testRun(const Napi::CallbackInfo &info);
    Napi::Value enableRunStats(const Napi::CallbackInfo &info);
    Napi::Value programs(const Napi::CallbackInfo &info);
    Napi::Value maps(const Napi::CallbackInfo &info);
    Napi::Value close(const Napi::CallbackInfo &info);

    Napi::Value readBatch(const Napi::CallbackInfo &info, Read read);
    Object &object() const;
    RingReader &ring(const std::string &map) const;
    void release();

    std::shared_ptr<Object> object_; // shared with nobody: a Snapshot holds it weakly
    std::map<std::string, std::unique_ptr<RingReader>> rings_;
};

} // namespace sysprobe
