package dev.stoker.agent.node;

import dev.stoker.agent.node.Host.Disk;
import dev.stoker.agent.node.Host.Fuse;
import dev.stoker.agent.node.Host.HugePages;
import dev.stoker.agent.node.Host.Nic;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads disks, network devices and what the kernel can do. */
final class HostReader {
  private static final String BLOCK = "sys/block";
  private static final String NET = "sys/class/net";
  private static final String HUGE = "sys/kernel/mm/hugepages";

  /** Documentation/ABI/testing/sysfs-block: sizes count in these, whatever the device uses. */
  private static final long SECTOR_BYTES = 512;

  /** Loops, RAM disks, device mapper: what lies on other disks. */
  private static final Pattern REAL_DISK =
      Pattern.compile("(nvme\\d+n\\d+|sd[a-z]+|vd[a-z]+|xvd[a-z]+)");

  private static final Pattern RELEASE = Pattern.compile("^(\\d{1,4})\\.(\\d{1,6})");

  private final SysTree tree;

  HostReader(SysTree tree) {
    this.tree = tree;
  }

  Host read() {
    String kernel =
        tree.text("proc/sys/kernel/osrelease")
            .or(
                () ->
                    tree.line("proc/version", "Linux version")
                        .map(text -> text.replaceAll(" .*$", "")))
            .orElse(null);
    return new Host(
        kernel,
        tree.line("proc/cpuinfo", "model name")
            .map(text -> text.substring(text.indexOf(':') + 1).strip())
            .orElse(null),
        hugePages(),
        disks(),
        nics(),
        new Fuse(tree.exists("dev/fuse"), passthrough(kernel)));
  }

  private List<HugePages> hugePages() {
    List<HugePages> pools = new ArrayList<>();
    for (String name : tree.names(HUGE)) {
      long kib = SysTree.toNumber(name.replaceAll("[^0-9]", "")).orElse(0L);
      String folder = HUGE + "/" + name;
      pools.add(
          new HugePages(
              kib * 1024,
              tree.number(folder + "/nr_hugepages").orElse(0L),
              tree.number(folder + "/free_hugepages").orElse(0L)));
    }
    return pools;
  }

  private List<Disk> disks() {
    String mounts = tree.text("proc/self/mounts").or(() -> tree.text("proc/mounts")).orElse("");
    List<Disk> disks = new ArrayList<>();
    for (String name : tree.names(BLOCK)) {
      if (REAL_DISK.matcher(name).matches()) {
        String folder = BLOCK + "/" + name;
        disks.add(
            new Disk(
                name,
                tree.text(folder + "/device/model").orElse(null),
                tree.number(folder + "/size").orElse(0L) * SECTOR_BYTES,
                name.startsWith("nvme"),
                numaNode(folder),
                mounts(mounts, name)));
      }
    }
    return disks;
  }

  private int numaNode(String folder) {
    return tree.number(folder + "/device/numa_node")
        .or(() -> tree.number(folder + "/device/device/numa_node"))
        .orElse(-1L)
        .intValue();
  }

  private static List<String> mounts(String table, String disk) {
    Pattern parts = Pattern.compile("/dev/" + disk + "p?\\d*");
    return table
        .lines()
        .map(line -> line.split(" ", -1))
        .filter(words -> words.length > 1 && parts.matcher(words[0]).matches())
        .map(words -> words[1].replace("\\040", " ")) // fstab(5)
        .toList();
  }

  private List<Nic> nics() {
    List<Nic> nics = new ArrayList<>();
    for (String name : tree.names(NET)) {
      String folder = NET + "/" + name;
      if (tree.exists(folder + "/device")) {
        nics.add(
            new Nic(
                name,
                driver(folder),
                tree.number(folder + "/speed").orElse(-1L).intValue(),
                numaNode(folder)));
      }
    }
    return nics;
  }

  private @Nullable String driver(String folder) {
    try {
      return String.valueOf(
          Files.readSymbolicLink(tree.at(folder + "/device/driver")).getFileName());
    } catch (IOException | UnsupportedOperationException e) {
      return null;
    }
  }

  /** FUSE passthrough came with Linux 6.9 (FUSE_DEV_IOC_BACKING_OPEN). */
  private static boolean passthrough(@Nullable String kernel) {
    Matcher release = RELEASE.matcher(kernel == null ? "" : kernel);
    if (!release.find()) {
      return false;
    }
    int major = Integer.parseInt(release.group(1));
    return major > 6 || (major == 6 && Integer.parseInt(release.group(2)) >= 9);
  }
}
