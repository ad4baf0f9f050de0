package dev.stoker.benchmarks.peers;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What every benchmark may be told. */
final class RunOptions {
  @Option(names = "--rounds", description = "How often each contestant runs (${DEFAULT-VALUE}).")
  int rounds = 5;

  @Option(
      names = "--dir",
      description = "Where data goes while it runs; emptied at the end (a temporary folder).")
  @Nullable Path folder;

  @Option(
      names = "--only",
      split = ",",
      description = "Contestants to run, by the beginning of their names.")
  List<String> only = List.of();

  @Option(
      names = "--samples",
      description = "Adds each run to this file and counts what earlier calls left there.")
  @Nullable Path samples;

  @Option(
      names = "--reserve",
      converter = ByteCount.class,
      description =
          "Page cache held between runs and released before each, against slow first touch on VMs; 0"
              + " for none (3g).")
  long reserveBytes = 3L << 30;

  @Option(
      names = "--no-warm-up",
      description = "Skip the round that is not counted and compares every byte.")
  boolean noWarmUp;

  @Option(
      names = "--stoker",
      description = "The launcher to measure (that of this source tree, with java).")
  @Nullable Path stoker;

  @Option(names = "--help", description = "Say this.")
  boolean help;

  boolean takesPart(String contestant) {
    return only.isEmpty() || only.stream().anyMatch(contestant::startsWith);
  }

  /** The launcher script. */
  String launcher() {
    return stoker != null
        ? stoker.toAbsolutePath().toString()
        : SourceTree.root().resolve("stoker").toString();
  }
}
