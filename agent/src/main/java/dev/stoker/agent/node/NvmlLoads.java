package dev.stoker.agent.node;

import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What NVIDIA's management library (NVML API reference, nvml.h) says of GPUs at work. Stays
 * initialised from the first question on: initialising takes a second for eight GPUs. Not
 * thread-safe.
 */
final class NvmlLoads {
  private static final double PERCENT = 100;

  /** nvmlUtilization_t: gpu, memory. */
  private static final int UTILIZATION_BYTES = 2 * 4;

  /** nvmlMemory_t: total, free, used. */
  private static final int MEMORY_BYTES = 3 * 8;

  private static final int MEMORY_USED = 2 * 8;

  /** nvmlProcessInfo_t of version 2 and 3: pid, (4 unused), usedGpuMemory, two instance numbers. */
  private static final int PROCESS_BYTES = 24;

  private static final int PROCESS_MEMORY = 8;

  /** More contexts than a GPU can hold. */
  private static final int MOST_PROCESSES = 256;

  private static final String[] LISTS = {
    "nvmlDeviceGetComputeRunningProcesses", "nvmlDeviceGetGraphicsRunningProcesses"
  };

  private final String library;
  private final Memory processes = new Memory((long) PROCESS_BYTES * MOST_PROCESSES);
  private @Nullable NativeLibrary nvml;

  NvmlLoads(String library) {
    this.library = library;
  }

  GpuLoad read(String uuid) {
    NativeLibrary ready = ready();
    PointerByReference device = new PointerByReference();
    if (ready == null || Nvml.call(ready, "nvmlDeviceGetHandleByUUID", uuid, device) != 0) {
      return GpuLoad.UNKNOWN;
    }
    Memory busy = new Memory(UTILIZATION_BYTES);
    Memory used = new Memory(MEMORY_BYTES);
    boolean saysBusy =
        Nvml.call(ready, "nvmlDeviceGetUtilizationRates", device.getValue(), busy) == 0;
    boolean saysUsed = Nvml.call(ready, "nvmlDeviceGetMemoryInfo", device.getValue(), used) == 0;
    return new GpuLoad(
        saysBusy ? busy.getInt(0) / PERCENT : -1,
        saysUsed ? used.getLong(MEMORY_USED) : -1,
        bytesByProcess(ready, device.getValue()));
  }

  private @Nullable NativeLibrary ready() {
    if (nvml == null) {
      try {
        NativeLibrary loaded = NativeLibrary.getInstance(library);
        if (Nvml.call(loaded, "nvmlInit_v2") == 0) {
          nvml = loaded;
        }
      } catch (UnsatisfiedLinkError e) {
        return null; // Nvml has said so
      }
    }
    return nvml;
  }

  /** A process that computes and draws is in both lists, with the same memory. */
  private Map<Long, Long> bytesByProcess(NativeLibrary ready, Pointer device) {
    Map<Long, Long> bytes = new HashMap<>();
    for (String list : LISTS) {
      IntByReference count = new IntByReference(MOST_PROCESSES);
      if (Nvml.call(ready, list + "_v3", device, count, processes) != 0) {
        count.setValue(MOST_PROCESSES);
        if (Nvml.call(ready, list + "_v2", device, count, processes) != 0) {
          continue;
        }
      }
      for (int i = 0; i < Math.min(count.getValue(), MOST_PROCESSES); i++) {
        long at = (long) i * PROCESS_BYTES;
        long used = processes.getLong(at + PROCESS_MEMORY);
        if (used > 0) { // NVML_VALUE_NOT_AVAILABLE is all ones
          bytes.merge(Integer.toUnsignedLong(processes.getInt(at)), used, Math::max);
        }
      }
    }
    return bytes;
  }
}
