package dev.stoker.agent.node.view;

import dev.stoker.agent.node.Gpu;
import dev.stoker.agent.node.Host;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A machine as a short text: one line for each thing, aligned by the terminal's columns. */
public final class TopologyTable {
  private final List<String> lines = new ArrayList<>();

  private TopologyTable() {}

  /** The lines to print. */
  public static List<String> of(TopologyDocument machine) {
    TopologyTable table = new TopologyTable();
    table.machine(machine);
    machine.packages().forEach(one -> table.add("package " + one.id(), cpus(one.cpus())));
    machine
        .numaNodes()
        .forEach(
            one ->
                table.add(
                    "numa node " + one.id(),
                    cpus(one.cpus()),
                    gib(one.memoryBytes()) + (one.allowed() ? "" : ", not for us")));
    machine.l3().forEach(one -> table.add("level 3 cache", cpus(one.cpus()), mib(one.bytes())));
    machine.gpus().forEach(table::gpu);
    table.host(machine);
    machine
        .slots()
        .forEach(
            one ->
                table.add(
                    one.id(),
                    cpus(one.cpus()),
                    gib(one.memoryBytes()),
                    String.join(" ", one.gpus())));
    TopologyDocument.AssetsEntry assets = machine.assets();
    if (assets != null) {
      table.add("inputs", assets.how().equals("mount") ? "mounted" : "staged", assets.detail());
    }
    String problem = machine.slotsProblem();
    if (problem != null) {
      table.add("no slots", problem);
    }
    return table.lines;
  }

  private void machine(TopologyDocument machine) {
    add(
        "machine",
        Objects.requireNonNullElse(machine.host().cpuModel(), "processor unknown"),
        machine.cores().size() + " cores",
        cpus(machine.cpus().online()),
        gib(machine.memoryBytes()));
    if (!machine.cpus().allowed().equals(machine.cpus().online())) {
      add("allowed", cpus(machine.cpus().allowed()));
    }
    if (machine.cpus().quota() != null) {
      add("quota", machine.cpus().quota() + " CPUs' worth of time");
    }
    Map<String, String> vm = machine.vm();
    if (vm != null) {
      vm.forEach((key, value) -> add("azure " + key, value));
    }
  }

  private void gpu(TopologyDocument.GpuEntry gpu) {
    add(
        "gpu " + gpu.pciAddress(),
        Objects.requireNonNullElse(gpu.name(), gpu.vendor()),
        gib(gpu.memoryBytes()),
        gpu.numaNode() < 0 ? "" : "numa node " + gpu.numaNode(),
        cpus(gpu.localCpus()),
        Objects.requireNonNullElse(gpu.uuid(), "no driver says its UUID"));
    Gpu.Health health = gpu.health();
    if (health != null) {
      add(
          "  health",
          health.uncorrectedEccErrors() < 0
              ? "memory errors are not counted"
              : health.uncorrectedEccErrors() + " memory errors that it could not correct",
          health.throttled().isEmpty()
              ? ""
              : "held down by " + String.join(", ", health.throttled()));
    }
    gpu.mig().forEach(part -> add("  part", gib(part.memoryBytes()), part.uuid()));
  }

  private void host(TopologyDocument machine) {
    Host host = machine.host();
    if (host.kernel() != null) {
      String fuse =
          host.fuse().passthrough() ? "mounts with passthrough" : "mounts without passthrough";
      add("kernel", host.kernel(), host.fuse().device() ? fuse : "no /dev/fuse");
    }
    host.hugePages().stream()
        .filter(pool -> pool.pages() > 0)
        .forEach(
            pool ->
                add(
                    "huge pages",
                    pool.pages() + " of " + mib(pool.pageBytes()),
                    pool.free() + " free"));
    machine
        .host()
        .disks()
        .forEach(
            one ->
                add(
                    "disk " + one.name(),
                    gib(one.bytes()),
                    one.nvme() ? "NVMe" : "",
                    String.join(" ", one.mounts())));
    machine
        .host()
        .nics()
        .forEach(
            one ->
                add(
                    "network " + one.name(),
                    one.megabitsPerSecond() < 0 ? "" : one.megabitsPerSecond() + " Mbit/s",
                    Objects.requireNonNullElse(one.driver(), "")));
  }

  private void add(String what, String... facts) {
    List<String> said = List.of(facts).stream().filter(fact -> !fact.isEmpty()).toList();
    lines.add("%-22s %s".formatted(what, String.join(" · ", said)));
  }

  private static String cpus(String list) {
    return list.isEmpty() ? "no CPUs" : "CPUs " + list;
  }

  private static String gib(long bytes) {
    return bytes == 0 ? "" : "%.1f GiB".formatted(bytes / (double) (1L << 30));
  }

  private static String mib(long bytes) {
    return bytes == 0 ? "" : "%.1f MiB".formatted(bytes / (double) (1L << 20));
  }
}
