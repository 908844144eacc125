/** The private Redis and PostgreSQL that the demo, the tests and the benchmarks run on. */
export { findRedis, projectRoot, type FindRedisOptions, type RedisBinary } from "./stack/redis-binary.js";
export { startRedis, type RedisHandle, type RedisOptions } from "./stack/redis-server.js";
export { clusterMasters, startRedisCluster, type RedisClusterHandle } from "./stack/redis-cluster.js";
export { startPostgres, type PostgresHandle, type PostgresOptions } from "./stack/postgres-server.js";
export { findFreePort, isPortFree } from "./stack/ports.js";
