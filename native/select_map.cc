#include "select_map.h"

#include <bpf/bpf.h>
#include <fcntl.h>

#include <cerrno>
#include <string>

#include "errors.h"
#include "raii.h"

namespace sysprobe {
namespace {

/** With descriptors of its own, so that the object may be closed meanwhile. */
class Selection : public Napi::AsyncWorker {
  public:
    Selection(Napi::Env env, const bpf_map *outer, const bpf_map *inner)
        : AsyncWorker(env, "sysprobe.select"), promise_(Napi::Promise::Deferred::New(env)),
          outer_(duplicate(outer)), inner_(duplicate(inner)),
          what_(std::string("map '") + bpf_map__name(inner) + "' in '" + bpf_map__name(outer) + "'") {}

    Napi::Promise promise() const { return promise_.Promise(); }

  protected:
    void Execute() override {
        uint32_t slot = 0;
        int inner = inner_.get();
        if (bpf_map_update_elem(outer_.get(), &slot, &inner, BPF_ANY))
            error_ = errno;
    }

    void OnOK() override {
        if (error_)
            promise_.Reject(nativeError(Env(), "select", Refusal(error_, what_), "").Value());
        else
            promise_.Resolve(Env().Undefined());
    }

  private:
    static Fd duplicate(const bpf_map *map) {
        Fd fd(::fcntl(bpf_map__fd(map), F_DUPFD_CLOEXEC, 0));
        if (!fd)
            throw Refusal(errno, std::string("map '") + bpf_map__name(map) + "'");
        return fd;
    }

    Napi::Promise::Deferred promise_;
    Fd outer_;
    Fd inner_;
    std::string what_;
    int error_ = 0;
};

} // namespace

Napi::Value selectMap(Napi::Env env, const bpf_map *outer, const bpf_map *inner) {
    if (bpf_map__type(outer) != BPF_MAP_TYPE_ARRAY_OF_MAPS)
        throw Misuse(EINVAL, std::string("map '") + bpf_map__name(outer) + "' is not an array of maps");
    auto *selection = new Selection(env, outer, inner); // frees itself when it is done
    Napi::Promise promise = selection->promise();
    selection->Queue();
    return promise;
}

} // namespace sysprobe
