package dev.stoker.agent.node.view;

import dev.stoker.agent.node.CpuSet;
import dev.stoker.agent.node.view.TopologyDocument.CacheEntry;
import dev.stoker.agent.node.view.TopologyDocument.CoreEntry;
import dev.stoker.agent.node.view.TopologyDocument.GpuEntry;
import dev.stoker.agent.node.view.TopologyDocument.NodeEntry;
import dev.stoker.agent.node.view.TopologyDocument.PackageEntry;
import dev.stoker.agent.node.view.TopologyDocument.SlotEntry;
import java.util.ArrayList;
import java.util.List;

/**
 * A machine as a picture: a column for each NUMA node of a package, its caches as boxes of cores,
 * its GPUs below; what belongs to one slot has one colour. Pure.
 */
public final class TopologySvg {
  private static final int CELL = 26;
  private static final int GAP = 6;
  private static final int CORES_IN_A_ROW = 8;
  private static final int COLUMN = CORES_IN_A_ROW * (CELL + 2) + 4 * GAP;

  /** Okabe and Ito's palette, which colour-blind people can tell apart, without its black. */
  private static final String[] COLOURS = {
    "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
  };

  private final TopologyDocument machine;
  private final StringBuilder out = new StringBuilder();
  private int height;

  private TopologySvg(TopologyDocument machine) {
    this.machine = machine;
  }

  /** A whole SVG document. */
  public static String of(TopologyDocument machine) {
    return new TopologySvg(machine).draw();
  }

  private String draw() {
    int x = GAP;
    for (PackageEntry one : machine.packages()) {
      CpuSet inside = CpuSet.parse(one.cpus());
      List<NodeEntry> nodes =
          machine.numaNodes().stream()
              .filter(node -> CpuSet.parse(node.cpus()).intersects(inside))
              .toList();
      int from = x;
      if (nodes.isEmpty()) {
        x = column(x, "", inside);
      }
      for (NodeEntry node : nodes) {
        String title = "NUMA node %d, %d GiB".formatted(node.id(), node.memoryBytes() >> 30);
        x = column(x, title, CpuSet.parse(node.cpus()).and(inside));
      }
      text(from, 18, "Package " + one.id());
    }
    List<GpuEntry> apart =
        machine.gpus().stream().filter(gpu -> gpu.localCpus().isEmpty()).toList();
    if (!apart.isEmpty()) {
      gpus(x, 50, apart);
      x += COLUMN;
    }
    return """
        <svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="11">
        <rect width="100%%" height="100%%" fill="white"/>
        """
            .formatted(x + GAP, height + 2 * GAP)
        + out
        + "</svg>\n";
  }

  private int column(int x, String title, CpuSet cpus) {
    text(x, 36, title);
    int y = 44;
    CpuSet left = cpus;
    for (CacheEntry cache : machine.l3()) {
      CpuSet inside = CpuSet.parse(cache.cpus()).and(left);
      if (!inside.isEmpty()) {
        left = left.without(inside);
        y = cores(x, y, "L3 %d MiB".formatted(cache.bytes() >> 20), inside);
      }
    }
    if (!left.isEmpty()) {
      y = cores(x, y, "", left);
    }
    List<GpuEntry> near = new ArrayList<>();
    for (GpuEntry gpu : machine.gpus()) {
      // One that is next to several nodes is drawn under the first.
      CpuSet local = CpuSet.parse(gpu.localCpus());
      if (cpus.contains(local.first())) {
        near.add(gpu);
      }
    }
    gpus(x, y + GAP, near);
    return x + COLUMN;
  }

  private int cores(int x, int y, String title, CpuSet cpus) {
    List<CoreEntry> inside =
        machine.cores().stream()
            .filter(core -> cpus.intersects(CpuSet.parse(core.cpus())))
            .toList();
    int rows = (inside.size() + CORES_IN_A_ROW - 1) / CORES_IN_A_ROW;
    int boxHeight = 16 + rows * (CELL + 2) + GAP;
    box(x, y, COLUMN - 2 * GAP, boxHeight, "#f4f4f4", title);
    text(x + GAP, y + 12, title);
    for (int i = 0; i < inside.size(); i++) {
      CoreEntry core = inside.get(i);
      int cellX = x + GAP + i % CORES_IN_A_ROW * (CELL + 2);
      int cellY = y + 16 + i / CORES_IN_A_ROW * (CELL + 2);
      box(cellX, cellY, CELL, CELL, colour(core), "CPUs " + core.cpus());
      text(cellX + 3, cellY + 16, "" + CpuSet.parse(core.cpus()).first());
    }
    return y + boxHeight + GAP;
  }

  private void gpus(int x, int y, List<GpuEntry> gpus) {
    int at = y;
    for (GpuEntry gpu : gpus) {
      String name = gpu.name() == null ? gpu.vendor() : gpu.name();
      box(x, at, COLUMN - 2 * GAP, 36, colour(gpu), gpu.pciAddress());
      text(x + GAP, at + 14, name);
      text(x + GAP, at + 28, gpu.pciAddress() + ", " + (gpu.memoryBytes() >> 30) + " GiB");
      at += 36 + GAP;
    }
    height = Math.max(height, at);
  }

  private String colour(CoreEntry core) {
    CpuSet cpus = CpuSet.parse(core.cpus());
    for (int i = 0; i < machine.slots().size(); i++) {
      if (CpuSet.parse(machine.slots().get(i).cpus()).intersects(cpus)) {
        return COLOURS[i % COLOURS.length];
      }
    }
    return "white";
  }

  private String colour(GpuEntry gpu) {
    String id = gpu.uuid() == null ? gpu.pciAddress() : gpu.uuid();
    for (int i = 0; i < machine.slots().size(); i++) {
      SlotEntry slot = machine.slots().get(i);
      if (slot.gpus().contains(id)) {
        return COLOURS[i % COLOURS.length];
      }
    }
    return "white";
  }

  private void box(int x, int y, int width, int boxHeight, String fill, String title) {
    out.append(
        """
        <rect x="%d" y="%d" width="%d" height="%d" rx="3" fill="%s" stroke="#555"><title>%s</title></rect>
        """
            .formatted(x, y, width, boxHeight, fill, escape(title)));
    height = Math.max(height, y + boxHeight);
  }

  private void text(int x, int y, String text) {
    out.append("<text x=\"%d\" y=\"%d\">%s</text>\n".formatted(x, y, escape(text)));
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
  }
}
