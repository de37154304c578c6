import { statfs } from 'node:fs/promises'
import { availableParallelism, totalmem } from 'node:os'

const mebibyte = 1024 * 1024

/**
 * Server settings as `-c` flags, so that a new version of Plenum changes them without touching the cluster.
 * fsync, full_page_writes and synchronous_commit are spelled out: an acknowledged reading is on disk.
 */
export async function serverFlags(port: number): Promise<string[]> {
  const memory = memoryBytes()
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '100',
    fsync: 'on',
    full_page_writes: 'on',
    synchronous_commit: 'on',
    // pglz, the one compression this build has, took more than half of the time that sealing takes (bench/results/seal.md).
    wal_compression: 'off',
    max_wal_size: '2GB',
    shared_buffers: megabytes(Math.max(32 * mebibyte, Math.min(memory / 4, 512 * mebibyte))),
    effective_cache_size: megabytes(memory / 2),
    maintenance_work_mem: megabytes(Math.max(16 * mebibyte, Math.min(memory / 16, 256 * mebibyte))),
    random_page_cost: '1.1',
    jit: 'off',
    autovacuum: 'on',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // A query whose client was killed ends soon, instead of holding its locks until it is done.
    client_connection_check_interval: process.platform === 'linux' ? '10s' : '0',
    max_worker_processes: String(Math.max(8, availableParallelism())),
    log_destination: 'stderr',
    logging_collector: 'off',
    log_line_prefix: '%m [%p] ',
    ...(await sharedMemory()),
  }
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

/** What this process may use: in a container less than the machine has. */
function memoryBytes(): number {
  const limit = process.constrainedMemory()
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem()
}

/** Containers often have 64 MB of /dev/shm; a parallel query that wants more would fail there. Files do instead. */
async function sharedMemory(): Promise<Record<string, string>> {
  if (process.platform !== 'linux') return {}
  const shm = await statfs('/dev/shm').catch(() => undefined)
  const isRoomy = shm !== undefined && shm.blocks * shm.bsize >= 256 * mebibyte
  return { dynamic_shared_memory_type: isRoomy ? 'posix' : 'mmap' }
}

function megabytes(bytes: number): string {
  return `${Math.floor(bytes / mebibyte)}MB`
}
