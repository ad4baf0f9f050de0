package dev.stoker.benchmarks.peers;

import dev.stoker.io.testing.NginxServer;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** B6: a file that is all here, read through the mount and natively. */
@Command(name = "b6", description = "mount: warm read of a complete file, and 4 KiB at random")
final class MountWarmRead implements Callable<Void> {
  private static final String RANDOM_READS = "200000";

  @Mixin private RunOptions options = new RunOptions();

  @Option(names = "--size", converter = ByteCount.class, description = "Size of the file (1g).")
  private long fileBytes = 1L << 30;

  @Override
  public Void call() {
    try (Workplace place = Workplace.below(options.folder);
        NginxServer server = NginxServer.start()) {
      Path original = MountReads.serve(server, fileBytes);
      MountReads mounts = new MountReads(options, place, "", null);
      MountReads.Board sequential = new MountReads.Board();
      MountReads.Board random = new MountReads.Board();
      mounts.read(null, original, "seq", "1048576");
      // Rounds of one mount in a row, for a cold cache between them would be the next contest's;
      // each takes turns with the original, since the machine's speed changes within minutes.
      for (String who : MountReads.MOUNTS) {
        if (options.takesPart(who)) {
          mounts.mounted(
              who,
              server.url(),
              (name, peer, folder) -> {
                Path file = folder.resolve("file");
                mounts.read(peer, file, "seq", "1048576");
                mounts.read(peer, file, "seq", "1048576");
                for (int round = 0; round < options.rounds; round++) {
                  round(mounts, name, peer, file, round, sequential, random);
                  round(mounts, MountReads.NATIVE, null, original, round, sequential, random);
                }
              });
        }
      }
      System.out.printf(
          "| %s | B6: mount, warm read of a complete file of %s; 4 KiB at random, median |"
              + " `benchmarks/peers b6` | %s. 4 KiB: %s | ≥ 0.95 of native, ≥ 1,431 MiB/s without"
              + " passthrough; aim 4 KiB ≤ 1.2 × native |%n",
          LocalDate.now(ZoneOffset.UTC), ByteCount.say(fileBytes), sequential.say(), random.say());
    }
    return null;
  }

  private static void round(
      MountReads mounts,
      String who,
      @Nullable MountedPeer peer,
      Path file,
      int round,
      MountReads.Board sequential,
      MountReads.Board random) {
    sequential.add(who, mounts.read(peer, file, "seq", "1048576"));
    random.add(
        who,
        mounts.read(
            peer, file, "random", "4096", "4096", RANDOM_READS, Integer.toString(round + 1)));
  }
}
