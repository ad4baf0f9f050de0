package dev.stoker.agent.node;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A graphics processor.
 *
 * @param vendor who made it
 * @param uuid as the driver names it in {@code CUDA_VISIBLE_DEVICES} or {@code
 *     ROCR_VISIBLE_DEVICES}; null where no driver says
 * @param name as the driver or the PCI identifiers have it, or null
 * @param pciAddress {@code 0001:00:00.0}, lower case
 * @param memoryBytes its own memory, 0 where nothing says
 * @param numaNode -1 where the kernel does not say
 * @param localCpus the online CPUs next to it; empty where the kernel does not say
 * @param minor the number in {@code /dev/nvidiaN}, -1 where unknown
 * @param devices its files in {@code /dev}, those of {@code dri} too
 * @param mig its parts where it is split (Multi-Instance GPU)
 * @param health what its driver says, or null
 */
public record Gpu(
    Vendor vendor,
    @Nullable String uuid,
    @Nullable String name,
    String pciAddress,
    long memoryBytes,
    int numaNode,
    CpuSet localCpus,
    int minor,
    List<String> devices,
    List<Mig> mig,
    @Nullable Health health) {

  public Gpu {
    devices = List.copyOf(devices);
    mig = List.copyOf(mig);
  }

  /** Who made it. */
  public enum Vendor {
    NVIDIA,
    AMD,
    INTEL,
    UNKNOWN;

    /** By PCI vendor number (pci.ids). */
    static Vendor of(int pciVendor) {
      return switch (pciVendor) {
        case 0x10de -> NVIDIA;
        case 0x1002 -> AMD;
        case 0x8086 -> INTEL;
        default -> UNKNOWN;
      };
    }
  }

  /** A part of a GPU that a process can be given by its UUID. */
  public record Mig(String uuid, long memoryBytes) {}

  /**
   * @param uncorrectedEccErrors since the driver was loaded, -1 where it does not count
   * @param throttled why its clocks are held down, in words; empty when they are not
   */
  public record Health(long uncorrectedEccErrors, List<String> throttled) {
    public Health {
      throttled = List.copyOf(throttled);
    }
  }

  /** What names it best: its UUID, else its PCI address. */
  public String id() {
    return uuid == null ? pciAddress : uuid;
  }

  /** Whether tasks are given it: renderers compute on NVIDIA's and AMD's. */
  public boolean renders() {
    return vendor == Vendor.NVIDIA || vendor == Vendor.AMD;
  }
}
