package dev.stoker.benchmarks.peers;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line of {@code benchmarks/peers}: one subcommand for each figure. */
@Command(
    name = "peers",
    description = "Measure Stoker beside its peers; prints a table and a row for RESULTS.md.",
    subcommands = {
      OneFileFetch.class,
      NfsFetch.class,
      EmulatorTransfer.class,
      SmallFilesFetch.class,
      MountColdRead.class,
      MountWarmRead.class,
      ReadAmplification.class,
      LinkedLibrary.class,
      UnchangedTree.class,
      MemoryCeiling.class,
      MountedReaders.class,
      KneeFinder.class,
      TailAndFairness.class
    })
public final class Peers {
  private Peers() {}

  /** Runs one benchmark; fails with an exception, so that the exit code is not 0. */
  public static void main(String[] arguments) throws Exception {
    CommandLine line = new CommandLine(new Peers()).setCaseInsensitiveEnumValuesAllowed(true);
    CommandLine.ParseResult parsed;
    try {
      parsed = line.parseArgs(arguments);
    } catch (CommandLine.ParameterException e) {
      e.getCommandLine().usage(System.err);
      throw new IllegalArgumentException(e.getMessage(), e);
    }
    if (!parsed.hasSubcommand() || arguments[arguments.length - 1].equals("--help")) {
      (parsed.hasSubcommand() ? parsed.subcommand().commandSpec().commandLine() : line)
          .usage(System.out);
      return;
    }
    ((Callable<?>) parsed.subcommand().commandSpec().userObject()).call();
  }
}
