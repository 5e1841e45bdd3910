/**
 * Every error that a user may meet. `code` is documented in docs/errors.md and never reused; `message` says what
 * happened and what to do about it.
 */
export class SysprobeError extends Error {
  readonly code: ErrorCode;
  readonly errno: number | undefined;
  readonly operation: string | undefined;
  /** The query parameter that was refused, and what it may be. */
  readonly parameter: string | undefined;
  readonly allowed: readonly string[] | undefined;

  constructor(code: ErrorCode, message: string, detail: ErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = 'SysprobeError';
    this.code = code;
    this.errno = detail.errno;
    this.operation = detail.operation;
    this.parameter = detail.parameter;
    this.allowed = detail.allowed;
  }
}

export interface ErrorDetail {
  errno?: number;
  operation?: string;
  parameter?: string;
  allowed?: readonly string[];
  cause?: unknown;
}

export type ErrorCode =
  | 'SP_CONFIG_INVALID'
  | 'SP_NOT_ROOT'
  | 'SP_NO_BTF'
  | 'SP_KERNEL_TOO_OLD'
  | 'SP_ADDON_MISSING'
  | 'SP_ADDON_MISMATCH'
  | 'SP_BINDING_UNUSABLE'
  | 'SP_BPF_OBJECT_INVALID'
  | 'SP_BPF_REFUSED'
  | 'SP_SOCKET_IN_USE'
  | 'SP_SOCKET_UNUSABLE'
  | 'SP_PORT_IN_USE'
  | 'SP_FILE_UNUSABLE'
  | 'SP_QUERY_INVALID'
  | 'SP_NOT_FOUND'
  | 'SP_METHOD_NOT_ALLOWED'
  | 'SP_NOT_ACCEPTABLE'
  | 'SP_HOST_REFUSED'
  | 'SP_UNAUTHORIZED'
  | 'SP_PEER_REFUSED'
  | 'SP_TOO_MANY_READERS'
  | 'SP_INTERNAL'
  | 'SP_SERVER_UNREACHABLE'
  | 'SP_SERVER_REFUSED'
  | 'SP_WIRE_INVALID'
  | 'SP_KUBERNETES_UNREACHABLE'
  | 'SP_KUBERNETES_REFUSED'
  | 'SP_KUBERNETES_INVALID';
