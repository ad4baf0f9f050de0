/*
 * NVML's binary interface (NVML API reference, nvml.h) over a table of GPUs in the file TABLE: one line a GPU, fields
 * "key=value" between semicolons: uuid, bus, minor, memory, name, ecc, throttle, mig (how many parts), affinity (hex),
 * used (bytes), busy (percent), pid and pidmem (one process that computes there).
 * A line "init=N" makes nvmlInit_v2 answer N.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SUCCESS = 0, INVALID_ARGUMENT = 2, NOT_SUPPORTED = 3, NOT_FOUND = 6 };
enum { MOST = 16, PARTS = 7 };

typedef struct gpu {
  char uuid[96], bus[32], name[96];
  unsigned minor, mig, busy, pid;
  unsigned long long memory, ecc, throttle, affinity, used, pidmem;
  struct gpu *part;
} gpu;
typedef struct {
  char legacy[16];
  unsigned domain, bus, device, pci_device, pci_subsystem;
  char id[32];
} pci_info;
typedef struct { unsigned long long total, free, used; } memory_info;
typedef struct { unsigned gpu, memory; } utilization;
typedef struct { unsigned pid; unsigned long long memory; unsigned gpu_instance, compute_instance; } process_info;

static gpu gpus[MOST], parts[MOST][PARTS];
static unsigned count;

int nvmlInit_v2(void) {
  char line[512];
  int answer = SUCCESS;
  FILE *table = fopen(TABLE, "r");
  count = 0;
  if (!table) return NOT_FOUND;
  while (fgets(line, sizeof line, table) && count < MOST) {
    gpu *g = &gpus[count];
    memset(g, 0, sizeof *g);
    for (char *field = strtok(line, ";\n"); field; field = strtok(NULL, ";\n")) {
      char *value = strchr(field, '=');
      if (!value) continue;
      *value++ = 0;
      if (!strcmp(field, "init")) answer = atoi(value);
      else if (!strcmp(field, "uuid")) snprintf(g->uuid, sizeof g->uuid, "%s", value);
      else if (!strcmp(field, "bus")) snprintf(g->bus, sizeof g->bus, "%s", value);
      else if (!strcmp(field, "name")) snprintf(g->name, sizeof g->name, "%s", value);
      else if (!strcmp(field, "minor")) g->minor = atoi(value);
      else if (!strcmp(field, "mig")) g->mig = atoi(value);
      else if (!strcmp(field, "busy")) g->busy = atoi(value);
      else if (!strcmp(field, "pid")) g->pid = atoi(value);
      else if (!strcmp(field, "used")) g->used = strtoull(value, NULL, 10);
      else if (!strcmp(field, "pidmem")) g->pidmem = strtoull(value, NULL, 10);
      else if (!strcmp(field, "memory")) g->memory = strtoull(value, NULL, 10);
      else if (!strcmp(field, "ecc")) g->ecc = strtoull(value, NULL, 10);
      else if (!strcmp(field, "throttle")) g->throttle = strtoull(value, NULL, 10);
      else if (!strcmp(field, "affinity")) g->affinity = strtoull(value, NULL, 16);
    }
    for (unsigned i = 0; i < g->mig && i < PARTS; i++) {
      gpu *part = &parts[count][i];
      snprintf(part->uuid, sizeof part->uuid, "MIG-%.60s/%u", g->uuid, i);
      part->memory = g->memory / g->mig;
    }
    if (g->uuid[0]) count++;
  }
  fclose(table);
  return answer;
}

int nvmlShutdown(void) { return SUCCESS; }

int nvmlDeviceGetCount_v2(unsigned *n) { return *n = count, SUCCESS; }

int nvmlDeviceGetHandleByIndex_v2(unsigned i, gpu **g) { return i < count ? *g = &gpus[i], SUCCESS : INVALID_ARGUMENT; }

static int text(const char *from, char *to, unsigned length) { return snprintf(to, length, "%s", from), SUCCESS; }

int nvmlDeviceGetUUID(gpu *g, char *to, unsigned length) { return text(g->uuid, to, length); }

int nvmlDeviceGetName(gpu *g, char *to, unsigned length) { return text(g->name, to, length); }

int nvmlDeviceGetPciInfo_v3(gpu *g, pci_info *info) { return text(g->bus, info->id, sizeof info->id); }

int nvmlDeviceGetMinorNumber(gpu *g, unsigned *n) { return *n = g->minor, SUCCESS; }

int nvmlDeviceGetMemoryInfo(gpu *g, memory_info *info) {
  return *info = (memory_info){g->memory, g->memory - g->used, g->used}, SUCCESS;
}

int nvmlDeviceGetCpuAffinity(gpu *g, unsigned words, unsigned long *set) {
  if (!g->affinity || !words) return NOT_SUPPORTED;
  return set[0] = g->affinity, SUCCESS;
}

int nvmlDeviceGetMigMode(gpu *g, unsigned *now, unsigned *later) { return *now = *later = g->mig > 0, SUCCESS; }

int nvmlDeviceGetMaxMigDeviceCount(gpu *g, unsigned *n) { return (void)g, *n = PARTS, SUCCESS; }

int nvmlDeviceGetMigDeviceHandleByIndex(gpu *g, unsigned i, gpu **part) {
  return i < g->mig ? *part = &parts[g - gpus][i], SUCCESS : NOT_FOUND;
}

int nvmlDeviceGetTotalEccErrors(gpu *g, int type, int counter, unsigned long long *n) {
  return type == 1 && counter == 0 ? *n = g->ecc, SUCCESS : INVALID_ARGUMENT;
}

int nvmlDeviceGetCurrentClocksThrottleReasons(gpu *g, unsigned long long *reasons) {
  return *reasons = g->throttle, SUCCESS;
}

int nvmlDeviceGetHandleByUUID(const char *uuid, gpu **g) {
  for (unsigned i = 0; i < count; i++) {
    if (!strcmp(gpus[i].uuid, uuid)) return *g = &gpus[i], SUCCESS;
  }
  return NOT_FOUND;
}

int nvmlDeviceGetUtilizationRates(gpu *g, utilization *rates) { return *rates = (utilization){g->busy, 0}, SUCCESS; }

int nvmlDeviceGetComputeRunningProcesses_v3(gpu *g, unsigned *n, process_info *list) {
  if (g->pid && *n) list[0] = (process_info){g->pid, g->pidmem, ~0u, ~0u};
  return *n = g->pid ? 1 : 0, SUCCESS;
}
