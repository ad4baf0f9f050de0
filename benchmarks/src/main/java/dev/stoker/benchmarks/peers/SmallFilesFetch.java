package dev.stoker.benchmarks.peers;

import dev.stoker.io.testing.NginxServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** B3: a tree of many small files from a range server's listing, start-up included. */
@Command(name = "b3", description = "fetch of many small files from nginx's autoindex")
final class SmallFilesFetch implements Callable<Void> {
  private static final String TARGET = "≥ 2 × rclone's rate at ≤ half its CPU, aim 20,000 files/s";

  @Mixin private RunOptions options = new RunOptions();

  @Option(names = "--files", description = "How many files (${DEFAULT-VALUE}).")
  private int files = 10_000;

  @Option(names = "--size", converter = ByteCount.class, description = "Size of each file (16k).")
  private long fileBytes = 16L << 10;

  @Override
  public Void call() {
    try (Workplace place = Workplace.below(options.folder);
        JournaledDisk disk = JournaledDisk.below(place, 3L * files * (fileBytes + 4096));
        NginxServer server = NginxServer.start()) {
      Path served = Workplace.remade(server.root().resolve("tree"));
      for (int i = 0; i < files; i++) {
        Workplace.fill(served.resolve(fileName(i)), fileBytes, i);
      }
      Path copies = disk.folder().resolve("copies");
      String contest = "b3 " + files + " files of " + ByteCount.say(fileBytes);
      List<Sample> samples =
          new Contest(contest, options, place).run(contestants(place, server, served, copies));
      Scores scores = new Scores(samples, new Scores.Work("files", files), files * fileBytes);
      System.out.println(contest + "\n" + scores.table());
      System.out.println(
          scores.row(
              "B3: fetch of %,d files of %s".formatted(files, ByteCount.say(fileBytes)),
              "benchmarks/peers b3",
              TARGET));
    }
    return null;
  }

  private static String fileName(int number) {
    return "tile_%05d.tx".formatted(number);
  }

  private List<Contestant> contestants(
      Workplace place, NginxServer server, Path served, Path copies) {
    String url = server.url() + "/tree/";
    Path list = place.folder().resolve("list");
    Path curlList = place.folder().resolve("curl-list");
    List<String> names = new ArrayList<>();
    List<String> curlLines = new ArrayList<>();
    for (int i = 0; i < files; i++) {
      names.add("/tree/" + fileName(i));
      curlLines.add("url = \"" + url + fileName(i) + "\"");
      curlLines.add("output = \"" + copies.resolve(fileName(i)) + "\"");
    }
    try {
      Files.write(list, names);
      Files.write(curlList, curlLines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> rclone =
        List.of("copy", "--http-url", server.url(), ":http:tree", copies.toString());
    return List.of(
        contestant(
            "stoker", List.of(options.launcher(), "fetch", url, copies.toString()), served, copies),
        contestant("rclone 4 transfers", Rclone.command(rclone), served, copies),
        contestant(
            "rclone 16 transfers",
            Rclone.command(rclone, "--transfers=16", "--checkers=16"),
            served,
            copies),
        contestant(
            "curl, list known",
            List.of("curl", "-sSf", "-Z", "--parallel-max", "8", "-K", curlList.toString()),
            served,
            copies),
        contestant("sockets 8, list known", sockets("files", server, list, copies), served, copies),
        contestant(
            "sockets 8, marked and renamed",
            sockets("whole", server, list, copies),
            served,
            copies));
  }

  private static List<String> sockets(String how, NginxServer server, Path list, Path copies) {
    return List.of(
        SourceTree.tool("sockets"),
        how,
        "127.0.0.1",
        Integer.toString(server.port()),
        list.toString(),
        "0",
        "8",
        copies.toString());
  }

  private Contestant contestant(String name, List<String> command, Path served, Path copies) {
    return new Contestant(
        name,
        command,
        Map.of(),
        () -> Workplace.remade(copies),
        everyByte -> {
          for (int i = 0; i < files; i++) {
            Workplace.requireSame(
                served.resolve(fileName(i)), copies.resolve(fileName(i)), everyByte);
          }
        });
  }
}
