package dev.stoker.benchmarks.peers;

import dev.stoker.io.testing.NginxServer;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** B5: one large file read once, in order, through a mount with an empty cache. */
@Command(name = "b5", description = "mount: cold sequential read from nginx")
final class MountColdRead implements Callable<Void> {
  @Mixin private RunOptions options = new RunOptions();

  @Option(names = "--size", converter = ByteCount.class, description = "Size of the file (1g).")
  private long fileBytes = 1L << 30;

  @Option(names = "--kernel-read-ahead", description = "Of Stoker's mount (its own choice).")
  private String kernelReadAhead = "";

  @Override
  public Void call() {
    try (Workplace place = Workplace.below(options.folder);
        NginxServer server = NginxServer.start()) {
      MountReads.serve(server, fileBytes);
      PageReserve reserve =
          options.reserveBytes == 0
              ? null
              : new PageReserve(place.folder().resolve("reserve"), options.reserveBytes);
      MountReads mounts = new MountReads(options, place, kernelReadAhead, reserve);
      MountReads.Board board = new MountReads.Board();
      for (int round = 0; round < options.rounds; round++) {
        mounts.eachMount(
            server.url(),
            (who, peer, folder) ->
                board.add(who, mounts.read(peer, folder.resolve("file"), "seq", "1048576")));
      }
      System.out.printf(
          "| %s | B5: mount, cold sequential read of %s from nginx%s | `benchmarks/peers b5` | %s |"
              + " ≥ 2 × rclone mount, ≤ 2 CPU-s/GiB; aim ≥ 900 MiB/s, ≤ 1.4 |%n",
          LocalDate.now(ZoneOffset.UTC),
          ByteCount.say(fileBytes),
          kernelReadAhead.isEmpty() ? "" : ", kernel readahead " + kernelReadAhead,
          board.say());
    }
    return null;
  }
}
