/** What the page reads of a process of `/api/v1/processes`. */
export interface Process {
  pid: number;
  comm?: string;
  args?: string[];
  state: string;
  startedAt?: string;
  cpu?: { millicores?: number };
  memory?: { rssBytes?: number };
}

export interface ProcessesAnswer {
  processes: Process[];
  matched: number;
}
