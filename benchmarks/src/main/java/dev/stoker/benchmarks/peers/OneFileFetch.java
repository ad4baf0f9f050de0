package dev.stoker.benchmarks.peers;

import dev.stoker.io.testing.NginxServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** B1: one large file from a range server to disk, start-up included. */
@Command(name = "b1", description = "fetch of one large file from nginx to disk")
final class OneFileFetch implements Callable<Void> {
  private static final String TARGET =
      "≤ 1.2 CPU-s/GiB, aim 0.6 and 90 % of eight O_DIRECT sockets";

  @Mixin private RunOptions options = new RunOptions();

  @Option(
      names = "--sizes",
      split = ",",
      converter = ByteCount.class,
      description = "File sizes; two or more give a slope (1g).")
  private List<Long> sizes = List.of(1L << 30);

  @Override
  public Void call() {
    try (Workplace place = Workplace.below(options.folder);
        NginxServer server = NginxServer.start()) {
      for (long bytes : sizes) {
        measure(place, server, bytes);
      }
    }
    return null;
  }

  private void measure(Workplace place, NginxServer server, long bytes) {
    // The Azure SDK wants an account and a container in the path.
    Path served = Workplace.remade(server.root().resolve("account/data"));
    Path original = Workplace.fill(served.resolve("file"), bytes, bytes);
    Path copies = place.folder().resolve("copies");
    String url = server.url() + "/account/data/file";
    String contest = "b1 " + ByteCount.say(bytes);
    List<Sample> samples =
        new Contest(contest, options, place)
            .run(
                new Downloads(options, server, original, copies)
                    .contestants("/account/data/file", url));
    Scores scores = new Scores(samples, new Scores.Work("MiB", bytes / (double) (1 << 20)), bytes);
    System.out.println(contest + "\n" + scores.table());
    System.out.println(
        scores.row(
            "B1: fetch of " + ByteCount.say(bytes) + " from nginx",
            "benchmarks/peers b1 --sizes " + ByteCount.option(bytes),
            TARGET));
  }

  /** Everybody who can fetch one file from a range server. */
  private record Downloads(RunOptions options, NginxServer server, Path original, Path copies) {
    List<Contestant> contestants(String target, String url) {
      Path copy = copy();
      String to = copy.toString();
      return List.of(
          contestant("stoker", List.of(options.launcher(), "fetch", url, to)),
          contestant("rclone 1 stream", rclone(target, "--multi-thread-streams=0")),
          contestant(
              "rclone 4 streams",
              rclone(target, "--multi-thread-streams=4", "--multi-thread-cutoff=1M")),
          contestant("curl", List.of("curl", "-sSf", "-o", to, url)),
          contestant(
              "aria2c 8 connections",
              List.of(
                  "aria2c",
                  "-q",
                  "-x8",
                  "-s8",
                  "-k1M",
                  "--file-allocation=none",
                  "-d",
                  copies.toString(),
                  "-o",
                  "file",
                  url)),
          contestant("azure sdk netty", AzureSdk.get(url, copy, "netty")),
          contestant("azure sdk jdk", AzureSdk.get(url, copy, "jdk")),
          contestant("sockets 1 direct", sockets("direct", target, 1)),
          contestant("sockets 8 direct", sockets("direct", target, 8)),
          contestant("sockets 1 cached", sockets("cache", target, 1)));
    }

    private Path copy() {
      return copies.resolve("file");
    }

    private Contestant contestant(String name, List<String> command) {
      return new Contestant(
          name,
          command,
          Map.of(),
          () -> Workplace.remade(copies),
          everyByte -> Workplace.requireSame(original, copy(), everyByte));
    }

    private List<String> rclone(String target, String... how) {
      return Rclone.command(
          List.of("copyto", "--http-url", server.url(), ":http:" + target, copy().toString()), how);
    }

    private List<String> sockets(String mode, String target, int connections) {
      try {
        return List.of(
            SourceTree.tool("sockets"),
            mode,
            "127.0.0.1",
            Integer.toString(server.port()),
            target,
            Long.toString(Files.size(original)),
            Integer.toString(connections),
            copy().toString());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
