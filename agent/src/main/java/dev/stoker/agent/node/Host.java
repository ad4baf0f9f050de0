package dev.stoker.agent.node;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What surrounds the processors of a machine.
 *
 * @param kernel its release, such as {@code 6.1.0-18-amd64}, or null
 * @param cpuModel what the processors call themselves, or null
 * @param hugePages pools of huge pages
 * @param disks whole disks, by name
 * @param nics network devices with hardware behind them, by name
 * @param fuse what its kernel offers a file system in user space
 */
public record Host(
    @Nullable String kernel,
    @Nullable String cpuModel,
    List<HugePages> hugePages,
    List<Disk> disks,
    List<Nic> nics,
    Fuse fuse) {

  public Host {
    hugePages = List.copyOf(hugePages);
    disks = List.copyOf(disks);
    nics = List.copyOf(nics);
  }

  /** A pool of huge pages of one size. */
  public record HugePages(long pageBytes, long pages, long free) {}

  /**
   * @param bytes its capacity
   * @param nvme whether it speaks NVMe
   * @param numaNode -1 where the kernel does not say
   * @param mounts where it or a part of it is mounted
   */
  public record Disk(
      String name,
      @Nullable String model,
      long bytes,
      boolean nvme,
      int numaNode,
      List<String> mounts) {
    public Disk {
      mounts = List.copyOf(mounts);
    }
  }

  /**
   * @param megabitsPerSecond -1 where the device does not say
   */
  public record Nic(String name, @Nullable String driver, int megabitsPerSecond, int numaNode) {}

  /**
   * @param device whether there is {@code /dev/fuse}
   * @param passthrough whether the kernel can read a backing file itself: 6.9 and newer
   */
  public record Fuse(boolean device, boolean passthrough) {}

  /** Reads this or a recorded machine. */
  public static Host read(Path root) {
    return new HostReader(new SysTree(root)).read();
  }
}
