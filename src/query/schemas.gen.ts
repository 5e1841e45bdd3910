// Generated from src/agent/answers.ts by scripts/gen-schemas.ts (npm run generate). Do not edit.
/** What the API answers, by name, as JSON schemas that allow nothing else. */
export const SCHEMAS: Readonly<Record<string, object>> = {
 "Change": {
  "type": "object",
  "additionalProperties": false,
  "properties": {
   "generatedAt": {
    "type": "string"
   },
   "window": {
    "$ref": "#/components/schemas/MapWindow"
   },
   "nodes": {
    "type": "object",
    "properties": {
     "upserted": {
      "type": "array",
      "items": {
       "$ref": "#/components/schemas/MapNode"
      }
     },
     "removed": {
      "type": "array",
      "items": {
       "type": "string"
      }
     }
    },
    "required": [
     "upserted",
     "removed"
    ],
    "additionalProperties": false
   },
   "edges": {
    "type": "object",
    "properties": {
     "upserted": {
      "type": "array",
      "items": {
       "$ref": "#/components/schemas/MapEdge"
      }
     },
     "removed": {
      "type": "array",
      "items": {
       "type": "string"
      }
     }
    },
    "required": [
     "upserted",
     "removed"
    ],
    "additionalProperties": false
   },
   "hidden": {
    "$ref": "#/components/schemas/MapHidden",
    "description": "Present when it differs from before; both 0 when everything is listed again."
   }
  },
  "required": [
   "edges",
   "generatedAt",
   "nodes",
   "window"
  ]
 },
 "Container": {
  "type": "object",
  "properties": {
   "id": {
    "type": "string"
   },
   "runtime": {
    "type": "string"
   },
   "kind": {
    "type": "string",
    "enum": [
     "container",
     "sandbox"
    ],
    "description": "`sandbox`: what holds the namespaces of a pod and runs nothing of its own."
   },
   "name": {
    "type": "string"
   },
   "image": {
    "type": "string"
   },
   "labels": {
    "type": "array",
    "items": {
     "type": "string"
    },
    "description": "`key=value` each."
   },
   "state": {
    "$ref": "#/components/schemas/ContainerState"
   },
   "createdAt": {
    "type": "string",
    "description": "RFC 3339 with nanoseconds, UTC."
   },
   "startedAt": {
    "type": "string"
   },
   "stoppedAt": {
    "type": "string"
   },
   "process": {
    "type": "object",
    "properties": {
     "pid": {
      "type": "number"
     }
    },
    "additionalProperties": false,
    "description": "Its first process, in the pid namespace of the host."
   },
   "exitCode": {
    "type": "number",
    "description": "Of its first process; 128 + signal when a signal ended it."
   },
   "signal": {
    "type": "number"
   },
   "oomKilled": {
    "type": "boolean",
    "description": "The kernel killed a process of it for want of memory."
   },
   "restarts": {
    "type": "number",
    "description": "Earlier lives of the same container, by the runtime's count or those that were seen."
   },
   "crashLoop": {
    "type": "boolean"
   },
   "cgroup": {
    "type": "object",
    "properties": {
     "id": {
      "type": "number"
     },
     "path": {
      "type": "string"
     }
    },
    "additionalProperties": false
   },
   "sampledAt": {
    "type": "string",
    "description": "When what follows was read."
   },
   "cpu": {
    "$ref": "#/components/schemas/CpuSaturation"
   },
   "memory": {
    "$ref": "#/components/schemas/MemorySaturation"
   },
   "pressure": {
    "$ref": "#/components/schemas/PressureSaturation"
   },
   "io": {
    "$ref": "#/components/schemas/IoSaturation"
   },
   "pids": {
    "type": "object",
    "properties": {
     "count": {
      "type": "number"
     },
     "limit": {
      "type": "number"
     }
    },
    "additionalProperties": false,
    "description": "Tasks, of which a process has one for each thread: what the limit counts."
   },
   "sockets": {
    "type": "number",
    "description": "Flows that are open."
   },
   "kubernetes": {
    "type": "object",
    "additionalProperties": false,
    "properties": {
     "namespace": {
      "type": "string"
     },
     "pod": {
      "type": "string"
     },
     "container": {
      "type": "string"
     },
     "podUid": {
      "type": "string"
     },
     "workload": {
      "$ref": "#/components/schemas/Workload"
     },
     "service": {
      "type": "string",
      "description": "The one that was called, else one that leads to the pod."
     },
     "node": {
      "type": "string"
     },
     "labels": {
      "type": "object",
      "additionalProperties": {
       "type": "string"
      }
     },
     "tags": {
      "type": "object",
      "additionalProperties": {
       "type": "string"
      },
      "description": "Of DD_KUBERNETES_POD_LABELS_AS_TAGS."
     }
    },
    "description": "What the container's runtime tells, and Kubernetes where it is known."
   }
  },
  "additionalProperties": false,
  "required": [
   "id",
   "state"
  ]
 },
 "ContainerEvent": {
  "type": "object",
  "additionalProperties": false,
  "properties": {
   "type": {
    "$ref": "#/components/schemas/EventType"
   },
   "cursor": {
    "type": "string",
    "description": "Give this as `after` to continue behind this event."
   },
   "id": {
    "type": "string"
   },
   "runtime": {
    "type": "string"
   },
   "kind": {
    "type": "string",
    "enum": [
     "container",
     "sandbox"
    ],
    "description": "`sandbox`: what holds the namespaces of a pod and runs nothing of its own."
   },
   "name": {
    "type": "string"
   },
   "image": {
    "type": "string"
   },
   "labels": {
    "type": "array",
    "items": {
     "type": "string"
    },
    "description": "`key=value` each."
   },
   "state": {
    "$ref": "#/components/schemas/ContainerState"
   },
   "createdAt": {
    "type": "string",
    "description": "RFC 3339 with nanoseconds, UTC."
   },
   "startedAt": {
    "type": "string"
   },
   "stoppedAt": {
    "type": "string"
   },
   "process": {
    "type": "object",
    "properties": {
     "pid": {
      "type": "number"
     }
    },
    "additionalProperties": false,
    "description": "Its first process, in the pid namespace of the host."
   },
   "exitCode": {
    "type": "number",
    "description": "Of its first process; 128 + signal when a signal ended it."
   },
   "signal": {
    "type": "number"
   },
   "oomKilled": {
    "type": "boolean",
    "description": "The kernel killed a process of it for want of memory."
   },
   "restarts": {
    "type": "number",
    "description": "Earlier lives of the same container, by the runtime's count or those that were seen."
   },
   "crashLoop": {
    "type": "boolean"
   },
   "cgroup": {
    "type": "object",
    "properties": {
     "id": {
      "type": "number"
     },
     "path": {
      "type": "string"
     }
    },
    "additionalProperties": false
   },
   "sampledAt": {
    "type": "string",
    "description": "When what follows was read."
   },
   "cpu": {
    "$ref": "#/components/schemas/CpuSaturation"
   },
   "memory": {
    "$ref": "#/components/schemas/MemorySaturation"
   },
   "pressure": {
    "$ref": "#/components/schemas/PressureSaturation"
   },
   "io": {
    "$ref": "#/components/schemas/IoSaturation"
   },
   "pids": {
    "type": "object",
    "properties": {
     "count": {
      "type": "number"
     },
     "limit": {
      "type": "number"
     }
    },
    "additionalProperties": false,
    "description": "Tasks, of which a process has one for each thread: what the limit counts."
   },
   "sockets": {
    "type": "number",
    "description": "Flows that are open."
   },
   "kubernetes": {
    "type": "object",
    "additionalProperties": false,
    "properties": {
     "namespace": {
      "type": "string"
     },
     "pod": {
      "type": "string"
     },
     "container": {
      "type": "string"
     },
     "podUid": {
      "type": "string"
     },
     "workload": {
      "$ref": "#/components/schemas/Workload"
     },
     "service": {
      "type": "string",
      "description": "The one that was called, else one that leads to the pod."
     },
     "node": {
      "type": "string"
     },
     "labels": {
      "type": "object",
      "additionalProperties": {
       "type": "string"
      }
     },
     "tags": {
      "type": "object",
      "additionalProperties": {
       "type": "string"
      },
      "description": "Of DD_KUBERNETES_POD_LABELS_AS_TAGS."
     }
    },
    "description": "What the container's runtime tells, and Kubernetes where it is known."
   }
  },
  "required": [
   "cursor",
   "id",
   "state",
   "type"
  ]
 },
 "ContainerList": {
  "type": "object",
  "properties": {
   "matched": {
    "type": "number",
    "description": "Records that matched the filters, also those that a limit left out."
   },
   "cursor": {
    "type": "string",
    "description": "Follow from here to miss nothing that came after the list."
   },
   "next": {
    "type": "string",
    "description": "Give this as `after` for the page behind; absent when there is none."
   },
   "containers": {
    "type": "array",
    "items": {
     "$ref": "#/components/schemas/Container"
    },
    "description": "Those that ended first, in the order in which they did, then those that run."
   }
  },
  "required": [
   "containers",
   "cursor",
   "matched"
  ],
  "additionalProperties": false
 },
 "ContainerState": {
  "type": "string",
  "enum": [
   "created",
   "running",
   "exited"
  ],
  "description": "A container as every client sees it: one life of it, from its first process to the end of it. Absent = not known."
 },
 "CpuSaturation": {
  "type": "object",
  "properties": {
   "usageUs": {
    "type": "number"
   },
   "userUs": {
    "type": "number"
   },
   "systemUs": {
    "type": "number"
   },
   "periods": {
    "type": "number",
    "description": "Enforcement periods of the limit, those in which it ran dry, and how long the tasks were held then."
   },
   "throttledPeriods": {
    "type": "number"
   },
   "throttledUs": {
    "type": "number"
   },
   "limitMillicores": {
    "type": "number",
    "description": "1000 is one CPU."
   },
   "millicores": {
    "type": "number"
   }
  },
  "additionalProperties": false,
  "description": "Totals since the container was made, except `millicores`, which is the rate between the last two samples."
 },
 "Direction": {
  "type": "string",
  "enum": [
   "outgoing",
   "incoming",
   "local"
  ],
  "description": "A flow as every client sees it: one side of one TCP connection or UDP conversation. Absent = not known."
 },
 "Dns": {
  "type": "object",
  "additionalProperties": false,
  "properties": {
   "kubernetes": {
    "$ref": "#/components/schemas/Names",
    "description": "Absent where Kubernetes does not know the owner."
   },
   "id": {
    "type": "string"
   },
   "askedAt": {
    "type": "string",
    "description": "RFC 3339 with nanoseconds, UTC."
   },
   "question": {
    "type": "object",
    "properties": {
     "name": {
      "type": "string"
     },
     "type": {
      "type": "string"
     }
    },
    "required": [
     "name",
     "type"
    ],
    "additionalProperties": false
   },
   "server": {
    "type": "object",
    "properties": {
     "ip": {
      "type": "string"
     },
     "port": {
      "type": "number"
     }
    },
    "required": [
     "ip",
     "port"
    ],
    "additionalProperties": false
   },
   "transport": {
    "type": "string",
    "enum": [
     "udp",
     "tcp"
    ]
   },
   "outcome": {
    "type": "string",
    "enum": [
     "answered",
     "timeout"
    ],
    "description": "A server that says that it failed, with SERVFAIL, has answered."
   },
   "rcode": {
    "type": "string",
    "description": "`NOERROR`, `NXDOMAIN`, …"
   },
   "latencyUs": {
    "type": "number"
   },
   "answers": {
    "type": "array",
    "items": {
     "$ref": "#/components/schemas/DnsAnswer"
    }
   },
   "answersOmitted": {
    "type": "number",
    "description": "Answers of the server that are not in `answers`."
   },
   "truncated": {
    "type": "boolean",
    "description": "The server had no room for all of its answer: the client will ask over TCP."
   },
   "retries": {
    "type": "number",
    "description": "Times that the question was sent again."
   },
   "netns": {
    "type": "number",
    "description": "Inode of the network namespace."
   },
   "process": {
    "type": "object",
    "properties": {
     "pid": {
      "type": "number"
     },
     "comm": {
      "type": "string"
     },
     "exe": {
      "type": "string"
     }
    },
    "additionalProperties": false
   },
   "container": {
    "type": "object",
    "properties": {
     "id": {
      "type": "string"
     },
     "runtime": {
      "type": "string"
     }
    },
    "additionalProperties": false
   },
   "cgroup": {
    "type": "object",
    "properties": {
     "id": {
      "type": "number"
     },
     "path": {
      "type": "string"
     }
    },
    "additionalProperties": false
   },
   "source": {
    "type": "object",
    "properties": {
     "ip": {
      "type": "string"
     },
     "port": {
      "type": "number"
     }
    },
    "required": [
     "ip",
     "port"
    ],
    "additionalProperties": false,
    "description": "The asking socket's own end."
   },
   "searches": {
    "type": "number",
    "description": "Transactions with a domain of the search list behind the name that came before, for nothing."
   }
  },
  "required": [
   "id",
   "outcome",
   "question"
  ]
 },
 "DnsAnswer": {
  "type": "object",
  "properties": {
   "name": {
    "type": "string"
   },
   "type": {
    "type": "string"
   },
   "data": {
    "type": "string"
   },
   "ttl": {
    "type": "number",
    "description": "Seconds."
   }
  },
  "required": [
   "name",
   "type",
   "data",
   "ttl"
  ],
  "additionalProperties": false,
  "description": "A DNS transaction as every client sees it: a question and what came of it, at the side that asked. Absent = not known."
 },
 "DnsEvent": {
  "type": "object",
  "additionalProperties": false,
  "properties": {
   "type": {
    "$ref": "#/components/schemas/EventType"
   },
   "cursor": {
    "type": "string",
    "description": "Give this as `after` to continue behind this event."
   },
   "kubernetes": {
    "$ref": "#/components/schemas/Names",
    "description": "Absent where Kubernetes does not know the owner."
   },
   "id": {
    "type": "string"
   },
   "askedAt": {
    "type": "string",
    "description": "RFC 3339 with nanoseconds, UTC."
   },
   "question": {
    "type": "object",
    "properties": {
     "name": {
      "type": "string"
     },
     "type": {
      "type": "string"
     }
    },
    "required": [
     "name",
     "type"
    ],
    "additionalProperties": false
   },
   "server": {
    "type": "object",
    "properties": {
     "ip": {
      "type": "string"
     },
     "port": {
      "type": "number"
     }
    },
    "required": [
     "ip",
     "port"
    ],
    "additionalProperties": false
   },
   "transport": {
    "type": "string",
    "enum": [
     "udp",
     "tcp"
    ]
   },
   "outcome": {
    "type": "string",
    "enum": [
     "answered",
     "timeout"
    ],
    "description": "A server that says that it failed, with SERVFAIL, has answered."
   },
   "rcode": {
    "type": "string",
    "description": "`NOERROR`, `NXDOMAIN`, …"
   },
   "latencyUs": {
    "type": "number"
   },
   "answers": {
    "type": "array",
    "items": {
     "$ref": "#/components/schemas/DnsAnswer"
    }
   },
   "answersOmitted": {
    "type": "number",
    "description": "Answers of the server that are not in `answers`."
   },
   "truncated": {
    "type": "boolean",
    "description": "The server had no room for all of its answer: the client will ask over TCP."
   },
   "retries": {
    "type": "number",
    "description": "Times that the question was sent again."
   },
   "netns": {
    "type": "number",
    "description": "Inode of the network namespace."
   },
   "process": {
    "type": "object",
    "properties": {
     "pid": {
      "type": "number"
     },
     "comm": {
      "type": "string"
     },
     "exe": {
      "type": "string"
     }
    },
    "additionalProperties": false
   },
   "container": {
    "type": "object",
    "properties": {
     "id": {
      "type": "string"
     },
     "runtime": {
      "type": "string"
     }
    },
    "additionalProperties": false
   },
   "cgroup": {
    "type": "object",
    "properties": {
     "id": {
      "type": "number"
     },
     "path": {
      "type": "string"
     }
    },
    "additionalProperties": false
   },
   "source": {
    "type": "object",
    "properties": {
     "ip": {
      "type": "string"
     },
     "port": {
      "type": "number"
     }
    },
    "required": [
     "ip",
     "port"
    ],
    "additionalProperties": false,
    "description": "The asking socket's own end."
   },
   "searches": {
    "type": "number",
    "description": "Transactions with a domain of the search list behind the name that came before, for nothing."
   }
  },
  "required": [
   "cursor",
   "id",
   "outcome",
   "question",
   "type"
  ]
 },
 "DnsList": {
  "type": "object",
  "properties": {
   "matched": {
    "type": "number",
    "description": "Records that matched the filters, also those that a limit left out."
   },
   "cursor": {
    "type": "string",
    "description": "Follow from here to miss nothing that came after the list."
   },
   "next": {
    "type": "string",
    "description": "Give this as `after` for the page behind; absent when there is none."
   },
   "dns": {
    "type": "array",
    "items": {
     "$ref": "#/components/schemas/Dns"
    },
    "description": "First asked first."
   }
  },
  "required": [
   "cursor",
   "dns",
   "matched"
  ],
  "additionalProperties": false
 },
 "DnsStatus": {
  "type": "object",
  "properties": {
   "transactions": {
    "type": "number"
   },
   "timeouts": {
    "type": "number"
   },
   "failed": {
    "type": "number",
    "description": "Those that timed out, and answers with a code that is neither NOERROR nor NXDOMAIN."
   },
   "retries": {
    "type": "number",
    "description": "Questions that were sent again; they are no transactions of their own."
   },
   "searches": {
    "type": "number",
    "description": "Transactions with a domain of the search list behind the name, before it was asked for as it is, for nothing."
   },
   "rcodes": {
    "type": "object",
    "additionalProperties": {
     "type": "number"
    },
    "description": "Answered transactions by response code."
   },
   "latencyUs": {
    "type": "object",
    "properties": {
     "p50": {
      "type": "number"
     },
     "p90": {
      "type": "number"
     },
     "p99": {
      "type": "number"
     }
    },
    "required": [
     "p50",
     "p90",
     "p99"
    ],
    "additionalProperties": false,
    "description": "Of those that were answered, within 2 %; absent when there are none."
   },
   "pending": {
    "type": "number",
    "description": "Questions without an answer yet."
   },
   "lateAnswers": {
    "type": "number",
    "description": "Answers to questions that had timed out, and to those that had an answer."
   },
   "duplicateAnswers": {
    "type": "number"
   },
   "unmatchedAnswers": {
    "type": "number",
    "description": "Answers to nothing that was seen to be asked: their questions are older than the probe, or lost."
   },
   "ignored": {
    "type": "number",
    "description": "Messages that are neither queries nor answers to them: updates, notifications."
   },
   "containers": {
    "type": "array",
    "items": {
     "$ref": "#/components/schemas/DnsTop"
    },
    "description": "The busiest of each, busiest first."
   },
   "domains": {
    "type": "array",
    "items": {
     "$ref": "#/components/schemas/DnsTop"
    }
   },
   "servers": {
    "type": "array",
    "items": {
     "$ref": "#/components/schemas/DnsTop"
    }
   },
   "types": {
    "type": "array",
    "items": {
     "$ref": "#/components/schemas/DnsTop"
    }
   }
  },
  "required": [
   "containers",
   "domains",
   "duplicateAnswers",
   "failed",
   "ignored",
   "lateAnswers",
   "pending",
   "rcodes",
   "retries",
   "searches",
   "servers",
   "timeouts",
   "transactions",
   "types",
   "unmatchedAnswers"
  ],
  "additionalProperties": false
 },
 "DnsSum": {
  "type": "object",
  "properties": {
   "transactions": {
    "type": "number"
   },
   "timeouts": {
    "type": "number"
   },
   "failed": {
    "type": "number",
    "description": "Those that timed out, and answers with a code that is neither NOERROR nor NXDOMAIN."
   },
   "retries": {
    "type": "number",
    "description": "Questions that were sent again; they are no transactions of their own."
   },
   "searches": {
    "type": "number",
    "description": "Transactions with a domain of the search list behind the name, before it was asked for as it is, for nothing."
   },
   "rcodes": {
    "type": "object",
    "additionalProperties": {
     "type": "number"
    },
    "description": "Answered transactions by response code."
   },
   "latencyUs": {
    "type": "object",
    "properties": {
     "p50": {
      "type": "number"
     },
     "p90": {
      "type": "number"
     },
     "p99": {
      "type": "number"
     }
    },
    "required": [
     "p50",
     "p90",
     "p99"
    ],
    "additionalProperties": false,
    "description": "Of those that were answered, within 2 %; absent when there are none."
   }
  },
  "required": [
   "transactions",
   "timeouts",
   "failed",
   "retries",
   "searches",
   "rcodes"
  ],
  "additionalProperties": false,
  "description": "Sums of DNS transactions, as they are told."
 },
 "DnsTop": {
  "type": "object",
  "properties": {
   "transactions": {
    "type": "number"
   },
   "timeouts": {
    "type": "number"
   },
   "failed": {
    "type": "number",
    "description": "Those that timed out, and answers with a code that is neither NOERROR nor NXDOMAIN."
   },
   "retries": {
    "type": "number",
    "description": "Questions that were sent again; they are no transactions of their own."
   },
   "searches": {
    "type": "number",
    "description": "Transactions with a domain of the search list behind the name, before it was asked for as it is, for nothing."
   },
   "rcodes": {
    "type": "object",
    "additionalProperties": {
     "type": "number"
    },
    "description": "Answered transactions by response code."
   },
   "latencyUs": {
    "type": "object",
    "properties": {
     "p50": {
      "type": "number"
     },
     "p90": {
      "type": "number"
     },
     "p99": {
      "type": "number"
     }
    },
    "required": [
     "p50",
     "p90",
     "p99"
    ],
    "additionalProperties": false,
    "description": "Of those that were answered, within 2 %; absent when there are none."
   },
   "name": {
    "type": "string"
   }
  },
  "required": [
   "failed",
   "name",
   "rcodes",
   "retries",
   "searches",
   "timeouts",
   "transactions"
  ],
  "additionalProperties": false,
  "description": "The sums of one container, domain, server or type; `~other` is what there was no place for."
 },
 "Drawing": {
  "type": "object",
  "additionalProperties": false,
  "properties": {
   "nodes": {
    "type": "array",
    "items": {
     "type": "object",
     "properties": {
      "id": {
       "type": "string"
      },
      "title": {
       "type": "string"
      },
      "subtitle": {
       "type": "string"
      },
      "mainstat": {
       "type": "number",
       "description": "Bytes per second."
      },
      "secondarystat": {
       "type": "number",
       "description": "Connections now."
      },
      "arc__ok": {
       "type": "number",
       "description": "Shares of the ring around it: of the connections of the window, those that failed and the others."
      },
      "arc__failed": {
       "type": "number"
      }
     },
     "required": [
      "id",
      "title",
      "subtitle",
      "mainstat",
      "secondarystat",
      "arc__ok",
      "arc__failed"
     ],
     "additionalProperties": {
      "type": [
       "string",
       "number"
      ]
     }
    }
   },
   "edges": {
    "type": "array",
    "items": {
     "type": "object",
     "properties": {
      "id": {
       "type": "string"
      },
      "source": {
       "type": "string"
      },
      "target": {
       "type": "string"
      },
      "mainstat": {
       "type": "number"
      },
      "secondarystat": {
       "type": "string"
      },
      "thickness": {
       "type": "number"
      },
      "color": {
       "type": "string"
      }
     },
     "required": [
      "id",
      "source",
      "target",
      "mainstat",
      "secondarystat",
      "thickness",
      "color"
     ],
     "additionalProperties": {
      "type": [
       "string",
       "number"
      ]
     }
    }
   }
  },
  "required": [
   "edges",
   "nodes"
  ]
 },
 "Endpoint": {
  "type": "object",
  "properties": {
   "ip": {
    "type": "string"
   },
   "port": {
    "type": "number"
   },
   "domain": {
    "type": "string",
    "description": "What the address was looked up as, in the network namespace of the flow."
   },
   "otherDomains": {
    "type": "number",
    "description": "Other names that lead to the address there, at least: above 0, `domain` is only the latest."
   }
  },
  "required": [
   "ip",
   "port"
  ],
  "additionalProperties": false
 },
 "ErrorAnswer": {
  "type": "object",
  "properties": {
   "error": {
    "type": "object",
    "properties": {
     "code": {
      "type": "string",
      "description": "One of docs/errors.md."
     },
     "message": {
      "type": "string"
     },
     "parameter": {
      "type": "string",
      "description": "The parameter that is to blame."
     },
     "allowed": {
      "type": "array",
      "items": {
       "type": "string"
      },
      "description": "What it may be."
     }
    },
    "required": [
     "code",
     "message"
    ],
    "additionalProperties": false
   }
  },
  "required": [
   "error"
  ],
  "additionalProperties": false
 },
 "EventType": {
  "type": "string",
  "enum": [
   "flow.opened",
   "flow.updated",
   "flow.closed",
   "dns",
   "process.started",
   "process.exited",
   "container.started",
   "container.stopped",
   "oom"
  ]
 },
 "Failure": {
  "type": "string",
  "enum": [
   "refused",
   "timeout",
   "reset",
   "host_unreachable",
   "net_unreachable",
   "other"
  ]
 },
 "Flow": {
  "type": "object",
  "additionalProperties": false,
  "properties": {
   "id": {
    "type": "string",
    "description": "Stable for the connection's life, unique on the node across restarts."
   },
   "protocol": {
    "type": "string",
    "enum": [
     "tcp",
     "udp"
    ]
   },
   "family": {
    "type": "string",
    "enum": [
     "ipv4",
     "ipv6"
    ]
   },
   "netns": {
    "type": "number",
    "description": "Inode of the network namespace."
   },
   "direction": {
    "$ref": "#/components/schemas/Direction",
    "description": "`local`: both ends are on this node; `role` then tells who opened it."
   },
   "role": {
    "$ref": "#/components/schemas/Role"
   },
   "source": {
    "$ref": "#/components/schemas/Endpoint"
   },
   "dest": {
    "type": "object",
    "additionalProperties": false,
    "properties": {
     "kubernetes": {
      "$ref": "#/components/schemas/Names"
     },
     "ip": {
      "type": "string"
     },
     "port": {
      "type": "number"
     },
     "domain": {
      "type": "string",
      "description": "What the address was looked up as, in the network namespace of the flow."
     },
     "otherDomains": {
      "type": "number",
      "description": "Other names that lead to the address there, at least: above 0, `domain` is only the latest."
     }
    },
    "required": [
     "ip",
     "port"
    ]
   },
   "translated": {
    "type": "object",
    "properties": {
     "source": {
      "$ref": "#/components/schemas/Endpoint"
     },
     "dest": {
      "$ref": "#/components/schemas/Endpoint"
     }
    },
    "additionalProperties": false,
    "description": "The ends as the other side of the connection knows them, where NAT made them others: of a client, `dest` is the backend behind the service it called and `source` what it is masqueraded as; of a server, `dest` is the client itself and `source` the service that the client called."
   },
   "process": {
    "type": "object",
    "properties": {
     "pid": {
      "type": "number"
     },
     "comm": {
      "type": "string"
     },
     "exe": {
      "type": "string"
     }
    },
    "additionalProperties": false
   },
   "container": {
    "type": "object",
    "properties": {
     "id": {
      "type": "string"
     },
     "runtime": {
      "type": "string"
     }
    },
    "additionalProperties": false
   },
   "cgroup": {
    "type": "object",
    "properties": {
     "id": {
      "type": "number"
     },
     "path": {
      "type": "string"
     }
    },
    "additionalProperties": false
   },
   "state": {
    "$ref": "#/components/schemas/FlowState"
   },
   "openedAt": {
    "type": "string",
    "description": "RFC 3339 with nanoseconds, UTC."
   },
   "closedAt": {
    "type": "string"
   },
   "lastSeenAt": {
    "type": "string"
   },
   "durationNs": {
    "type": "number"
   },
   "failure": {
    "$ref": "#/components/schemas/Failure"
   },
   "errno": {
    "type": "number"
   },
   "sent": {
    "$ref": "#/components/schemas/Traffic"
   },
   "received": {
    "$ref": "#/components/schemas/Traffic"
   },
   "retransmits": {
    "type": "number"
   },
   "lostPackets": {
    "type": "number"
   },
   "connectUs": {
    "type": "number",
    "description": "SYN to ESTABLISHED."
   },
   "rttUs": {
    "type": "number"
   },
   "rttVarUs": {
    "type": "number"
   },
   "closeMissed": {
    "type": "boolean",
    "description": "The close was not delivered (ring buffer full): the counters are the last ones read."
   },
   "kubernetes": {
    "$ref": "#/components/schemas/Names"
   }
  },
  "required": [
   "dest",
   "family",
   "id",
   "protocol",
   "received",
   "sent",
   "source",
   "state"
  ]
 },
 "FlowEvent": {
  "type": "object",
  "additionalProperties": false,
  "properties": {
   "type": {
    "$ref": "#/components/schemas/EventType"
   },
   "cursor": {
    "type": "string",
    "description": "Give this as `after` to continue behind this event."
   },
   "id": {
    "type": "string",
    "description": "Stable for the connection's life, unique on the node across restarts."
   },
   "protocol": {
    "type": "string",
    "enum": [
     "tcp",
     "udp"
    ]
   },
   "family": {
    "type": "string",
    "enum": [
     "ipv4",
     "ipv6"
    ]
   },
   "netns": {
    "type": "number",
    "description": "Inode of the network namespace."
   },
   "direction": {
    "$ref": "#/components/schemas/Direction",
    "description": "`local`: both ends are on this node; `role` then tells who opened it."
   },
   "role": {
    "$ref": "#/components/schemas/Role"
   },
   "source": {
    "$ref": "#/components/schemas/Endpoint"
   },
   "dest": {
    "type": "object",
    "additionalProperties": false,
    "properties": {
     "kubernetes": {
      "$ref": "#/components/schemas/Names"
     },
     "ip": {
      "type": "string"
     },
     "port": {
      "type": "number"
     },
     "domain": {
      "type": "string",
      "description": "What the address was looked up as, in the network namespace of the flow."
     },
     "otherDomains": {
      "type": "number",
      "description": "Other names that lead to the address there, at least: above 0, `domain` is only the latest."
     }
    },
    "required": [
     "ip",
     "port"
    ]
   },
   "translated": {
    "type": "object",
    "properties": {
     "source": {
      "$ref": "#/components/schemas/Endpoint"
     },
     "dest": {
      "$ref": "#/components/schemas/Endpoint"
     }
    },
    "additionalProperties": false,
    "description": "The ends as the other side of the connection knows them, where NAT made them others: of a client, `dest` is the backend behind the service it called and `source` what it is masqueraded as; of a server, `dest` is the client itself and `source` the service that the client called."
   },
   "process": {
    "type": "object",
    "properties": {
     "pid": {
      "type": "number"
     },
     "comm": {
      "type": "string"
     },
     "exe": {
      "type": "string"
     }
    },
    "additionalProperties": false
   },
   "container": {
    "type": "object",
    "properties": {
     "id": {
      "type": "string"
     },
     "runtime": {
      "type": "string"
     }
    },
    "additionalProperties": false
   },
   "cgroup": {
    "type": "object",
    "properties": {
     "id": {
      "type": "number"
     },
     "path": {
      "type": "string"
     }
    },
    "additionalProperties": false
   },
   "state": {
    "$ref": "#/components/schemas/FlowState"
   },
   "openedAt": {
    "type": "string",
    "description": "RFC 3339 with nanoseconds, UTC."
   },
   "closedAt": {
    "type": "string"
   },
   "lastSeenAt": {
    "type": "string"
   },
   "durationNs": {
    "type": "number"
   },
   "failure": {
    "$ref": "#/components/schemas/Failure"
   },
   "errno": {
    "type": "number"
   },
   "sent": {
    "$ref": "#/components/schemas/Traffic"
   },
   "received": {
    "$ref": "#/components/schemas/Traffic"
   },
   "retransmits": {
    "type": "number"
   },
   "lostPackets": {
    "type": "number"
   },
   "connectUs": {
    "type": "number",
    "description": "SYN to ESTABLISHED."
   },
   "rttUs": {
    "type": "number"
   },
   "rttVarUs": {
    "type": "number"
   },
   "closeMissed": {
    "type": "boolean",
    "description": "The close was not delivered (ring buffer full): the counters are the last ones read."
   },
   "kubernetes": {
    "$ref": "#/components/schemas/Names"
   }
  },
  "required": [
   "cursor",
   "dest",
   "family",
   "id",
   "protocol",
   "received",
   "sent",
   "source",
   "state",
   "type"
  ]
 },
 "FlowList": {
  "type": "object",
  "properties": {
   "matched": {
    "type": "number",
    "description": "Records that matched the filters, also those that a limit left out."
   },
   "cursor": {
    "type": "string",
    "description": "Follow from here to miss nothing that came after the list."
   },
   "next": {
    "type": "string",
    "description": "Give this as `after` for the page behind; absent when there is none."
   },
   "flows": {
    "type": "array",
    "items": {
     "$ref": "#/components/schemas/Flow"
    },
    "description": "Oldest activity first."
   }
  },
  "required": [
   "cursor",
   "flows",
   "matched"
  ],
  "additionalProperties": false
 },
 "FlowState": {
  "type": "string",
  "enum": [
   "established",
   "syn_sent",
   "syn_recv",
   "fin_wait1",
   "fin_wait2",
   "close_wait",
   "last_ack",
   "closing",
   "closed"
  ]
 },
 "Graph": {
  "type": "object",
  "additionalProperties": false,
  "properties": {
   "generatedAt": {
    "type": "string"
   },
   "window": {
    "$ref": "#/components/schemas/MapWindow"
   },
   "group": {
    "$ref": "#/components/schemas/MapGroup"
   },
   "label": {
    "type": "string",
    "description": "The label by which it is grouped."
   },
   "nodes": {
    "type": "array",
    "items": {
     "$ref": "#/components/schemas/MapNode"
    }
   },
   "edges": {
    "type": "array",
    "items": {
     "$ref": "#/components/schemas/MapEdge"
    }
   },
   "hidden": {
    "$ref": "#/components/schemas/MapHidden",
    "description": "Absent when everything is listed."
   }
  },
  "required": [
   "edges",
   "generatedAt",
   "group",
   "nodes",
   "window"
  ]
 },
 "Health": {
  "type": "object",
  "properties": {
   "healthy": {
    "type": "boolean",
    "const": true
   }
  },
  "required": [
   "healthy"
  ],
  "additionalProperties": false
 },
 "IoSaturation": {
  "type": "object",
  "properties": {
   "readBytes": {
    "type": "number"
   },
   "writtenBytes": {
    "type": "number"
   },
   "reads": {
    "type": "number"
   },
   "writes": {
    "type": "number"
   }
  },
  "additionalProperties": false,
  "description": "Totals since the container was made, of all block devices."
 },
 "Lost": {
  "type": "object",
  "additionalProperties": false,
  "properties": {
   "type": {
    "type": "string",
    "const": "lost"
   },
   "cursor": {
    "type": "string"
   },
   "lost": {
    "type": "number",
    "description": "Exact; absent when the cursor is of an earlier run of the probe, whose events cannot be counted."
   },
   "reason": {
    "type": "string",
    "enum": [
     "overflow",
     "restarted"
    ]
   }
  },
  "required": [
   "cursor",
   "reason",
   "type"
  ],
  "description": "Events that this follower will not see: it was slower than the feed is long, or the agent is another one."
 },
 "MapDns": {
  "type": "object",
  "properties": {
   "queries": {
    "type": "number"
   },
   "failed": {
    "type": "object",
    "properties": {
     "TIMEOUT": {
      "type": "number"
     },
     "NXDOMAIN": {
      "type": "number"
     },
     "SERVFAIL": {
      "type": "number"
     },
     "REFUSED": {
      "type": "number"
     },
     "FORMERR": {
      "type": "number"
     },
     "NOTIMP": {
      "type": "number"
     },
     "OTHER": {
      "type": "number"
     }
    },
    "additionalProperties": false
   },
   "latency": {
    "$ref": "#/components/schemas/MapLatency",
    "description": "Of those that were answered."
   }
  },
  "required": [
   "queries",
   "failed"
  ],
  "additionalProperties": false,
  "description": "DNS questions that a client asked a server."
 },
 "MapEdge": {
  "type": "object",
  "properties": {
   "id": {
    "type": "string"
   },
   "source": {
    "type": "string",
    "description": "The node that opened the connections."
   },
   "target": {
    "type": "string"
   },
   "port": {
    "type": "number",
    "description": "Lowest port of the server."
   },
   "ports": {
    "type": "array",
    "items": {
     "type": "number"
    },
    "description": "Ports of the server, ascending; the first MAX_PORTS of them."
   },
   "protocol": {
    "type": "string"
   },
   "connections": {
    "type": "object",
    "properties": {
     "active": {
      "type": "number"
     },
     "opened": {
      "type": "number"
     },
     "closed": {
      "type": "number"
     },
     "failed": {
      "type": "object",
      "properties": {
       "refused": {
        "type": "number"
       },
       "timeout": {
        "type": "number"
       },
       "reset": {
        "type": "number"
       },
       "host_unreachable": {
        "type": "number"
       },
       "net_unreachable": {
        "type": "number"
       },
       "other": {
        "type": "number"
       }
      },
      "additionalProperties": false
     }
    },
    "required": [
     "active",
     "opened",
     "closed",
     "failed"
    ],
    "additionalProperties": false,
    "description": "A connection that failed before it was established is neither opened nor closed. `active` is at the window's end."
   },
   "bytes": {
    "type": "object",
    "properties": {
     "forward": {
      "type": "number"
     },
     "backward": {
      "type": "number"
     }
    },
    "required": [
     "forward",
     "backward"
    ],
    "additionalProperties": false,
    "description": "Payload bytes from source to target and back; each connection counts once, even when both ends are seen."
   },
   "packets": {
    "type": "object",
    "properties": {
     "forward": {
      "type": "number"
     },
     "backward": {
      "type": "number"
     }
    },
    "required": [
     "forward",
     "backward"
    ],
    "additionalProperties": false
   },
   "rate": {
    "type": "object",
    "properties": {
     "forward": {
      "type": "number"
     },
     "backward": {
      "type": "number"
     }
    },
    "required": [
     "forward",
     "backward"
    ],
    "additionalProperties": false,
    "description": "Bytes per second: now, or over the window when it ended earlier."
   },
   "retransmits": {
    "type": "number"
   },
   "lostPackets": {
    "type": "number",
    "description": "Segments that the kernel takes for lost."
   },
   "rttUs": {
    "type": "number",
    "description": "Means over the connections that measured one."
   },
   "connectUs": {
    "type": "number"
   },
   "latency": {
    "type": "object",
    "properties": {
     "rtt": {
      "$ref": "#/components/schemas/MapLatency"
     },
     "connect": {
      "$ref": "#/components/schemas/MapLatency"
     }
    },
    "additionalProperties": false,
    "description": "How `rttUs` and `connectUs` are distributed; absent when nothing was measured."
   },
   "dns": {
    "$ref": "#/components/schemas/MapDns",
    "description": "Of an edge to a DNS server."
   },
   "signals": {
    "$ref": "#/components/schemas/MapSignals"
   },
   "lastSeenAt": {
    "type": "string",
    "description": "RFC 3339."
   }
  },
  "required": [
   "id",
   "source",
   "target",
   "ports",
   "protocol",
   "connections",
   "bytes",
   "packets",
   "rate",
   "retransmits",
   "lostPackets",
   "signals",
   "lastSeenAt"
  ],
  "additionalProperties": false,
  "description": "All connections from one node to another over one protocol, as far as they fall into the map's window. A connection that stays open reports itself again and again: its bytes count where they were reported."
 },
 "MapGroup": {
  "type": "string",
  "enum": [
   "process",
   "container",
   "pod",
   "workload",
   "service",
   "namespace",
   "label",
   "node",
   "address"
  ],
  "description": "What a node stands for. Where Kubernetes has no name for a connection's end, it is its container, without one its process, and without that its address."
 },
 "MapHidden": {
  "type": "object",
  "properties": {
   "nodes": {
    "type": "number"
   },
   "edges": {
    "type": "number"
   }
  },
  "required": [
   "nodes",
   "edges"
  ],
  "additionalProperties": false,
  "description": "What a listing limit left out."
 },
 "MapLatency": {
  "type": "object",
  "properties": {
   "count": {
    "type": "number",
    "description": "Values that were measured."
   },
   "p50Us": {
    "type": "number"
   },
   "p95Us": {
    "type": "number"
   },
   "p99Us": {
    "type": "number"
   }
  },
  "required": [
   "count",
   "p50Us",
   "p95Us",
   "p99Us"
  ],
  "additionalProperties": false,
  "description": "Quantiles in microseconds, at most 2 % of themselves away from the value that has their rank."
 },
 "MapNode": {
  "type": "object",
  "properties": {
   "id": {
    "type": "string"
   },
   "kind": {
    "$ref": "#/components/schemas/MapNodeKind"
   },
   "name": {
    "type": "string"
   },
   "detail": {
    "type": "object",
    "additionalProperties": {
     "type": [
      "string",
      "number"
     ]
    },
    "description": "What else is known, by field name of the flow record (`exe`, `container`, `ip`), of a pod `phase`, `ready`, `restarts`, of a network `members`: how many addresses."
   },
   "parent": {
    "$ref": "#/components/schemas/MapParent",
    "description": "The expanded node that this one is drawn inside of."
   },
   "addresses": {
    "type": "array",
    "items": {
     "type": "string"
    },
    "description": "Of a domain or a network: those that connections went to, ascending; the first MAX_ADDRESSES of them."
   },
   "connections": {
    "type": "object",
    "properties": {
     "active": {
      "type": "number"
     },
     "opened": {
      "type": "number"
     },
     "closed": {
      "type": "number"
     },
     "failed": {
      "type": "number"
     }
    },
    "required": [
     "active",
     "opened",
     "closed",
     "failed"
    ],
    "additionalProperties": false
   },
   "sent": {
    "type": "object",
    "properties": {
     "bytes": {
      "type": "number"
     },
     "packets": {
      "type": "number"
     }
    },
    "required": [
     "bytes",
     "packets"
    ],
    "additionalProperties": false
   },
   "received": {
    "type": "object",
    "properties": {
     "bytes": {
      "type": "number"
     },
     "packets": {
      "type": "number"
     }
    },
    "required": [
     "bytes",
     "packets"
    ],
    "additionalProperties": false
   },
   "signals": {
    "type": "object",
    "properties": {
     "served": {
      "$ref": "#/components/schemas/MapSignals"
     },
     "called": {
      "$ref": "#/components/schemas/MapSignals"
     }
    },
    "additionalProperties": false,
    "description": "Of the connections that others opened to it, and of those that it opened; absent when there are none."
   },
   "saturation": {
    "$ref": "#/components/schemas/MapSaturation",
    "description": "Absent where nothing of it is a container, and in a window that ended earlier."
   }
  },
  "required": [
   "id",
   "kind",
   "name",
   "connections",
   "sent",
   "received",
   "signals"
  ],
  "additionalProperties": false
 },
 "MapNodeKind": {
  "anyOf": [
   {
    "$ref": "#/components/schemas/MapGroup"
   },
   {
    "type": "string",
    "const": "domain"
   },
   {
    "type": "string",
    "const": "network"
   }
  ],
  "description": "What a node of the map is: named by the group, or a domain outside this node, whatever the group but addresses."
 },
 "MapParent": {
  "type": "object",
  "properties": {
   "id": {
    "type": "string"
   },
   "kind": {
    "$ref": "#/components/schemas/MapNodeKind"
   },
   "name": {
    "type": "string"
   }
  },
  "required": [
   "id",
   "kind",
   "name"
  ],
  "additionalProperties": false
 },
 "MapSaturation": {
  "type": "object",
  "properties": {
   "containers": {
    "type": "number",
    "description": "Containers that were sampled."
   },
   "cpu": {
    "type": "object",
    "properties": {
     "millicores": {
      "type": "number"
     },
     "limitMillicores": {
      "type": "number"
     },
     "throttledUs": {
      "type": "number"
     }
    },
    "required": [
     "millicores"
    ],
    "additionalProperties": false,
    "description": "1000 is one CPU. The limit is absent when one of them has none."
   },
   "memory": {
    "type": "object",
    "properties": {
     "workingSetBytes": {
      "type": "number"
     },
     "limitBytes": {
      "type": "number"
     },
     "oomKills": {
      "type": "number"
     }
    },
    "required": [
     "workingSetBytes"
    ],
    "additionalProperties": false
   },
   "pressure": {
    "type": "object",
    "properties": {
     "cpuPermille": {
      "type": "number"
     },
     "memoryPermille": {
      "type": "number"
     },
     "ioPermille": {
      "type": "number"
     }
    },
    "additionalProperties": false,
    "description": "In thousandths of the time: how long some task of the container that waits most has waited."
   }
  },
  "required": [
   "containers"
  ],
  "additionalProperties": false,
  "description": "The fourth golden signal: what the containers of a node use now of what they may."
 },
 "MapSignals": {
  "type": "object",
  "properties": {
   "latency": {
    "$ref": "#/components/schemas/MapLatency",
    "description": "From SYN to established; round trips where no connection was seen opening."
   },
   "traffic": {
    "type": "object",
    "properties": {
     "bytesPerSecond": {
      "type": "number"
     },
     "connectionsPerSecond": {
      "type": "number"
     }
    },
    "required": [
     "bytesPerSecond",
     "connectionsPerSecond"
    ],
    "additionalProperties": false
   },
   "errors": {
    "type": "object",
    "properties": {
     "failed": {
      "type": "number"
     },
     "ratio": {
      "type": "number"
     }
    },
    "required": [
     "failed",
     "ratio"
    ],
    "additionalProperties": false,
    "description": "Connections and DNS questions that failed, and their part of those that ended or were opened: 0 to 1."
   }
  },
  "required": [
   "traffic",
   "errors"
  ],
  "additionalProperties": false,
  "description": "The golden signals of connections, over the window."
 },
 "MapWindow": {
  "type": "object",
  "properties": {
   "since": {
    "type": "string"
   },
   "until": {
    "type": "string"
   },
   "live": {
    "type": "boolean",
    "description": "The window ends now and moves on."
   }
  },
  "required": [
   "since",
   "until",
   "live"
  ],
  "additionalProperties": false,
  "description": "What a map is of. Times are RFC 3339."
 },
 "MemorySaturation": {
  "type": "object",
  "properties": {
   "usageBytes": {
    "type": "number"
   },
   "workingSetBytes": {
    "type": "number",
    "description": "What cannot be given back: the usage without file pages that were not used lately."
   },
   "limitBytes": {
    "type": "number"
   },
   "limitHits": {
    "type": "number",
    "description": "Times that the limit was hit."
   },
   "oomKills": {
    "type": "number",
    "description": "Processes that the kernel killed for want of memory."
   }
  },
  "additionalProperties": false
 },
 "MeterCounts": {
  "type": "object",
  "properties": {
   "name": {
    "type": "string"
   },
   "series": {
    "type": "number"
   },
   "max": {
    "type": "number"
   },
   "overflow": {
    "type": "number",
    "description": "Records that found no series of their own."
   }
  },
  "required": [
   "name",
   "series",
   "max",
   "overflow"
  ],
  "additionalProperties": false
 },
 "Names": {
  "type": "object",
  "properties": {
   "namespace": {
    "type": "string"
   },
   "pod": {
    "type": "string"
   },
   "workload": {
    "$ref": "#/components/schemas/Workload"
   },
   "service": {
    "type": "string",
    "description": "The one that was called, else one that leads to the pod."
   },
   "node": {
    "type": "string"
   },
   "container": {
    "type": "string"
   },
   "labels": {
    "type": "object",
    "additionalProperties": {
     "type": "string"
    }
   },
   "tags": {
    "type": "object",
    "additionalProperties": {
     "type": "string"
    },
    "description": "Of DD_KUBERNETES_POD_LABELS_AS_TAGS."
   }
  },
  "additionalProperties": false,
  "description": "What Kubernetes calls one end of a flow, or the owner of a record: the form in which it is answered."
 },
 "NodeSaturation": {
  "type": "object",
  "properties": {
   "sampledAt": {
    "type": "string",
    "description": "RFC 3339 with nanoseconds, UTC."
   },
   "cpu": {
    "$ref": "#/components/schemas/CpuSaturation"
   },
   "memory": {
    "$ref": "#/components/schemas/MemorySaturation"
   },
   "pressure": {
    "$ref": "#/components/schemas/PressureSaturation"
   },
   "load": {
    "type": "object",
    "properties": {
     "one": {
      "type": "number"
     },
     "five": {
      "type": "number"
     },
     "fifteen": {
      "type": "number"
     }
    },
    "required": [
     "one",
     "five",
     "fifteen"
    ],
    "additionalProperties": false,
    "description": "Tasks that run or wait, on average over 1, 5 and 15 minutes."
   },
   "pids": {
    "type": "object",
    "properties": {
     "count": {
      "type": "number"
     }
    },
    "required": [
     "count"
    ],
    "additionalProperties": false
   }
  },
  "required": [
   "sampledAt",
   "cpu",
   "memory",
   "pressure"
  ],
  "additionalProperties": false,
  "description": "In the units of a container's; the limits are what the machine has."
 },
 "PressureSaturation": {
  "type": "object",
  "properties": {
   "cpuUs": {
    "type": "number"
   },
   "memoryUs": {
    "type": "number"
   },
   "memoryFullUs": {
    "type": "number"
   },
   "ioUs": {
    "type": "number"
   },
   "ioFullUs": {
    "type": "number"
   },
   "cpuPermille": {
    "type": "number",
    "description": "In thousandths of the time."
   },
   "memoryPermille": {
    "type": "number"
   },
   "ioPermille": {
    "type": "number"
   }
  },
  "additionalProperties": false,
  "description": "Totals of the time in which some (`full`: all) tasks waited, and the shares of it between the last two samples."
 },
 "Process": {
  "type": "object",
  "additionalProperties": false,
  "properties": {
   "kubernetes": {
    "$ref": "#/components/schemas/Names",
    "description": "Absent where Kubernetes does not know the owner."
   },
   "id": {
    "type": "string",
    "description": "Unique on the node across restarts, also when the pid is used again."
   },
   "pid": {
    "type": "number"
   },
   "parentPid": {
    "type": "number"
   },
   "namespacePid": {
    "type": "number",
    "description": "Of its own pid namespace."
   },
   "uid": {
    "type": "number"
   },
   "comm": {
    "type": "string"
   },
   "exe": {
    "type": "string"
   },
   "args": {
    "type": "array",
    "items": {
     "type": "string"
    },
    "description": "With secrets masked, unless the probe was told not to."
   },
   "argsCut": {
    "type": "boolean",
    "description": "There are more arguments, or the last one is longer."
   },
   "executions": {
    "type": "number",
    "description": "Programs that it was seen to execute, of which the last is shown."
   },
   "state": {
    "$ref": "#/components/schemas/ProcessState"
   },
   "startedAt": {
    "type": "string",
    "description": "RFC 3339 with nanoseconds, UTC."
   },
   "exitedAt": {
    "type": "string"
   },
   "exitCode": {
    "type": "number"
   },
   "signal": {
    "type": "number",
    "description": "The number of the signal that ended it."
   },
   "oomKilled": {
    "type": "boolean"
   },
   "sampledAt": {
    "type": "string",
    "description": "When its use of processor and memory was read."
   },
   "cpu": {
    "type": "object",
    "properties": {
     "userUs": {
      "type": "number"
     },
     "systemUs": {
      "type": "number"
     },
     "millicores": {
      "type": "number"
     }
    },
    "additionalProperties": false,
    "description": "Totals of its life; `millicores` is the rate between the last two samples."
   },
   "memory": {
    "type": "object",
    "properties": {
     "rssBytes": {
      "type": "number"
     },
     "virtualBytes": {
      "type": "number"
     }
    },
    "additionalProperties": false
   },
   "netns": {
    "type": "number",
    "description": "Inode of the network namespace."
   },
   "container": {
    "type": "object",
    "properties": {
     "id": {
      "type": "string"
     },
     "runtime": {
      "type": "string"
     }
    },
    "additionalProperties": false
   },
   "cgroup": {
    "type": "object",
    "properties": {
     "id": {
      "type": "number"
     },
     "path": {
      "type": "string"
     }
    },
    "additionalProperties": false
   }
  },
  "required": [
   "id",
   "pid",
   "state"
  ]
 },
 "ProcessEvent": {
  "type": "object",
  "additionalProperties": false,
  "properties": {
   "type": {
    "$ref": "#/components/schemas/EventType"
   },
   "cursor": {
    "type": "string",
    "description": "Give this as `after` to continue behind this event."
   },
   "kubernetes": {
    "$ref": "#/components/schemas/Names",
    "description": "Absent where Kubernetes does not know the owner."
   },
   "id": {
    "type": "string",
    "description": "Unique on the node across restarts, also when the pid is used again."
   },
   "pid": {
    "type": "number"
   },
   "parentPid": {
    "type": "number"
   },
   "namespacePid": {
    "type": "number",
    "description": "Of its own pid namespace."
   },
   "uid": {
    "type": "number"
   },
   "comm": {
    "type": "string"
   },
   "exe": {
    "type": "string"
   },
   "args": {
    "type": "array",
    "items": {
     "type": "string"
    },
    "description": "With secrets masked, unless the probe was told not to."
   },
   "argsCut": {
    "type": "boolean",
    "description": "There are more arguments, or the last one is longer."
   },
   "executions": {
    "type": "number",
    "description": "Programs that it was seen to execute, of which the last is shown."
   },
   "state": {
    "$ref": "#/components/schemas/ProcessState"
   },
   "startedAt": {
    "type": "string",
    "description": "RFC 3339 with nanoseconds, UTC."
   },
   "exitedAt": {
    "type": "string"
   },
   "exitCode": {
    "type": "number"
   },
   "signal": {
    "type": "number",
    "description": "The number of the signal that ended it."
   },
   "oomKilled": {
    "type": "boolean"
   },
   "sampledAt": {
    "type": "string",
    "description": "When its use of processor and memory was read."
   },
   "cpu": {
    "type": "object",
    "properties": {
     "userUs": {
      "type": "number"
     },
     "systemUs": {
      "type": "number"
     },
     "millicores": {
      "type": "number"
     }
    },
    "additionalProperties": false,
    "description": "Totals of its life; `millicores` is the rate between the last two samples."
   },
   "memory": {
    "type": "object",
    "properties": {
     "rssBytes": {
      "type": "number"
     },
     "virtualBytes": {
      "type": "number"
     }
    },
    "additionalProperties": false
   },
   "netns": {
    "type": "number",
    "description": "Inode of the network namespace."
   },
   "container": {
    "type": "object",
    "properties": {
     "id": {
      "type": "string"
     },
     "runtime": {
      "type": "string"
     }
    },
    "additionalProperties": false
   },
   "cgroup": {
    "type": "object",
    "properties": {
     "id": {
      "type": "number"
     },
     "path": {
      "type": "string"
     }
    },
    "additionalProperties": false
   }
  },
  "required": [
   "cursor",
   "id",
   "pid",
   "state",
   "type"
  ]
 },
 "ProcessList": {
  "type": "object",
  "properties": {
   "matched": {
    "type": "number",
    "description": "Records that matched the filters, also those that a limit left out."
   },
   "cursor": {
    "type": "string",
    "description": "Follow from here to miss nothing that came after the list."
   },
   "next": {
    "type": "string",
    "description": "Give this as `after` for the page behind; absent when there is none."
   },
   "processes": {
    "type": "array",
    "items": {
     "$ref": "#/components/schemas/Process"
    },
    "description": "Those that ended first, in the order in which they did, then those that run."
   }
  },
  "required": [
   "cursor",
   "matched",
   "processes"
  ],
  "additionalProperties": false
 },
 "ProcessState": {
  "type": "string",
  "enum": [
   "running",
   "exited"
  ],
  "description": "A process as every client sees it: one life of one pid. Absent = not known."
 },
 "ProgramStatus": {
  "type": "object",
  "properties": {
   "name": {
    "type": "string"
   },
   "section": {
    "type": "string"
   },
   "runCount": {
    "type": "number",
    "description": "Zero while the kernel's run statistics are off."
   },
   "runTimeNs": {
    "type": "number"
   },
   "skipCount": {
    "type": "number",
    "description": "Runs that the kernel skipped because the program was at work on the same processor. Zero before Linux 5.12."
   }
  },
  "required": [
   "name",
   "section",
   "runCount",
   "runTimeNs",
   "skipCount"
  ],
  "additionalProperties": false
 },
 "ReaderStatus": {
  "type": "object",
  "properties": {
   "id": {
    "type": "number"
   },
   "form": {
    "type": "string"
   },
   "position": {
    "type": "number",
    "description": "Number of the last event that it was sent."
   },
   "lag": {
    "type": "number",
    "description": "Events between there and the newest."
   },
   "lost": {
    "type": "number",
    "description": "Events that it will never see: it was slower than the replay buffer is long."
   }
  },
  "required": [
   "id",
   "form",
   "position",
   "lag",
   "lost"
  ],
  "additionalProperties": false,
  "description": "A client that follows the stream."
 },
 "Readiness": {
  "type": "object",
  "properties": {
   "ready": {
    "type": "boolean"
   },
   "reason": {
    "type": "string",
    "description": "Why it is not."
   }
  },
  "required": [
   "ready"
  ],
  "additionalProperties": false
 },
 "ReplayStatus": {
  "type": "object",
  "properties": {
   "events": {
    "type": "number"
   },
   "maxEvents": {
    "type": "number"
   },
   "bytes": {
    "type": "number"
   },
   "maxBytes": {
    "type": "number"
   }
  },
  "required": [
   "events",
   "maxEvents",
   "bytes",
   "maxBytes"
  ],
  "additionalProperties": false,
  "description": "The events that a client which comes back can still be given."
 },
 "Role": {
  "type": "string",
  "enum": [
   "client",
   "server"
  ]
 },
 "SegmentStatus": {
  "type": "object",
  "properties": {
   "files": {
    "type": "number"
   },
   "bytes": {
    "type": "number"
   },
   "maxBytes": {
    "type": "number"
   },
   "unwritten": {
    "type": "number",
    "description": "Blocks that could not be written, or waited behind too many others."
   },
   "corrupt": {
    "type": "number",
    "description": "Of the files of earlier runs: damaged blocks, and files that end in the middle of one."
   },
   "torn": {
    "type": "number"
   },
   "lastError": {
    "type": "string"
   }
  },
  "required": [
   "files",
   "bytes",
   "maxBytes",
   "unwritten",
   "corrupt",
   "torn"
  ],
  "additionalProperties": false
 },
 "SinkStatus": {
  "type": "object",
  "properties": {
   "name": {
    "type": "string"
   },
   "sent": {
    "type": "number",
    "description": "Points of metrics, or events: what the receiver took."
   },
   "queued": {
    "type": "number",
    "description": "Of those, what waits to be sent."
   },
   "retries": {
    "type": "number",
    "description": "Requests that were sent again."
   },
   "dropped": {
    "type": "object",
    "additionalProperties": {
     "type": "number"
    },
    "description": "What the receiver never got, by reason."
   },
   "lastError": {
    "type": "string",
    "description": "Why nothing gets through now."
   }
  },
  "required": [
   "name",
   "sent",
   "queued",
   "retries",
   "dropped"
  ],
  "additionalProperties": false
 },
 "SourceStatus": {
  "type": "object",
  "properties": {
   "name": {
    "type": "string"
   },
   "state": {
    "type": "string",
    "enum": [
     "on",
     "degraded",
     "off"
    ]
   },
   "hook": {
    "type": "string",
    "description": "Where in the kernel it listens."
   },
   "reason": {
    "type": "string",
    "description": "Why it is not on, and what that costs."
   },
   "programs": {
    "type": "array",
    "items": {
     "$ref": "#/components/schemas/ProgramStatus"
    }
   }
  },
  "required": [
   "name",
   "state",
   "programs"
  ],
  "additionalProperties": false
 },
 "Status": {
  "type": "object",
  "additionalProperties": false,
  "properties": {
   "version": {
    "type": "string"
   },
   "pid": {
    "type": "number"
   },
   "startedAt": {
    "type": "string",
    "description": "RFC 3339, UTC."
   },
   "uptimeSeconds": {
    "type": "number"
   },
   "run": {
    "type": "string",
    "description": "The run of the probe that cursors carry."
   },
   "kernel": {
    "type": "object",
    "properties": {
     "release": {
      "type": "string"
     },
     "arch": {
      "type": "string"
     }
    },
    "required": [
     "release",
     "arch"
    ],
    "additionalProperties": false
   },
   "binding": {
    "type": "string",
    "enum": [
     "addon",
     "ffi"
    ],
    "description": "How libbpf is called; absent where it is not, as of a recording."
   },
   "sources": {
    "type": "array",
    "items": {
     "$ref": "#/components/schemas/SourceStatus"
    }
   },
   "tables": {
    "type": "array",
    "items": {
     "$ref": "#/components/schemas/TableStatus"
    }
   },
   "loss": {
    "type": "object",
    "additionalProperties": {
     "type": "number"
    },
    "description": "Every counter of something that was not seen or not kept, by name."
   },
   "readers": {
    "type": "array",
    "items": {
     "$ref": "#/components/schemas/ReaderStatus"
    }
   },
   "replay": {
    "$ref": "#/components/schemas/ReplayStatus"
   },
   "dns": {
    "$ref": "#/components/schemas/DnsStatus",
    "description": "Sums of DNS since the start; absent when it is not observed."
   },
   "node": {
    "$ref": "#/components/schemas/NodeSaturation",
    "description": "How much the node uses and waits for; absent until it was read."
   },
   "program": {
    "type": "string",
    "const": "node-agent"
   },
   "lost": {
    "type": "number",
    "description": "Events that neither the map nor the records show."
   },
   "probe": {
    "type": "object",
    "properties": {
     "socket": {
      "type": "string"
     },
     "connected": {
      "type": "boolean"
     },
     "run": {
      "type": "string",
      "description": "The run of the probe that was read last."
     },
     "lagMs": {
      "type": "number"
     },
     "events": {
      "type": "number"
     },
     "lost": {
      "type": "number"
     },
     "unknown": {
      "type": "number",
      "description": "Events and messages of kinds that this version does not know."
     },
     "reconnects": {
      "type": "number"
     },
     "invalid": {
      "type": "number"
     },
     "restarts": {
      "type": "number"
     },
     "lastError": {
      "type": "object",
      "properties": {
       "code": {
        "type": "string"
       },
       "message": {
        "type": "string"
       },
       "at": {
        "type": "string"
       }
      },
      "required": [
       "code",
       "message",
       "at"
      ],
      "additionalProperties": false
     }
    },
    "required": [
     "socket",
     "connected",
     "lagMs",
     "events",
     "lost",
     "unknown",
     "reconnects",
     "invalid",
     "restarts"
    ],
    "additionalProperties": false
   },
   "streams": {
    "type": "object",
    "properties": {
     "open": {
      "type": "number"
     },
     "max": {
      "type": "number"
     }
    },
    "required": [
     "open",
     "max"
    ],
    "additionalProperties": false
   },
   "historyFiles": {
    "$ref": "#/components/schemas/SegmentStatus",
    "description": "The files of the history; absent where there are none."
   },
   "meters": {
    "type": "array",
    "items": {
     "$ref": "#/components/schemas/MeterCounts"
    },
    "description": "How many series the metrics have."
   },
   "exports": {
    "type": "array",
    "items": {
     "$ref": "#/components/schemas/SinkStatus"
    },
    "description": "What is sent somewhere."
   }
  },
  "required": [
   "exports",
   "kernel",
   "loss",
   "lost",
   "meters",
   "pid",
   "probe",
   "program",
   "readers",
   "replay",
   "run",
   "sources",
   "startedAt",
   "streams",
   "tables",
   "uptimeSeconds",
   "version"
  ]
 },
 "Summary": {
  "type": "object",
  "properties": {
   "by": {
    "$ref": "#/components/schemas/SummaryDimension"
   },
   "sort": {
    "$ref": "#/components/schemas/SummarySort"
   },
   "from": {
    "type": "string",
    "description": "When the first and the last of them were asked; absent when there are none."
   },
   "to": {
    "type": "string"
   },
   "total": {
    "$ref": "#/components/schemas/DnsSum"
   },
   "rest": {
    "type": "object",
    "additionalProperties": false,
    "properties": {
     "groups": {
      "type": "number"
     },
     "transactions": {
      "type": "number"
     },
     "timeouts": {
      "type": "number"
     },
     "failed": {
      "type": "number",
      "description": "Those that timed out, and answers with a code that is neither NOERROR nor NXDOMAIN."
     },
     "retries": {
      "type": "number",
      "description": "Questions that were sent again; they are no transactions of their own."
     },
     "searches": {
      "type": "number",
      "description": "Transactions with a domain of the search list behind the name, before it was asked for as it is, for nothing."
     },
     "rcodes": {
      "type": "object",
      "additionalProperties": {
       "type": "number"
      },
      "description": "Answered transactions by response code."
     },
     "latencyUs": {
      "type": "object",
      "properties": {
       "p50": {
        "type": "number"
       },
       "p90": {
        "type": "number"
       },
       "p99": {
        "type": "number"
       }
      },
      "required": [
       "p50",
       "p90",
       "p99"
      ],
      "additionalProperties": false,
      "description": "Of those that were answered, within 2 %; absent when there are none."
     }
    },
    "required": [
     "failed",
     "groups",
     "rcodes",
     "retries",
     "searches",
     "timeouts",
     "transactions"
    ],
    "description": "What is in no group for want of room; `groups` counts those that the limit left out."
   },
   "groups": {
    "type": "array",
    "items": {
     "$ref": "#/components/schemas/SummaryGroup"
    },
    "description": "First those with most of what it is sorted by."
   }
  },
  "required": [
   "by",
   "groups",
   "sort",
   "total"
  ],
  "additionalProperties": false
 },
 "SummaryDimension": {
  "type": "string",
  "enum": [
   "domain",
   "server",
   "container",
   "process",
   "type"
  ]
 },
 "SummaryGroup": {
  "type": "object",
  "properties": {
   "kubernetes": {
    "$ref": "#/components/schemas/Names",
    "description": "Absent where Kubernetes does not know the owner."
   },
   "name": {
    "type": "string"
   },
   "transactions": {
    "type": "number"
   },
   "timeouts": {
    "type": "number"
   },
   "failed": {
    "type": "number",
    "description": "Those that timed out, and answers with a code that is neither NOERROR nor NXDOMAIN."
   },
   "retries": {
    "type": "number",
    "description": "Questions that were sent again; they are no transactions of their own."
   },
   "searches": {
    "type": "number",
    "description": "Transactions with a domain of the search list behind the name, before it was asked for as it is, for nothing."
   },
   "rcodes": {
    "type": "object",
    "additionalProperties": {
     "type": "number"
    },
    "description": "Answered transactions by response code."
   },
   "latencyUs": {
    "type": "object",
    "properties": {
     "p50": {
      "type": "number"
     },
     "p90": {
      "type": "number"
     },
     "p99": {
      "type": "number"
     }
    },
    "required": [
     "p50",
     "p90",
     "p99"
    ],
    "additionalProperties": false,
    "description": "Of those that were answered, within 2 %; absent when there are none."
   },
   "container": {
    "type": "object",
    "properties": {
     "id": {
      "type": "string"
     },
     "runtime": {
      "type": "string"
     }
    },
    "additionalProperties": false
   }
  },
  "additionalProperties": false,
  "required": [
   "failed",
   "name",
   "rcodes",
   "retries",
   "searches",
   "timeouts",
   "transactions"
  ]
 },
 "SummarySort": {
  "type": "string",
  "enum": [
   "transactions",
   "failed",
   "timeouts",
   "nxdomain",
   "retries",
   "searches",
   "latency"
  ]
 },
 "TableStatus": {
  "type": "object",
  "properties": {
   "name": {
    "type": "string"
   },
   "used": {
    "type": "number"
   },
   "max": {
    "type": "number"
   },
   "evicted": {
    "type": "number",
    "description": "Entries that made room for others."
   }
  },
  "required": [
   "name",
   "used",
   "max",
   "evicted"
  ],
  "additionalProperties": false
 },
 "Timeline": {
  "type": "object",
  "additionalProperties": false,
  "properties": {
   "since": {
    "type": "string"
   },
   "until": {
    "type": "string"
   },
   "oldest": {
    "type": "string",
    "description": "The earliest time of which a map can be drawn."
   },
   "bucketMs": {
    "type": "number"
   },
   "buckets": {
    "type": "array",
    "items": {
     "$ref": "#/components/schemas/TimelineBucket"
    },
    "description": "All of the window, ascending; the last one may not be over."
   }
  },
  "required": [
   "bucketMs",
   "buckets",
   "oldest",
   "since",
   "until"
  ]
 },
 "TimelineBucket": {
  "type": "object",
  "properties": {
   "at": {
    "type": "string",
    "description": "When it begins, RFC 3339."
   },
   "bytes": {
    "type": "number",
    "description": "Payload bytes, both ways."
   },
   "opened": {
    "type": "number"
   },
   "failed": {
    "type": "number"
   }
  },
  "required": [
   "at",
   "bytes",
   "opened",
   "failed"
  ],
  "additionalProperties": false,
  "description": "What happened in a part of the time."
 },
 "Traffic": {
  "type": "object",
  "properties": {
   "bytes": {
    "type": "number",
    "description": "Payload bytes, exact for a closed TCP connection."
   },
   "packets": {
    "type": "number"
   }
  },
  "required": [
   "bytes",
   "packets"
  ],
  "additionalProperties": false
 },
 "Workload": {
  "type": "object",
  "properties": {
   "kind": {
    "type": "string"
   },
   "name": {
    "type": "string"
   }
  },
  "required": [
   "kind",
   "name"
  ],
  "additionalProperties": false,
  "description": "What is kept of the objects of Kubernetes. All text is cut to what Kubernetes allows, and lists are bounded."
 }
};
