/** What the page reads of `/api/v1/status`. */
export interface Status {
  version?: string;
  lost?: number;
}
