package dev.stoker.agent.node;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * NVIDIA's management library (NVML API reference, nvml.h). Every call may be missing in an older
 * driver or refused by a device: then that much is not known. Not thread-safe.
 */
final class Nvml implements GpuDriver {
  private static final Logger LOG = System.getLogger(Nvml.class.getName());

  /** The name that the driver's packages give it, also in containers. */
  static final String LIBRARY = "libnvidia-ml.so.1";

  /** NVML_DEVICE_UUID_V2_BUFFER_SIZE, NVML_DEVICE_NAME_V2_BUFFER_SIZE. */
  private static final int TEXT_BYTES = 96;

  /** nvmlPciInfo_t: char[16], five unsigned, char[32] (NVML_DEVICE_PCI_BUS_ID_BUFFER_SIZE). */
  private static final int PCI_BYTES = 16 + 5 * 4 + 32;

  private static final int PCI_BUS_ID = 16 + 5 * 4;

  /** nvmlMemory_t: total, free, used. */
  private static final int MEMORY_BYTES = 3 * 8;

  /** NVML_MEMORY_ERROR_TYPE_UNCORRECTED, NVML_VOLATILE_ECC. */
  private static final int UNCORRECTED = 1;

  private static final int VOLATILE = 0;

  /** Enough for 1024 CPUs. */
  private static final int AFFINITY_WORDS = 16;

  /** nvmlClocksEventReason*, those that mean trouble; idle and applications' settings do not. */
  private static final long[] REASONS = {0x4, 0x8, 0x20, 0x40, 0x80};

  private static final String[] REASON_NAMES = {
    "power cap", "hardware slowdown", "thermal (software)", "thermal (hardware)", "power brake"
  };

  private final String library;

  Nvml(String library) {
    this.library = library;
  }

  String library() {
    return library;
  }

  @Override
  public List<Found> gpus() {
    NativeLibrary nvml;
    try {
      nvml = NativeLibrary.getInstance(library);
    } catch (UnsatisfiedLinkError e) {
      LOG.log(Level.DEBUG, "There is no {0}: {1}", library, e.getMessage());
      return List.of();
    }
    int status = call(nvml, "nvmlInit_v2");
    if (status != 0) {
      LOG.log(Level.WARNING, "NVIDIA''s driver does not answer (NVML error {0}).", status);
      return List.of();
    }
    try {
      return devices(nvml);
    } finally {
      call(nvml, "nvmlShutdown");
    }
  }

  private static List<Found> devices(NativeLibrary nvml) {
    IntByReference count = new IntByReference();
    List<Found> found = new ArrayList<>();
    if (call(nvml, "nvmlDeviceGetCount_v2", count) != 0) {
      return found;
    }
    for (int i = 0; i < count.getValue(); i++) {
      PointerByReference device = new PointerByReference();
      int status = call(nvml, "nvmlDeviceGetHandleByIndex_v2", i, device);
      if (status == 0) {
        Found gpu = describe(nvml, device.getValue());
        if (gpu != null) {
          found.add(gpu);
        }
      } else {
        LOG.log(Level.WARNING, "NVIDIA GPU {0} does not answer (NVML error {1}).", i, status);
      }
    }
    return found;
  }

  private static @Nullable Found describe(NativeLibrary nvml, Pointer device) {
    Memory pci = cleared(PCI_BYTES);
    String uuid = text(nvml, "nvmlDeviceGetUUID", device);
    if (uuid.isEmpty() || call(nvml, "nvmlDeviceGetPciInfo_v3", device, pci) != 0) {
      return null;
    }
    IntByReference minor = new IntByReference(-1);
    call(nvml, "nvmlDeviceGetMinorNumber", device, minor);
    return new Found(
        uuid,
        text(nvml, "nvmlDeviceGetName", device),
        sysfsAddress(pci.getString(PCI_BUS_ID)),
        memoryBytes(nvml, device),
        minor.getValue(),
        affinity(nvml, device),
        mig(nvml, device),
        new Gpu.Health(eccErrors(nvml, device), throttled(nvml, device)));
  }

  /** NVML writes domains with eight digits, sysfs with four as long as they suffice. */
  static String sysfsAddress(String busId) {
    String lower = busId.toLowerCase(Locale.ROOT);
    return lower.length() > 12 && lower.startsWith("0000") ? lower.substring(4) : lower;
  }

  private static long memoryBytes(NativeLibrary nvml, Pointer device) {
    Memory memory = cleared(MEMORY_BYTES);
    return call(nvml, "nvmlDeviceGetMemoryInfo", device, memory) == 0 ? memory.getLong(0) : 0;
  }

  private static CpuSet affinity(NativeLibrary nvml, Pointer device) {
    Memory words = cleared(AFFINITY_WORDS * 8);
    CpuSet cpus = CpuSet.EMPTY;
    if (call(nvml, "nvmlDeviceGetCpuAffinity", device, AFFINITY_WORDS, words) == 0) {
      for (int cpu = 0; cpu < AFFINITY_WORDS * 64; cpu++) {
        if ((words.getLong(cpu / 64 * 8L) >> cpu % 64 & 1) == 1) {
          cpus = cpus.or(CpuSet.of(cpu));
        }
      }
    }
    return cpus;
  }

  private static List<Gpu.Mig> mig(NativeLibrary nvml, Pointer device) {
    List<Gpu.Mig> parts = new ArrayList<>();
    IntByReference now = new IntByReference();
    IntByReference later = new IntByReference();
    IntByReference most = new IntByReference();
    if (call(nvml, "nvmlDeviceGetMigMode", device, now, later) != 0
        || now.getValue() == 0
        || call(nvml, "nvmlDeviceGetMaxMigDeviceCount", device, most) != 0) {
      return parts;
    }
    for (int i = 0; i < most.getValue(); i++) {
      PointerByReference part = new PointerByReference();
      if (call(nvml, "nvmlDeviceGetMigDeviceHandleByIndex", device, i, part) == 0) {
        parts.add(
            new Gpu.Mig(
                text(nvml, "nvmlDeviceGetUUID", part.getValue()),
                memoryBytes(nvml, part.getValue())));
      }
    }
    return parts;
  }

  private static long eccErrors(NativeLibrary nvml, Pointer device) {
    LongByReference errors = new LongByReference();
    boolean counts =
        call(nvml, "nvmlDeviceGetTotalEccErrors", device, UNCORRECTED, VOLATILE, errors) == 0;
    return counts ? errors.getValue() : -1;
  }

  private static List<String> throttled(NativeLibrary nvml, Pointer device) {
    LongByReference reasons = new LongByReference();
    List<String> words = new ArrayList<>();
    if (call(nvml, "nvmlDeviceGetCurrentClocksThrottleReasons", device, reasons) == 0) {
      for (int i = 0; i < REASONS.length; i++) {
        if ((reasons.getValue() & REASONS[i]) != 0) {
          words.add(REASON_NAMES[i]);
        }
      }
    }
    return words;
  }

  private static String text(NativeLibrary nvml, String function, Pointer device) {
    Memory buffer = cleared(TEXT_BYTES);
    return call(nvml, function, device, buffer, TEXT_BYTES) == 0 ? buffer.getString(0) : "";
  }

  private static Memory cleared(int bytes) {
    Memory memory = new Memory(bytes);
    memory.clear();
    return memory;
  }

  /** NVML's status; NVML_ERROR_FUNCTION_NOT_FOUND (13) where the driver is older than the call. */
  static int call(NativeLibrary nvml, String function, Object... arguments) {
    Function known;
    try {
      known = nvml.getFunction(function);
    } catch (UnsatisfiedLinkError e) {
      return 13;
    }
    return known.invokeInt(arguments);
  }
}
