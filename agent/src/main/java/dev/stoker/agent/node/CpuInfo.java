package dev.stoker.agent.node;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** What {@code /proc/cpuinfo} says of each processor; for kernels and trees without sysfs. */
final class CpuInfo {
  private final Map<Integer, Map<String, Integer>> byProcessor;

  private CpuInfo(Map<Integer, Map<String, Integer>> byProcessor) {
    this.byProcessor = byProcessor;
  }

  static CpuInfo read(SysTree tree) {
    Map<Integer, Map<String, Integer>> all = new TreeMap<>();
    Map<String, Integer> current = new HashMap<>();
    for (String line : tree.text("proc/cpuinfo").orElse("").split("\n", -1)) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        String key = line.substring(0, colon).strip();
        int value =
            SysTree.toNumber(line.substring(colon + 1).strip()).map(Long::intValue).orElse(-1);
        if (key.equals("processor") && value >= 0) {
          current = all.computeIfAbsent(value, n -> new HashMap<>());
        } else {
          current.putIfAbsent(key, value);
        }
      }
    }
    return new CpuInfo(all);
  }

  Collection<Integer> processors() {
    return byProcessor.keySet();
  }

  /** A number of a processor; -1 where nothing says. */
  int value(int processor, String key) {
    return byProcessor.getOrDefault(processor, Map.of()).getOrDefault(key, -1);
  }
}
