/**
 * What the DaemonSet of the Datadog Agent 7.19 sets in each of its containers for network monitoring; values that come from a
 * secret or from the node are made up. The letters of DD_SYSprobe_SOCKET are as they stand there.
 */
export const datadogAgent = {
  DD_API_KEY: 'not-a-key-0123456789',
  DD_AGENT_HOST: '192.0.2.10',
  DD_SYSTEM_PROBE_ENABLED: 'true',
  DD_SYSTEM_PROBE_EXTERNAL: 'true',
  DD_SYSPROBE_SOCKET: '/var/run/sysprobe/sysprobe.sock',
  DD_COLLECT_KUBERNETES_EVENTS: 'true',
  DD_LEADER_ELECTION: 'true',
  KUBERNETES: 'true',
  DD_KUBERNETES_KUBELET_HOST: '192.0.2.10',
  DD_APM_ENABLED: 'true',
  DD_AC_EXCLUDE: 'name:datadog-agent name:agent name:system-probe',
  DD_LOGS_CONFIG_CONTAINER_COLLECT_ALL: 'true',
  DD_LOGS_CONFIG_USE_HTTP: 'true',
  DD_LOGS_CONFIG_USE_COMPRESSION: 'true',
  DD_LOGS_CONFIG_COMPRESSION_LEVEL: '6',
  DD_LOGS_ENABLED: 'true',
  DD_TAGS: 'env:aws-prd cluster-name:analysis-production',
  DD_TRACE_ANALYTICS_ENABLED: 'true',
  DD_PROCESS_AGENT_ENABLED: 'true',
  DD_KUBERNETES_POD_LABELS_AS_TAGS: '{"service":"service","team":"team"}',
  DD_HEALTH_PORT: '5555',
  DD_KUBELET_TLS_VERIFY: 'false',
};

export const datadogProbe = {
  DD_SYSTEM_PROBE_ENABLED: 'true',
  DD_SYSprobe_SOCKET: '/var/run/sysprobe/sysprobe.sock',
  DD_DISABLE_DNS_INSPECTION: 'false',
  DD_TAGS: 'env:aws-prd cluster-name:analysis-production',
  DD_KUBERNETES_POD_LABELS_AS_TAGS: '{"service":"service","team":"team"}',
  DD_API_KEY: 'not-a-key-0123456789',
  DD_AGENT_HOST: '192.0.2.10',
};
