#include "object.h"

#include <bpf/bpf.h>
#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "errors.h"
#include "knobs.h"

namespace sysprobe {
namespace {

/** The most that a raw tracepoint's context has (MAX_BPF_FUNC_ARGS of the kernel). */
constexpr size_t kMaxArguments = 12;

} // namespace

Object::Object(std::span<const uint8_t> image, const std::string &name) {
    // A view may begin anywhere; ELF structures must be aligned. libbpf needs the image only while it opens.
    std::vector<uint64_t> aligned(roundUp(image.size(), sizeof(uint64_t)) / sizeof(uint64_t));
    if (!image.empty())
        std::memcpy(aligned.data(), image.data(), image.size());
    bpf_object_open_opts options{};
    options.sz = sizeof(options);
    options.object_name = name.c_str();
    object_.reset(bpf_object__open_mem(aligned.data(), image.size(), &options));
    if (!object_)
        throw Refusal(errno, "object '" + name + "' (" + std::to_string(image.size()) + " bytes)");
}

Integer Object::knob(const std::string &name) const {
    return sysprobe::knob(object_.get(), name);
}

void Object::setKnob(const std::string &name, Integer value) {
    requireOpen();
    sysprobe::setKnob(object_.get(), name, value);
}

void Object::setMaxEntries(const std::string &map, uint32_t entries) {
    requireOpen();
    if (int error = bpf_map__set_max_entries(findMap(map), entries))
        throw Refusal(-error, "map '" + map + "'");
}

void Object::setAutoload(const std::string &program, bool load) {
    requireOpen();
    if (int error = bpf_program__set_autoload(findProgram(program), load))
        throw Refusal(-error, "program '" + program + "'");
}

void Object::load() {
    requireOpen();
    // The verifier gives up at a signal, with EAGAIN, and libbpf tries five times: a profiler sends more.
    SignalsBlocked quiet;
    int error = bpf_object__load(object_.get());
    stage_ = error ? Stage::Failed : Stage::Loaded;
    if (error)
        throw Refusal(-error, std::string("object '") + bpf_object__name(object_.get()) + "'");
}

void Object::attach(const std::string &name) {
    const bpf_program *program = unattached(name);
    keep(program, bpf_program__attach(program), bpf_program__section_name(program));
}

void Object::attachToCgroup(const std::string &name, const std::string &directory) {
    const bpf_program *program = unattached(name);
    Fd cgroup(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!cgroup)
        throw Refusal(errno, "cgroup '" + directory + "'");
    keep(program, bpf_program__attach_cgroup(program, cgroup.get()), "cgroup '" + directory + "'");
}

const bpf_program *Object::unattached(const std::string &name) const {
    const bpf_program *program = loadedProgram(name);
    if (links_.contains(program))
        throw Misuse(EEXIST, "program '" + name + "' is attached already");
    return program;
}

void Object::keep(const bpf_program *program, bpf_link *made, const std::string &where) {
    Link link(made);
    if (!link)
        throw Refusal(errno, std::string("program '") + bpf_program__name(program) + "' (" + where + ")");
    links_.emplace(program, std::move(link));
}

void Object::enableRunStats() {
    if (stats_)
        return;
    stats_ = Fd(bpf_enable_stats(BPF_STATS_RUN_TIME));
    if (!stats_)
        throw Refusal(errno, "BPF_STATS_RUN_TIME");
}

const bpf_map *Object::loadedMap(const std::string &name) const {
    const bpf_map *map = findMap(name);
    requireLoaded();
    if (bpf_map__fd(map) < 0)
        throw Misuse(EINVAL, "map '" + name + "' was not created");
    return map;
}

const bpf_program *Object::loadedProgram(const std::string &name) const {
    const bpf_program *program = findProgram(name);
    requireLoaded();
    if (bpf_program__fd(program) < 0)
        throw Misuse(EINVAL, "program '" + name + "' was not loaded: setAutoload() turned it off");
    return program;
}

std::span<uint8_t> Object::memoryOf(const bpf_map *map) {
    size_t size = bpf_map__max_entries(map) * roundUp(bpf_map__value_size(map), 8);
    auto found = memory_.find(map);
    if (found == memory_.end()) {
        Mapping mapping(bpf_map__fd(map), size, PROT_READ | PROT_WRITE);
        if (!mapping)
            throw Refusal(errno, std::string("memory of map '") + bpf_map__name(map) + "'");
        found = memory_.emplace(map, std::move(mapping)).first;
    }
    return {found->second.data(), size};
}

std::vector<const bpf_map *> Object::maps() const {
    std::vector<const bpf_map *> all;
    const bpf_map *map;
    bpf_object__for_each_map(map, object_.get()) all.push_back(map);
    return all;
}

std::vector<ProgramState> Object::programs() const {
    std::vector<ProgramState> all;
    bpf_program *program;
    bpf_object__for_each_program(program, object_.get()) {
        bpf_prog_info info{};
        uint32_t size = sizeof(info);
        int fd = bpf_program__fd(program);
        if (fd >= 0 && bpf_obj_get_info_by_fd(fd, &info, &size))
            throw Refusal(errno, std::string("program '") + bpf_program__name(program) + "'");
        all.push_back({bpf_program__name(program), bpf_program__section_name(program), fd >= 0,
                       links_.contains(program), info.run_cnt, info.run_time_ns, info.recursion_misses,
                       info.verified_insns});
    }
    return all;
}

void Object::requireOpen() const {
    if (stage_ != Stage::Open)
        throw Misuse(EBUSY, "this must come before load()");
}

void Object::requireLoaded() const {
    if (stage_ == Stage::Open)
        throw Misuse(EINVAL, "this must come after load()");
    if (stage_ == Stage::Failed)
        throw Misuse(EINVAL, "load() failed; the object can only be closed");
}

bpf_map *Object::findMap(const std::string &name) const {
    bpf_map *map = bpf_object__find_map_by_name(object_.get(), name.c_str());
    if (!map)
        throw Misuse(ENOENT, "the object has no map '" + name + "'");
    return map;
}

bpf_program *Object::findProgram(const std::string &name) const {
    bpf_program *program = bpf_object__find_program_by_name(object_.get(), name.c_str());
    if (!program)
        throw Misuse(ENOENT, "the object has no program '" + name + "'");
    return program;
}

uint32_t testRun(const bpf_program *program, std::span<const uint64_t> arguments) {
    if (arguments.size() > kMaxArguments)
        throw Misuse(EINVAL, "a program takes at most " + std::to_string(kMaxArguments) + " arguments");
    std::array<uint64_t, kMaxArguments> context{};
    std::ranges::copy(arguments, context.begin());
    bpf_test_run_opts options{};
    options.sz = sizeof(options);
    options.ctx_in = context.data();
    options.ctx_size_in = sizeof(context);
    if (bpf_prog_test_run_opts(bpf_program__fd(program), &options))
        throw Refusal(errno, std::string("program '") + bpf_program__name(program) + "'");
    return options.retval;
}

} // namespace sysprobe
