# bash completion for sysprobe
_sysprobe() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command= words= word
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in flows|dns|processes|containers|top|map|record|replay|status|check|completion|version) command=$word; break;; esac
  done
  COMPREPLY=()
  if [[ $prev == --socket ]]; then
    COMPREPLY=($(compgen -f -- "$cur"))
    return
  fi
  case "$command $prev" in
    "flows -o"|"flows --output") COMPREPLY=($(compgen -W "compact table wide dict json cbor" -- "$cur")); return;;
    "flows --time-format") COMPREPLY=($(compgen -W "time rfc3339 unix relative" -- "$cur")); return;;
    "flows --color") COMPREPLY=($(compgen -W "auto always never" -- "$cur")); return;;
    "flows --protocol") COMPREPLY=($(compgen -W "tcp udp" -- "$cur")); return;;
    "flows --state") COMPREPLY=($(compgen -W "active established syn_sent syn_recv fin_wait1 fin_wait2 close_wait last_ack closing closed" -- "$cur")); return;;
    "flows --direction") COMPREPLY=($(compgen -W "outgoing incoming local" -- "$cur")); return;;
    "flows --failure") COMPREPLY=($(compgen -W "any refused timeout reset host_unreachable net_unreachable other" -- "$cur")); [[ $cur == -* ]] || return;;
    "flows --family") COMPREPLY=($(compgen -W "ipv4 ipv6 4 6" -- "$cur")); return;;
    "flows --last"|"flows --first"|"flows --since"|"flows --until"|"flows --ip"|"flows --from-ip"|"flows --to-ip"|"flows --port"|"flows --from-port"|"flows --to-port"|"flows --domain"|"flows --from-domain"|"flows --to-domain"|"flows --container"|"flows --from-container"|"flows --to-container"|"flows --netns"|"flows --pid"|"flows --comm"|"flows --min-bytes"|"flows --rtt-over"|"flows --pod"|"flows --from-pod"|"flows --to-pod"|"flows -n"|"flows --namespace"|"flows --from-namespace"|"flows --to-namespace"|"flows --workload"|"flows --from-workload"|"flows --to-workload"|"flows --service"|"flows --from-service"|"flows --to-service"|"flows -l"|"flows --label"|"flows --from-label"|"flows --to-label"|"flows --socket"|"flows --server") return;;
    "dns -o"|"dns --output") COMPREPLY=($(compgen -W "compact table wide dict json cbor" -- "$cur")); return;;
    "dns --time-format") COMPREPLY=($(compgen -W "time rfc3339 unix relative" -- "$cur")); return;;
    "dns --color") COMPREPLY=($(compgen -W "auto always never" -- "$cur")); return;;
    "dns --outcome") COMPREPLY=($(compgen -W "answered timeout" -- "$cur")); return;;
    "dns --transport") COMPREPLY=($(compgen -W "udp tcp" -- "$cur")); return;;
    "dns --family") COMPREPLY=($(compgen -W "ipv4 ipv6 4 6" -- "$cur")); return;;
    "dns --last"|"dns --first"|"dns --since"|"dns --until"|"dns --domain"|"dns --type"|"dns --rcode"|"dns --server-ip"|"dns --ip"|"dns --port"|"dns --container"|"dns --pid"|"dns --comm"|"dns --netns"|"dns --pod"|"dns -n"|"dns --namespace"|"dns --workload"|"dns -l"|"dns --label"|"dns --socket"|"dns --server") return;;
    "processes -o"|"processes --output") COMPREPLY=($(compgen -W "compact table wide dict tree json cbor" -- "$cur")); return;;
    "processes --time-format") COMPREPLY=($(compgen -W "time rfc3339 unix relative" -- "$cur")); return;;
    "processes --color") COMPREPLY=($(compgen -W "auto always never" -- "$cur")); return;;
    "processes --state") COMPREPLY=($(compgen -W "running exited" -- "$cur")); return;;
    "processes --oom") COMPREPLY=($(compgen -W "true false" -- "$cur")); [[ $cur == -* ]] || return;;
    "processes --last"|"processes --first"|"processes --since"|"processes --until"|"processes --pid"|"processes --parent"|"processes --comm"|"processes --exe"|"processes --uid"|"processes --container"|"processes --exit-code"|"processes --signal"|"processes --netns"|"processes --pod"|"processes -n"|"processes --namespace"|"processes --workload"|"processes -l"|"processes --label"|"processes --socket"|"processes --server") return;;
    "containers -o"|"containers --output") COMPREPLY=($(compgen -W "compact table wide dict json cbor" -- "$cur")); return;;
    "containers --time-format") COMPREPLY=($(compgen -W "time rfc3339 unix relative" -- "$cur")); return;;
    "containers --color") COMPREPLY=($(compgen -W "auto always never" -- "$cur")); return;;
    "containers --state") COMPREPLY=($(compgen -W "created running exited" -- "$cur")); return;;
    "containers --oom") COMPREPLY=($(compgen -W "true false" -- "$cur")); [[ $cur == -* ]] || return;;
    "containers --crash-loop") COMPREPLY=($(compgen -W "true false" -- "$cur")); [[ $cur == -* ]] || return;;
    "containers --last"|"containers --first"|"containers --since"|"containers --until"|"containers --container"|"containers --image"|"containers --runtime"|"containers --exit-code"|"containers --pod"|"containers -n"|"containers --namespace"|"containers --workload"|"containers -l"|"containers --label"|"containers --socket"|"containers --server") return;;
    "top --by") COMPREPLY=($(compgen -W "container process peer domain pod workload namespace" -- "$cur")); return;;
    "top --sort") COMPREPLY=($(compgen -W "name rate sent received open opened failed retransmits rtt cpu memory" -- "$cur")); return;;
    "top --color") COMPREPLY=($(compgen -W "auto always never" -- "$cur")); return;;
    "top --protocol") COMPREPLY=($(compgen -W "tcp udp" -- "$cur")); return;;
    "top --direction") COMPREPLY=($(compgen -W "outgoing incoming local" -- "$cur")); return;;
    "top --failure") COMPREPLY=($(compgen -W "any refused timeout reset host_unreachable net_unreachable other" -- "$cur")); [[ $cur == -* ]] || return;;
    "top --family") COMPREPLY=($(compgen -W "ipv4 ipv6 4 6" -- "$cur")); return;;
    "top -d"|"top --delay"|"top --window"|"top -n"|"top --iterations"|"top --limit"|"top --ip"|"top --from-ip"|"top --to-ip"|"top --port"|"top --from-port"|"top --to-port"|"top --domain"|"top --from-domain"|"top --to-domain"|"top --container"|"top --from-container"|"top --to-container"|"top --netns"|"top --pid"|"top --comm"|"top --min-bytes"|"top --rtt-over"|"top --pod"|"top --from-pod"|"top --to-pod"|"top --namespace"|"top --from-namespace"|"top --to-namespace"|"top --workload"|"top --from-workload"|"top --to-workload"|"top --service"|"top --from-service"|"top --to-service"|"top --label"|"top --from-label"|"top --to-label"|"top --socket"|"top --server") return;;
    "map --group-by") COMPREPLY=($(compgen -W "process container pod workload service namespace label:KEY node address" -- "$cur")); return;;
    "map -o"|"map --output") COMPREPLY=($(compgen -W "text json dot mermaid" -- "$cur")); return;;
    "map --color") COMPREPLY=($(compgen -W "auto always never" -- "$cur")); return;;
    "map --protocol") COMPREPLY=($(compgen -W "tcp udp" -- "$cur")); return;;
    "map --state") COMPREPLY=($(compgen -W "active established syn_sent syn_recv fin_wait1 fin_wait2 close_wait last_ack closing closed" -- "$cur")); return;;
    "map --direction") COMPREPLY=($(compgen -W "outgoing incoming local" -- "$cur")); return;;
    "map --failure") COMPREPLY=($(compgen -W "any refused timeout reset host_unreachable net_unreachable other" -- "$cur")); [[ $cur == -* ]] || return;;
    "map --family") COMPREPLY=($(compgen -W "ipv4 ipv6 4 6" -- "$cur")); return;;
    "map --since"|"map --until"|"map --limit"|"map --gather"|"map --ip"|"map --from-ip"|"map --to-ip"|"map --port"|"map --from-port"|"map --to-port"|"map --domain"|"map --from-domain"|"map --to-domain"|"map --container"|"map --from-container"|"map --to-container"|"map --netns"|"map --pid"|"map --comm"|"map --min-bytes"|"map --rtt-over"|"map --pod"|"map --from-pod"|"map --to-pod"|"map -n"|"map --namespace"|"map --from-namespace"|"map --to-namespace"|"map --workload"|"map --from-workload"|"map --to-workload"|"map --service"|"map --from-service"|"map --to-service"|"map -l"|"map --label"|"map --from-label"|"map --to-label"|"map --socket"|"map --server") return;;
    "record --kind") COMPREPLY=($(compgen -W "flow dns process container" -- "$cur")); return;;
    "record --for"|"record --container"|"record --pid"|"record --comm"|"record --socket"|"record --server") return;;
    "replay --speed"|"replay --socket"|"replay --server") return;;
    "status -o"|"status --output") COMPREPLY=($(compgen -W "text json" -- "$cur")); return;;
    "status --color") COMPREPLY=($(compgen -W "auto always never" -- "$cur")); return;;
    "status --socket"|"status --server") return;;
    "check -o"|"check --output") COMPREPLY=($(compgen -W "text json" -- "$cur")); return;;
    "check --binding") COMPREPLY=($(compgen -W "addon ffi" -- "$cur")); return;;
    "check --color") COMPREPLY=($(compgen -W "auto always never" -- "$cur")); return;;
    "check --socket"|"check --server") return;;
    "completion --socket"|"completion --server") return;;
    "version --socket"|"version --server") return;;
  esac
  case $command in
    '') words="flows dns processes containers top map record replay status check completion version --help --version --socket --server";;
    flows) words="--follow --no-reconnect --last --first --all --since --until --output --numeric --no-headers --time-format --utc --color --ip --from-ip --to-ip --port --from-port --to-port --domain --from-domain --to-domain --container --from-container --to-container --netns --protocol --pid --comm --state --direction --failure --min-bytes --rtt-over --family --pod --from-pod --to-pod --namespace --from-namespace --to-namespace --workload --from-workload --to-workload --service --from-service --to-service --label --from-label --to-label -4 -6 --not --version --socket --server --help";;
    dns) words="--follow --no-reconnect --last --first --all --since --until --output --numeric --no-headers --time-format --utc --color --domain --type --outcome --rcode --slow --server-ip --ip --port --transport --family --container --pid --comm --netns --pod --namespace --workload --label -4 -6 --not --version --socket --server --help";;
    processes) words="--follow --no-reconnect --last --first --all --since --until --output --numeric --no-headers --time-format --utc --color --pid --parent --comm --exe --uid --container --state --exit-code --signal --oom --netns --pod --namespace --workload --label --not --version --socket --server --help";;
    containers) words="--follow --no-reconnect --last --first --all --since --until --output --numeric --no-headers --time-format --utc --color --container --image --runtime --state --exit-code --oom --crash-loop --pod --namespace --workload --label --not --version --socket --server --help";;
    top) words="--by --sort --reverse --delay --window --iterations --batch --limit --color --ip --from-ip --to-ip --port --from-port --to-port --domain --from-domain --to-domain --container --from-container --to-container --netns --protocol --pid --comm --direction --failure --min-bytes --rtt-over --family --pod --from-pod --to-pod --namespace --from-namespace --to-namespace --workload --from-workload --to-workload --service --from-service --to-service --label --from-label --to-label -4 -6 --not --version --socket --server --help";;
    map) words="--group-by --since --until --limit --gather --output --color --ip --from-ip --to-ip --port --from-port --to-port --domain --from-domain --to-domain --container --from-container --to-container --netns --protocol --pid --comm --state --direction --failure --min-bytes --rtt-over --family --pod --from-pod --to-pod --namespace --from-namespace --to-namespace --workload --from-workload --to-workload --service --from-service --to-service --label --from-label --to-label -4 -6 --not --version --socket --server --help";;
    record) words="--for --force --kind --container --pid --comm --not --version --socket --server --help";;
    replay) words="--speed --once --keep-times --version --socket --server --help";;
    status) words="--output --color --version --socket --server --help";;
    check) words="--output --binding --color --version --socket --server --help";;
    completion) words="--version --socket --server --help bash zsh fish";;
    version) words="--version --socket --server --help";;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
  case $command in record|replay) [[ $cur == -* ]] || COMPREPLY=($(compgen -f -- "$cur"));; esac
}
complete -F _sysprobe sysprobe
