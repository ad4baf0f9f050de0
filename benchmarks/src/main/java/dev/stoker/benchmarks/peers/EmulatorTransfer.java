package dev.stoker.benchmarks.peers;

import dev.stoker.benchmarks.azuresdk.EmulatorContainer;
import dev.stoker.io.testing.AzuriteServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** B2: one large blob from and to Azurite, start-up included. */
@Command(name = "b2", description = "fetch and push of one large blob with Azurite")
final class EmulatorTransfer implements Callable<Void> {
  private static final String TARGET = "≥ rclone in wall, ≤ rclone in CPU; up ≤ 1.0 CPU-s/GiB";
  private static final String CONTAINER = "data";

  @Mixin private RunOptions options = new RunOptions();

  @Option(names = "--size", converter = ByteCount.class, description = "Size of the blob (512m).")
  private long bytes = 512L << 20;

  @Option(
      names = "--directions",
      split = ",",
      description = "Of down, up and md5 (down, where the blob has a stored MD5) (down,up).")
  private List<String> directions = List.of("down", "up");

  @Override
  public Void call() {
    try (Workplace place = Workplace.below(options.folder);
        AzuriteServer azurite = AzuriteServer.start()) {
      EmulatorContainer container = new EmulatorContainer(azurite.connectionString(), CONTAINER);
      Path original = Workplace.fill(place.folder().resolve("file"), bytes, 2);
      for (String direction : directions) {
        Emulated emulated = new Emulated(options, azurite, container, place.folder(), original);
        switch (direction) {
          case "down" -> report(place, "down", emulated.downloads(false));
          case "md5" -> report(place, "down, stored MD5", emulated.downloads(true));
          case "up" -> report(place, "up", emulated.uploads());
          default ->
              throw new IllegalArgumentException("--directions: down, md5, up; not " + direction);
        }
      }
    }
    return null;
  }

  private void report(Workplace place, String direction, List<Contestant> contestants) {
    String contest = "b2 " + direction + " " + ByteCount.say(bytes);
    List<Sample> samples = new Contest(contest, options, place).run(contestants);
    Scores scores = new Scores(samples, new Scores.Work("MiB", bytes / (double) (1 << 20)), bytes);
    System.out.println(contest + "\n" + scores.table());
    System.out.println(
        scores.row(
            "B2: " + ByteCount.say(bytes) + " with Azurite, " + direction,
            "benchmarks/peers b2",
            TARGET));
  }

  /** Everybody who can move one blob. */
  private record Emulated(
      RunOptions options,
      AzuriteServer azurite,
      EmulatorContainer container,
      Path folder,
      Path original) {
    List<Contestant> downloads(boolean md5) {
      Path copy = copies().resolve("file");
      String blob = md5 ? "with-md5" : "without-md5";
      if (md5) {
        container.putWithMd5(blob, original);
      } else {
        seed(blob);
      }
      if (container.hasMd5(blob) != md5) {
        throw new IllegalStateException("Azurite " + (md5 ? "stores no" : "stores an") + " MD5.");
      }
      List<Contestant> all = new ArrayList<>();
      all.add(
          down(
              "stoker key",
              List.of(options.launcher(), "fetch", uri(blob), copy.toString()),
              copy));
      all.add(
          new Contestant(
              "stoker sas",
              List.of(
                  options.launcher(), "fetch", uri(blob) + "?" + container.sas(), copy.toString()),
              Map.of(),
              () -> Workplace.remade(copies()),
              everyByte -> Workplace.requireSame(original, copy, everyByte)));
      all.add(
          down("rclone", Rclone.command(List.of("copyto", remote(blob), copy.toString())), copy));
      all.add(down("azure sdk netty", AzureSdk.get(url(blob), copy, "netty"), copy));
      all.add(down("azure sdk jdk", AzureSdk.get(url(blob), copy, "jdk"), copy));
      all.add(down("sockets 8 direct", sockets("direct", blob, copy), copy));
      return all;
    }

    List<Contestant> uploads() {
      return List.of(
          up(
              "stoker",
              List.of(options.launcher(), "push", original.toString(), uri("stoker")),
              "stoker"),
          up(
              "rclone",
              Rclone.command(List.of("copyto", original.toString(), remote("rclone"))),
              "rclone"),
          up("azure sdk netty", AzureSdk.put(original, url("sdk-netty"), "netty"), "sdk-netty"),
          up("azure sdk jdk", AzureSdk.put(original, url("sdk-jdk"), "jdk"), "sdk-jdk"),
          up("sockets 8", sockets("put", "sockets", original), "sockets"));
    }

    private Path copies() {
      return folder.resolve("copies");
    }

    private Contestant down(String name, List<String> command, Path copy) {
      return new Contestant(
          name,
          command,
          Emulator.environment(azurite),
          () -> Workplace.remade(copies()),
          everyByte -> Workplace.requireSame(original, copy, everyByte));
    }

    private Contestant up(String name, List<String> command, String blob) {
      return new Contestant(
          name,
          command,
          Emulator.environment(azurite),
          () -> container.delete(blob),
          everyByte -> requireUploaded(blob, everyByte));
    }

    private void requireUploaded(String blob, boolean everyByte) {
      if (container.lengthBytes(blob) != original.toFile().length()) {
        throw new IllegalStateException(blob + " has another length than what was sent.");
      }
      if (everyByte) {
        Path back = Workplace.remade(folder.resolve("back")).resolve("file");
        container.download(blob, back);
        Workplace.requireSame(original, back, true);
        Workplace.remove(back);
      }
    }

    /** By blocks and without an MD5, as large blobs are. */
    private void seed(String blob) {
      try {
        Process put = new ProcessBuilder(sockets("put", blob, original)).inheritIO().start();
        if (put.waitFor() != 0) {
          throw new IllegalStateException("Cannot seed the emulator.");
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        throw new IllegalStateException("Interrupted while seeding.", e);
      }
    }

    private String uri(String blob) {
      return azurite.uri(CONTAINER) + blob;
    }

    private String url(String blob) {
      return azurite.url() + path(blob);
    }

    private static String path(String blob) {
      return "/" + AzuriteServer.ACCOUNT + "/" + CONTAINER + "/" + blob;
    }

    private static String remote(String blob) {
      return "az:" + CONTAINER + "/" + blob;
    }

    private List<String> sockets(String mode, String blob, Path file) {
      return List.of(
          SourceTree.tool("sockets"),
          mode,
          "127.0.0.1",
          Integer.toString(azurite.port()),
          path(blob) + "?" + container.sas(),
          Long.toString(original.toFile().length()),
          "8",
          file.toString());
    }
  }
}
