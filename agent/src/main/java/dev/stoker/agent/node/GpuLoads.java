package dev.stoker.agent.node;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Asks what GPUs are at: NVIDIA's by its library, AMD's by its files in sysfs
 * (Documentation/gpu/amdgpu). An answer takes milliseconds, or minutes from a GPU that fell off its
 * bus. Not thread-safe.
 */
public final class GpuLoads {
  private static final double PERCENT = 100;

  private final SysTree tree;
  private final @Nullable NvmlLoads nvidia;

  GpuLoads(Path root, @Nullable NvmlLoads nvidia) {
    this.tree = new SysTree(root);
    this.nvidia = nvidia;
  }

  /** Of this machine. */
  public static GpuLoads installed() {
    return new GpuLoads(
        Path.of("/"),
        GpuDriver.installed() instanceof Nvml nvml ? new NvmlLoads(nvml.library()) : null);
  }

  /** What a GPU is at now. */
  public GpuLoad read(Gpu gpu) {
    return switch (gpu.vendor()) {
      case NVIDIA ->
          nvidia == null || gpu.uuid() == null ? GpuLoad.UNKNOWN : nvidia.read(gpu.uuid());
      case AMD -> amd("sys/bus/pci/devices/" + gpu.pciAddress());
      case INTEL, UNKNOWN -> GpuLoad.UNKNOWN;
    };
  }

  private GpuLoad amd(String folder) {
    return new GpuLoad(
        tree.number(folder + "/gpu_busy_percent").map(busy -> busy / PERCENT).orElse(-1.0),
        tree.number(folder + "/mem_info_vram_used").orElse(-1L),
        Map.of());
  }
}
