#pragma once

#include <bpf/libbpf.h>

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "args.h"
#include "raii.h"

namespace sysprobe {

struct ProgramState {
    std::string name;
    std::string section;
    bool loaded;
    bool attached;
    uint64_t runCount;
    uint64_t runTimeNs;
    uint64_t skipCount;
    uint32_t verifiedInstructions;
};

/** One BPF object and what hangs on it: maps, programs, links. Everything is released by the destructor. */
class Object {
  public:
    Object(std::span<const uint8_t> image, const std::string &name);

    Integer knob(const std::string &name) const;
    void setKnob(const std::string &name, Integer value);
    void setMaxEntries(const std::string &map, uint32_t entries);
    void setAutoload(const std::string &program, bool load);
    void load();
    void attach(const std::string &program);
    /** A cgroup program, to the cgroup of this directory. */
    void attachToCgroup(const std::string &program, const std::string &directory);
    void enableRunStats();

    /** A map or program by name; Misuse when there is none, or when it is not in the kernel. */
    const bpf_map *loadedMap(const std::string &name) const;
    const bpf_program *loadedProgram(const std::string &name) const;
    /** The memory of a BPF_F_MMAPABLE array, mapped once and kept as long as the object. */
    std::span<uint8_t> memoryOf(const bpf_map *map);

    std::vector<const bpf_map *> maps() const;
    std::vector<ProgramState> programs() const;

  private:
    enum class Stage {
        Open,
        Loaded,
        Failed,
    };
    struct Close {
        void operator()(bpf_object *object) const { bpf_object__close(object); }
        void operator()(bpf_link *link) const { bpf_link__destroy(link); }
    };

    using Link = std::unique_ptr<bpf_link, Close>;

    /** The program, when it is loaded and not attached yet. */
    const bpf_program *unattached(const std::string &name) const;
    void keep(const bpf_program *program, bpf_link *link, const std::string &where);
    void requireOpen() const;
    void requireLoaded() const;
    bpf_map *findMap(const std::string &name) const;
    bpf_program *findProgram(const std::string &name) const;

    // Destroyed from the last to the first: links before the programs that they hold.
    Stage stage_ = Stage::Open;
    std::unique_ptr<bpf_object, Close> object_;
    std::map<const bpf_map *, Mapping> memory_;
    std::map<const bpf_program *, Link> links_;
    Fd stats_;
};

/** Runs a program by BPF_PROG_TEST_RUN with up to 12 u64 arguments; returns what it returned. */
uint32_t testRun(const bpf_program *program, std::span<const uint64_t> arguments);

} // namespace sysprobe
