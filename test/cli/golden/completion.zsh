#compdef sysprobe
_sysprobe() {
  local context state line
  _arguments -C '1:command:->command' '*::argument:->argument'
  case $state in
    command)
      local -a commands=(
        'flows:connections and conversations'
        'dns:names that were looked up, and what came of it'
        'processes:processes, with their containers and how they ended'
        'containers:containers, what they use and how they ended'
        'top:a live table of who has most traffic, connections or failures'
        'map:who talks to whom'
        'record:a session of system-probe to a file'
        'replay:serves a recorded session like system-probe'
        'status:is the server working, what is on, what was lost'
        'check:can system-probe run on this machine'
        'completion:a script that completes this command in a shell'
        'version:the version of this command'
      )
      _describe command commands;;
    argument)
      case $words[1] in
      flows) _arguments \
        '*-f[go on with what happens from now; breaks are bridged, losses are told]' \
        '*--follow[go on with what happens from now; breaks are bridged, losses are told]' \
        '*--no-reconnect[end when the followed stream does]' \
        '*--last[the N newest]:value:' \
        '*--first[the N oldest]:value:' \
        '*--all[no limit]' \
        '*--since[seen at or after\: 5m (ago), or RFC 3339]:value:' \
        '*--until[opened at or before]:value:' \
        '*-o[form of the output]:value:(compact table wide dict json cbor)' \
        '*--output[form of the output]:value:(compact table wide dict json cbor)' \
        '*--numeric[addresses instead of domain names, exact numbers of bytes and microseconds]' \
        '*--no-headers[no line of headers above a table]' \
        '*--time-format[how times look]:value:(time rfc3339 unix relative)' \
        '*--utc[times in UTC instead of local time]' \
        '*--color[color the output]:value:(auto always never)' \
        '*--ip[address or network, also behind NAT]:value:' \
        '*--from-ip[address or network, also behind NAT, of the client]:value:' \
        '*--to-ip[address or network, also behind NAT, of the server]:value:' \
        '*--port[port or range of ports, also behind NAT]:value:' \
        '*--from-port[port or range of ports, also behind NAT, of the client]:value:' \
        '*--to-port[port or range of ports, also behind NAT, of the server]:value:' \
        '*--domain[domain name that the address was looked up by; *.example.com for all below]:value:' \
        '*--from-domain[domain name that the address was looked up by; *.example.com for all below, of the client]:value:' \
        '*--to-domain[domain name that the address was looked up by; *.example.com for all below, of the server]:value:' \
        '*--container[container whose id begins with ID]:value:' \
        '*--from-container[container whose id begins with ID, of the client]:value:' \
        '*--to-container[container whose id begins with ID, of the server]:value:' \
        '*--netns[network namespace, by inode]:value:' \
        '*--protocol[transport protocol]:value:(tcp udp)' \
        '*--pid[process id on the host]:value:' \
        '*--comm[name of the process, * stands for anything]:value:' \
        '*--state[state of the connection; active = not closed]:value:(active established syn_sent syn_recv fin_wait1 fin_wait2 close_wait last_ack closing closed)' \
        '*--direction[who opened it; a local connection is also outgoing or incoming]:value:(outgoing incoming local)' \
        '*--failure[connections that failed, for REASON or for any]::value:(any refused timeout reset host_unreachable net_unreachable other)' \
        '*--min-bytes[at least SIZE sent and received together]:value:' \
        '*--rtt-over[round-trip time over TIME]:value:' \
        '*--family[address family]:value:(ipv4 ipv6 4 6)' \
        '*--pod[pod of Kubernetes]:value:' \
        '*--from-pod[pod of Kubernetes, of the client]:value:' \
        '*--to-pod[pod of Kubernetes, of the server]:value:' \
        '*-n[namespace of Kubernetes]:value:' \
        '*--namespace[namespace of Kubernetes]:value:' \
        '*--from-namespace[namespace of Kubernetes, of the client]:value:' \
        '*--to-namespace[namespace of Kubernetes, of the server]:value:' \
        '*--workload[workload of Kubernetes]:value:' \
        '*--from-workload[workload of Kubernetes, of the client]:value:' \
        '*--to-workload[workload of Kubernetes, of the server]:value:' \
        '*--service[service of Kubernetes]:value:' \
        '*--from-service[service of Kubernetes, of the client]:value:' \
        '*--to-service[service of Kubernetes, of the server]:value:' \
        '*-l[label of the pod]:value:' \
        '*--label[label of the pod]:value:' \
        '*--from-label[label of the pod, of the client]:value:' \
        '*--to-label[label of the pod, of the server]:value:' \
        '*-4[the same as --family ipv4]' \
        '*-6[the same as --family ipv6]' \
        '*--not[negates the filter that follows]' \
        '*-V[show the version of this command]' \
        '*--version[show the version of this command]' \
        '*--socket[socket of system-probe]:value:_files' \
        '*--server[node-agent instead, at http\://HOST\:PORT]:value:' \
        '*-h[show the help]' \
        '*--help[show the help]';;
      dns) _arguments \
        '*-f[go on with what happens from now; breaks are bridged, losses are told]' \
        '*--follow[go on with what happens from now; breaks are bridged, losses are told]' \
        '*--no-reconnect[end when the followed stream does]' \
        '*--last[the N newest]:value:' \
        '*--first[the N oldest]:value:' \
        '*--all[no limit]' \
        '*--since[asked at or after\: 5m (ago), or RFC 3339]:value:' \
        '*--until[asked at or before]:value:' \
        '*-o[form of the output]:value:(compact table wide dict json cbor)' \
        '*--output[form of the output]:value:(compact table wide dict json cbor)' \
        '*--numeric[addresses instead of domain names, exact numbers of bytes and microseconds]' \
        '*--no-headers[no line of headers above a table]' \
        '*--time-format[how times look]:value:(time rfc3339 unix relative)' \
        '*--utc[times in UTC instead of local time]' \
        '*--color[color the output]:value:(auto always never)' \
        '*--domain[name that was asked for; .example.com for it and all below]:value:' \
        '*--type[type that was asked for, such as A or AAAA]:value:' \
        '*--outcome[whether a server answered in time]:value:(answered timeout)' \
        '*--rcode[response code, such as NXDOMAIN or SERVFAIL]:value:' \
        '*--slow[answered after more than TIME]' \
        '*--server-ip[address or network of the server]:value:' \
        '*--ip[address or network of the server or of the asking socket]:value:' \
        '*--port[port or range of ports, of the server or of the asking socket]:value:' \
        '*--transport[how it was asked]:value:(udp tcp)' \
        '*--family[address family of the server]:value:(ipv4 ipv6 4 6)' \
        '*--container[container whose id begins with ID]:value:' \
        '*--pid[process id on the host]:value:' \
        '*--comm[name of the process, * stands for anything]:value:' \
        '*--netns[network namespace, by inode]:value:' \
        '*--pod[pod of Kubernetes]:value:' \
        '*-n[namespace of Kubernetes]:value:' \
        '*--namespace[namespace of Kubernetes]:value:' \
        '*--workload[workload of Kubernetes]:value:' \
        '*-l[label of the pod]:value:' \
        '*--label[label of the pod]:value:' \
        '*-4[the same as --family ipv4]' \
        '*-6[the same as --family ipv6]' \
        '*--not[negates the filter that follows]' \
        '*-V[show the version of this command]' \
        '*--version[show the version of this command]' \
        '*--socket[socket of system-probe]:value:_files' \
        '*--server[node-agent instead, at http\://HOST\:PORT]:value:' \
        '*-h[show the help]' \
        '*--help[show the help]';;
      processes) _arguments \
        '*-f[go on with what happens from now; breaks are bridged, losses are told]' \
        '*--follow[go on with what happens from now; breaks are bridged, losses are told]' \
        '*--no-reconnect[end when the followed stream does]' \
        '*--last[the N newest]:value:' \
        '*--first[the N oldest]:value:' \
        '*--all[no limit]' \
        '*--since[there at or after\: 5m (ago), or RFC 3339]:value:' \
        '*--until[started at or before]:value:' \
        '*-o[form of the output]:value:(compact table wide dict tree json cbor)' \
        '*--output[form of the output]:value:(compact table wide dict tree json cbor)' \
        '*--numeric[addresses instead of domain names, exact numbers of bytes and microseconds]' \
        '*--no-headers[no line of headers above a table]' \
        '*--time-format[how times look]:value:(time rfc3339 unix relative)' \
        '*--utc[times in UTC instead of local time]' \
        '*--color[color the output]:value:(auto always never)' \
        '*--pid[process id on the host]:value:' \
        '*--parent[children of PID]:value:' \
        '*--comm[name of the process, * stands for anything]:value:' \
        '*--exe[path of the executable]:value:' \
        '*--uid[user id]:value:' \
        '*--container[container whose id begins with ID]:value:' \
        '*--state[whether it still runs]:value:(running exited)' \
        '*--exit-code[exited with CODE]:value:' \
        '*--signal[ended by SIGNAL]:value:' \
        '*--oom[killed by the kernel for want of memory]::value:(true false)' \
        '*--netns[network namespace, by inode]:value:' \
        '*--pod[pod of Kubernetes]:value:' \
        '*-n[namespace of Kubernetes]:value:' \
        '*--namespace[namespace of Kubernetes]:value:' \
        '*--workload[workload of Kubernetes]:value:' \
        '*-l[label of the pod]:value:' \
        '*--label[label of the pod]:value:' \
        '*--not[negates the filter that follows]' \
        '*-V[show the version of this command]' \
        '*--version[show the version of this command]' \
        '*--socket[socket of system-probe]:value:_files' \
        '*--server[node-agent instead, at http\://HOST\:PORT]:value:' \
        '*-h[show the help]' \
        '*--help[show the help]';;
      containers) _arguments \
        '*-f[go on with what happens from now; breaks are bridged, losses are told]' \
        '*--follow[go on with what happens from now; breaks are bridged, losses are told]' \
        '*--no-reconnect[end when the followed stream does]' \
        '*--last[the N newest]:value:' \
        '*--first[the N oldest]:value:' \
        '*--all[no limit]' \
        '*--since[there at or after\: 5m (ago), or RFC 3339]:value:' \
        '*--until[started at or before]:value:' \
        '*-o[form of the output]:value:(compact table wide dict json cbor)' \
        '*--output[form of the output]:value:(compact table wide dict json cbor)' \
        '*--numeric[addresses instead of domain names, exact numbers of bytes and microseconds]' \
        '*--no-headers[no line of headers above a table]' \
        '*--time-format[how times look]:value:(time rfc3339 unix relative)' \
        '*--utc[times in UTC instead of local time]' \
        '*--color[color the output]:value:(auto always never)' \
        '*--container[container whose id begins with ID, or of that name]:value:' \
        '*--image[image, * stands for anything]:value:' \
        '*--runtime[container runtime]:value:' \
        '*--state[whether it runs]:value:(created running exited)' \
        '*--exit-code[exited with CODE]:value:' \
        '*--oom[the kernel killed a process of it for want of memory]::value:(true false)' \
        '*--crash-loop[starts again and again and fails]::value:(true false)' \
        '*--pod[pod of Kubernetes]:value:' \
        '*-n[namespace of Kubernetes]:value:' \
        '*--namespace[namespace of Kubernetes]:value:' \
        '*--workload[workload of Kubernetes]:value:' \
        '*-l[label, * stands for anything]:value:' \
        '*--label[label, * stands for anything]:value:' \
        '*--not[negates the filter that follows]' \
        '*-V[show the version of this command]' \
        '*--version[show the version of this command]' \
        '*--socket[socket of system-probe]:value:_files' \
        '*--server[node-agent instead, at http\://HOST\:PORT]:value:' \
        '*-h[show the help]' \
        '*--help[show the help]';;
      top) _arguments \
        '*--by[what a line stands for]:value:(container process peer domain pod workload namespace)' \
        '*--sort[what the lines are sorted by]:value:(name rate sent received open opened failed retransmits rtt cpu memory)' \
        '*-r[the smallest first]' \
        '*--reverse[the smallest first]' \
        '*-d[time between two pictures]:value:' \
        '*--delay[time between two pictures]:value:' \
        '*--window[how long a closed connection counts]:value:' \
        '*-n[end after N pictures]:value:' \
        '*--iterations[end after N pictures]:value:' \
        '*-b[one picture behind the other, for pipes; the default where there is no terminal]' \
        '*--batch[one picture behind the other, for pipes; the default where there is no terminal]' \
        '*--limit[lines of a picture, with --batch]:value:' \
        '*--color[color the output]:value:(auto always never)' \
        '*--ip[address or network, also behind NAT]:value:' \
        '*--from-ip[address or network, also behind NAT, of the client]:value:' \
        '*--to-ip[address or network, also behind NAT, of the server]:value:' \
        '*--port[port or range of ports, also behind NAT]:value:' \
        '*--from-port[port or range of ports, also behind NAT, of the client]:value:' \
        '*--to-port[port or range of ports, also behind NAT, of the server]:value:' \
        '*--domain[domain name that the address was looked up by; *.example.com for all below]:value:' \
        '*--from-domain[domain name that the address was looked up by; *.example.com for all below, of the client]:value:' \
        '*--to-domain[domain name that the address was looked up by; *.example.com for all below, of the server]:value:' \
        '*--container[container whose id begins with ID]:value:' \
        '*--from-container[container whose id begins with ID, of the client]:value:' \
        '*--to-container[container whose id begins with ID, of the server]:value:' \
        '*--netns[network namespace, by inode]:value:' \
        '*--protocol[transport protocol]:value:(tcp udp)' \
        '*--pid[process id on the host]:value:' \
        '*--comm[name of the process, * stands for anything]:value:' \
        '*--direction[who opened it; a local connection is also outgoing or incoming]:value:(outgoing incoming local)' \
        '*--failure[connections that failed, for REASON or for any]::value:(any refused timeout reset host_unreachable net_unreachable other)' \
        '*--min-bytes[at least SIZE sent and received together]:value:' \
        '*--rtt-over[round-trip time over TIME]:value:' \
        '*--family[address family]:value:(ipv4 ipv6 4 6)' \
        '*--pod[pod of Kubernetes]:value:' \
        '*--from-pod[pod of Kubernetes, of the client]:value:' \
        '*--to-pod[pod of Kubernetes, of the server]:value:' \
        '*--namespace[namespace of Kubernetes]:value:' \
        '*--from-namespace[namespace of Kubernetes, of the client]:value:' \
        '*--to-namespace[namespace of Kubernetes, of the server]:value:' \
        '*--workload[workload of Kubernetes]:value:' \
        '*--from-workload[workload of Kubernetes, of the client]:value:' \
        '*--to-workload[workload of Kubernetes, of the server]:value:' \
        '*--service[service of Kubernetes]:value:' \
        '*--from-service[service of Kubernetes, of the client]:value:' \
        '*--to-service[service of Kubernetes, of the server]:value:' \
        '*--label[label of the pod]:value:' \
        '*--from-label[label of the pod, of the client]:value:' \
        '*--to-label[label of the pod, of the server]:value:' \
        '*-4[the same as --family ipv4]' \
        '*-6[the same as --family ipv6]' \
        '*--not[negates the filter that follows]' \
        '*-V[show the version of this command]' \
        '*--version[show the version of this command]' \
        '*--socket[socket of system-probe]:value:_files' \
        '*--server[node-agent instead, at http\://HOST\:PORT]:value:' \
        '*-h[show the help]' \
        '*--help[show the help]';;
      map) _arguments \
        '*--group-by[what the ends of connections are]:value:(process container pod workload service namespace label:KEY node address)' \
        '*--since[connections seen at or after\: 5m (ago), or RFC 3339]:value:' \
        '*--until[connections opened at or before]:value:' \
        '*--limit[nodes shown, those with most traffic first]:value:' \
        '*--gather[draw the addresses of one network as one node, until at most so many are left]:value:' \
        '*-o[form of the output]:value:(text json dot mermaid)' \
        '*--output[form of the output]:value:(text json dot mermaid)' \
        '*--color[color the output]:value:(auto always never)' \
        '*--ip[address or network, also behind NAT]:value:' \
        '*--from-ip[address or network, also behind NAT, of the client]:value:' \
        '*--to-ip[address or network, also behind NAT, of the server]:value:' \
        '*--port[port or range of ports, also behind NAT]:value:' \
        '*--from-port[port or range of ports, also behind NAT, of the client]:value:' \
        '*--to-port[port or range of ports, also behind NAT, of the server]:value:' \
        '*--domain[domain name that the address was looked up by; *.example.com for all below]:value:' \
        '*--from-domain[domain name that the address was looked up by; *.example.com for all below, of the client]:value:' \
        '*--to-domain[domain name that the address was looked up by; *.example.com for all below, of the server]:value:' \
        '*--container[container whose id begins with ID]:value:' \
        '*--from-container[container whose id begins with ID, of the client]:value:' \
        '*--to-container[container whose id begins with ID, of the server]:value:' \
        '*--netns[network namespace, by inode]:value:' \
        '*--protocol[transport protocol]:value:(tcp udp)' \
        '*--pid[process id on the host]:value:' \
        '*--comm[name of the process, * stands for anything]:value:' \
        '*--state[state of the connection; active = not closed]:value:(active established syn_sent syn_recv fin_wait1 fin_wait2 close_wait last_ack closing closed)' \
        '*--direction[who opened it; a local connection is also outgoing or incoming]:value:(outgoing incoming local)' \
        '*--failure[connections that failed, for REASON or for any]::value:(any refused timeout reset host_unreachable net_unreachable other)' \
        '*--min-bytes[at least SIZE sent and received together]:value:' \
        '*--rtt-over[round-trip time over TIME]:value:' \
        '*--family[address family]:value:(ipv4 ipv6 4 6)' \
        '*--pod[pod of Kubernetes]:value:' \
        '*--from-pod[pod of Kubernetes, of the client]:value:' \
        '*--to-pod[pod of Kubernetes, of the server]:value:' \
        '*-n[namespace of Kubernetes]:value:' \
        '*--namespace[namespace of Kubernetes]:value:' \
        '*--from-namespace[namespace of Kubernetes, of the client]:value:' \
        '*--to-namespace[namespace of Kubernetes, of the server]:value:' \
        '*--workload[workload of Kubernetes]:value:' \
        '*--from-workload[workload of Kubernetes, of the client]:value:' \
        '*--to-workload[workload of Kubernetes, of the server]:value:' \
        '*--service[service of Kubernetes]:value:' \
        '*--from-service[service of Kubernetes, of the client]:value:' \
        '*--to-service[service of Kubernetes, of the server]:value:' \
        '*-l[label of the pod]:value:' \
        '*--label[label of the pod]:value:' \
        '*--from-label[label of the pod, of the client]:value:' \
        '*--to-label[label of the pod, of the server]:value:' \
        '*-4[the same as --family ipv4]' \
        '*-6[the same as --family ipv6]' \
        '*--not[negates the filter that follows]' \
        '*-V[show the version of this command]' \
        '*--version[show the version of this command]' \
        '*--socket[socket of system-probe]:value:_files' \
        '*--server[node-agent instead, at http\://HOST\:PORT]:value:' \
        '*-h[show the help]' \
        '*--help[show the help]';;
      record) _arguments \
        '*--for[end after TIME, such as 30s or 10m]:value:' \
        '*--force[replace the file when it is there]' \
        '*--kind[what happened to\: a flow, a process …]:value:(flow dns process container)' \
        '*--container[container whose id begins with ID]:value:' \
        '*--pid[process id on the host]:value:' \
        '*--comm[name of the process, * stands for anything]:value:' \
        '*--not[negates the filter that follows]' \
        '*-V[show the version of this command]' \
        '*--version[show the version of this command]' \
        '*--socket[socket of system-probe]:value:_files' \
        '*--server[node-agent instead, at http\://HOST\:PORT]:value:' \
        '*-h[show the help]' \
        '*--help[show the help]' \
        '1:file:_files';;
      replay) _arguments \
        '*--speed[seconds of the session in a second, or max for all of it at once]:value:' \
        '*--once[begin when someone follows, end when all was played and read]' \
        '*--keep-times[leave the times as they were recorded]' \
        '*-V[show the version of this command]' \
        '*--version[show the version of this command]' \
        '*--socket[socket of system-probe]:value:_files' \
        '*--server[node-agent instead, at http\://HOST\:PORT]:value:' \
        '*-h[show the help]' \
        '*--help[show the help]' \
        '1:file:_files';;
      status) _arguments \
        '*-o[form of the output]:value:(text json)' \
        '*--output[form of the output]:value:(text json)' \
        '*--color[color the output]:value:(auto always never)' \
        '*-V[show the version of this command]' \
        '*--version[show the version of this command]' \
        '*--socket[socket of system-probe]:value:_files' \
        '*--server[node-agent instead, at http\://HOST\:PORT]:value:' \
        '*-h[show the help]' \
        '*--help[show the help]';;
      check) _arguments \
        '*-o[form of the output]:value:(text json)' \
        '*--output[form of the output]:value:(text json)' \
        '*--binding[how libbpf is called, as of system-probe]:value:(addon ffi)' \
        '*--color[color the output]:value:(auto always never)' \
        '*-V[show the version of this command]' \
        '*--version[show the version of this command]' \
        '*--socket[socket of system-probe]:value:_files' \
        '*--server[node-agent instead, at http\://HOST\:PORT]:value:' \
        '*-h[show the help]' \
        '*--help[show the help]';;
      completion) _arguments \
        '*-V[show the version of this command]' \
        '*--version[show the version of this command]' \
        '*--socket[socket of system-probe]:value:_files' \
        '*--server[node-agent instead, at http\://HOST\:PORT]:value:' \
        '*-h[show the help]' \
        '*--help[show the help]' \
        '1:value:(bash zsh fish)';;
      version) _arguments \
        '*-V[show the version of this command]' \
        '*--version[show the version of this command]' \
        '*--socket[socket of system-probe]:value:_files' \
        '*--server[node-agent instead, at http\://HOST\:PORT]:value:' \
        '*-h[show the help]' \
        '*--help[show the help]';;
      esac;;
  esac
}
# Found through fpath this file is the function; sourced it only defines it.
if [[ ${funcstack[1]} == _sysprobe ]]; then _sysprobe "$@"; else compdef _sysprobe sysprobe; fi
