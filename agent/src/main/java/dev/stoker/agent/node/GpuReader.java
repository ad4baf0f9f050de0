package dev.stoker.agent.node;

import dev.stoker.agent.node.Gpu.Vendor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * GPUs from {@code /sys/bus/pci} (Documentation/ABI/testing/sysfs-bus-pci), completed by what
 * drivers say: NVIDIA's library or its {@code /proc/driver/nvidia}, AMD's files in sysfs
 * (Documentation/gpu/amdgpu).
 */
final class GpuReader {
  private static final String PCI = "sys/bus/pci/devices";

  /** PCI Code and ID Assignment: VGA, 3D, other display, processing accelerator. */
  private static final List<Integer> CLASSES = List.of(0x0300, 0x0302, 0x0380, 0x1200);

  private static final int ACCELERATOR = 0x1200;

  private GpuReader() {}

  static List<Gpu> read(SysTree tree, CpuSet online, GpuDriver driver) {
    Map<String, GpuDriver.Found> said = new TreeMap<>();
    driver.gpus().forEach(gpu -> said.put(gpu.pciAddress(), gpu));
    List<Gpu> gpus = new ArrayList<>();
    for (String address : tree.names(PCI)) {
      vendor(tree, PCI + "/" + address)
          .ifPresent(vendor -> gpus.add(read(tree, online, address, vendor, said.remove(address))));
    }
    // A driver may know of one that sysfs does not show, as in some containers.
    said.values().forEach(found -> gpus.add(of(tree, found, online)));
    gpus.sort(Comparator.comparing(Gpu::pciAddress));
    return gpus;
  }

  /** Who made it, if it is a GPU: the display of a board controller or hypervisor is none. */
  private static Optional<Vendor> vendor(SysTree tree, String folder) {
    int kind = tree.hex(folder + "/class").orElse(0) >> 8;
    Optional<Integer> number = tree.hex(folder + "/vendor");
    Vendor vendor = Vendor.of(number.orElse(0));
    boolean counts =
        kind == ACCELERATOR ? vendor == Vendor.AMD : number.isEmpty() || vendor != Vendor.UNKNOWN;
    return CLASSES.contains(kind) && counts ? Optional.of(vendor) : Optional.empty();
  }

  private static Gpu read(
      SysTree tree, CpuSet online, String address, Vendor vendor, GpuDriver.@Nullable Found said) {
    String folder = PCI + "/" + address;
    int node = tree.number(folder + "/numa_node").orElse(-1L).intValue();
    CpuSet local =
        tree.cpus(folder + "/local_cpulist", folder + "/local_cpus")
            .map(online::and)
            .orElseGet(() -> cpusOf(tree, online, node));
    int minor = said == null ? minor(tree, address) : said.minor();
    List<String> devices = new ArrayList<>(dri(tree, folder));
    if (vendor == Vendor.NVIDIA && minor >= 0) {
      devices.addFirst("/dev/nvidia" + minor);
    }
    if (said != null) {
      CpuSet near = local.isEmpty() ? said.localCpus().and(online) : local;
      return new Gpu(
          vendor,
          said.uuid(),
          said.name(),
          address,
          said.memoryBytes(),
          node,
          near,
          minor,
          devices,
          said.mig(),
          said.health());
    }
    String file = nvidia(address);
    return new Gpu(
        vendor,
        tree.line(file, "GPU UUID:")
            .filter(uuid -> !uuid.contains("?")) // what it says before the first use
            .or(() -> tree.text(folder + "/unique_id").map(GpuReader::rocmId))
            .orElse(null),
        tree.line(file, "Model:")
            .or(() -> tree.text(folder + "/product_name").filter(name -> !name.isEmpty()))
            .or(() -> PciNames.of(vendor, tree.hex(folder + "/device").orElse(0)))
            .orElse(null),
        address,
        tree.number(folder + "/mem_info_vram_total").orElse(0L),
        node,
        local,
        minor,
        devices,
        List.of(),
        null);
  }

  private static CpuSet cpusOf(SysTree tree, CpuSet online, int node) {
    return MemoryReader.nodes(tree, online, null).stream()
        .filter(one -> one.id() == node)
        .map(Topology.NumaNode::cpus)
        .findFirst()
        .orElse(CpuSet.EMPTY);
  }

  private static Gpu of(SysTree tree, GpuDriver.Found found, CpuSet online) {
    CpuSet local = found.localCpus().and(online);
    int node = -1;
    for (Topology.NumaNode one : MemoryReader.nodes(tree, online, null)) {
      if (!local.isEmpty() && one.cpus().containsAll(local)) {
        node = one.id();
      }
    }
    return new Gpu(
        Vendor.NVIDIA,
        found.uuid(),
        found.name(),
        found.pciAddress(),
        found.memoryBytes(),
        node,
        local,
        found.minor(),
        List.of("/dev/nvidia" + found.minor()),
        found.mig(),
        found.health());
  }

  /**
   * ROCm's name for it, which the environment takes: the kernel's hexadecimal number behind GPU-.
   */
  private static String rocmId(String uniqueId) {
    return "GPU-" + uniqueId.toLowerCase(Locale.ROOT);
  }

  private static String nvidia(String address) {
    return "proc/driver/nvidia/gpus/" + address + "/information";
  }

  private static int minor(SysTree tree, String address) {
    return tree.line(nvidia(address), "Device Minor:")
        .flatMap(SysTree::toNumber)
        .orElse(-1L)
        .intValue();
  }

  /** {@code card0}, {@code renderD128}. */
  private static List<String> dri(SysTree tree, String folder) {
    return tree.names(folder + "/drm").stream()
        .filter(name -> name.startsWith("card") || name.startsWith("renderD"))
        .filter(name -> name.indexOf('-') < 0) // connectors
        .map(name -> "/dev/dri/" + name)
        .toList();
  }
}
