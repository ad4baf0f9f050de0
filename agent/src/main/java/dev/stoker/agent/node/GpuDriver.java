package dev.stoker.agent.node;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a GPU's driver knows and the kernel's files do not. */
interface GpuDriver {
  /** For recorded machines, and those without a driver. */
  GpuDriver NONE = List::of;

  /** NVIDIA's, where there is one: loading a native library costs more than looking for it. */
  static GpuDriver installed() {
    @Nullable String named = System.getenv("STOKER_NVML");
    if (named != null) {
      return new Nvml(named);
    }
    boolean there =
        Files.exists(Path.of("/dev/nvidiactl")) || Files.exists(Path.of("/proc/driver/nvidia"));
    return there ? new Nvml(Nvml.LIBRARY) : NONE;
  }

  /** The GPUs that work. */
  List<Found> gpus();

  /**
   * @param pciAddress as sysfs writes it
   * @param localCpus of {@code nvmlDeviceGetCpuAffinity}; empty where it does not say
   */
  record Found(
      String uuid,
      String name,
      String pciAddress,
      long memoryBytes,
      int minor,
      CpuSet localCpus,
      List<Gpu.Mig> mig,
      Gpu.Health health) {}
}
