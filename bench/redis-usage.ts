/** What a Redis server has used so far, as INFO tells it. */
export interface RedisUsage {
  /** Processor time of all its threads, in microseconds. */
  readonly cpuMicros: number;
  /** NaN without an append-only file. */
  readonly aofBytes: number;
  readonly memoryBytes: number;
  /** Received and sent. */
  readonly networkBytes: number;
}

export async function readRedisUsage(client: { info(): Promise<string> }): Promise<RedisUsage> {
  const info = await client.info();
  const read = (name: string) => Number(new RegExp(`^${name}:([\\d.]+)`, "m").exec(info)?.[1]);
  return {
    cpuMicros: 1e6 * (read("used_cpu_user") + read("used_cpu_sys")),
    aofBytes: read("aof_current_size"),
    memoryBytes: read("used_memory"),
    networkBytes: read("total_net_input_bytes") + read("total_net_output_bytes"),
  };
}
