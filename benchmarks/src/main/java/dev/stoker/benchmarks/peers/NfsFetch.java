package dev.stoker.benchmarks.peers;

import dev.stoker.io.testing.GaneshaCluster;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** B4: one large file from NFS servers to disk, start-up included. */
@Command(name = "b4", description = "fetch of one large file from one, two and three NFS servers")
final class NfsFetch implements Callable<Void> {
  private static final String TARGET =
      "≥ nfs-cp with one address, ≥ 1.5 × with two; aim 0.95 of four processes, 0.6 CPU-s/GiB";

  private static final int SERVERS = 3;
  private static final int PARTS = 4;

  @Mixin private RunOptions options = new RunOptions();

  @Option(names = "--size", converter = ByteCount.class, description = "How long the file is (1g).")
  private long bytes = 1L << 30;

  @Option(
      names = "--link",
      description = "What each address sends at most, as tc writes it: 2gbit (no limit).")
  private @Nullable String link;

  @Override
  public Void call() {
    if (link != null) {
      AddressLinks.open();
    }
    try (Workplace place = Workplace.below(options.folder);
        GaneshaCluster cluster = GaneshaCluster.start(SERVERS)) {
      if (link != null) {
        AddressLinks.hold(IntStream.range(0, SERVERS).mapToObj(cluster::address).toList(), link);
      }
      Path original = Workplace.fill(cluster.root().resolve("file"), bytes, bytes);
      for (int i = 0; i < PARTS; i++) {
        Workplace.fill(cluster.root().resolve("part" + i), bytes / PARTS, i);
      }
      Path copies = place.folder().resolve("copies");
      String contest = "b4 " + ByteCount.say(bytes);
      List<Sample> samples =
          new Contest(contest, options, place).run(contestants(cluster, original, copies));
      Scores scores =
          new Scores(samples, new Scores.Work("MiB", bytes / (double) (1 << 20)), bytes);
      System.out.println(contest + "\n" + scores.table());
      System.out.println(
          scores.row(
              "B4: fetch of " + ByteCount.say(bytes) + " from nfs-ganesha",
              "benchmarks/peers b4 --size "
                  + ByteCount.option(bytes)
                  + (link == null ? "" : " --link " + link),
              TARGET));
    }
    return null;
  }

  private List<Contestant> contestants(GaneshaCluster cluster, Path original, Path copies) {
    String to = copies.resolve("file").toString();
    List<Contestant> all = new ArrayList<>();
    all.add(one("stoker 1 address", fetch(cluster.nfs("file"), to), original, copies));
    all.add(one("stoker 2 addresses", fetch(two(cluster), to), original, copies));
    all.add(one("stoker 3 addresses", fetch(cluster.avere("file"), to), original, copies));
    all.add(one("nfs-cp", List.of("nfs-cp", cluster.libnfs(0, "file"), to), original, copies));
    all.add(
        new Contestant(
            "nfs-cp 4 processes, 2 addresses",
            fourProcesses(cluster, copies),
            Map.of(),
            () -> Workplace.remade(copies),
            everyByte -> {
              for (int i = 0; i < PARTS; i++) {
                Workplace.requireSame(
                    cluster.root().resolve("part" + i), copies.resolve("part" + i), everyByte);
              }
            }));
    all.add(one("cp", List.of("cp", original.toString(), to), original, copies));
    return all;
  }

  private static String two(GaneshaCluster cluster) {
    return "avere://"
        + cluster.address(0)
        + ","
        + cluster.address(1)
        + "/exp/file?"
        + cluster.query();
  }

  private List<String> fetch(String uri, String to) {
    return List.of(options.launcher(), "fetch", uri, to);
  }

  private static Contestant one(String name, List<String> command, Path original, Path copies) {
    return new Contestant(
        name,
        command,
        Map.of(),
        () -> Workplace.remade(copies),
        everyByte -> Workplace.requireSame(original, copies.resolve("file"), everyByte));
  }

  private static List<String> fourProcesses(GaneshaCluster cluster, Path copies) {
    StringBuilder script = new StringBuilder();
    for (int i = 0; i < PARTS; i++) {
      String from = cluster.libnfs(i % 2, "part" + i);
      script.append("nfs-cp '%s' '%s' & ".formatted(from, copies.resolve("part" + i)));
    }
    return List.of("sh", "-c", script.append("wait").toString());
  }
}
