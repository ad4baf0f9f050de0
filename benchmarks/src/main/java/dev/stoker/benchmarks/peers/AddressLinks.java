package dev.stoker.benchmarks.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Gives each server's address a link of its own, as the nodes of a cluster have: what it sends is
 * held to a rate by the kernel (tc-htb(8)), whatever the others send. Only in a network namespace
 * that holds nothing else, so that nobody else's loopback slows down.
 */
final class AddressLinks {
  /** What may leave at once: a few of the largest packets of loopback. */
  private static final String BURST = "256k";

  /** Of those that are for documentation (RFC 5737): nobody is there. */
  private static final String SOME_ADDRESS = "192.0.2.1/32";

  private static final long MOST_SECONDS = 10;

  private AddressLinks() {}

  /**
   * Holds what each of these addresses sends to {@code rate}, for as long as the namespace lives.
   *
   * @param rate as tc(8) writes it, such as {@code 2gbit}
   */
  static void hold(List<String> addresses, String rate) {
    run("tc qdisc add dev lo root handle 1: htb".split(" "));
    for (int i = 0; i < addresses.size(); i++) {
      String link = "1:" + (i + 1);
      run(
          "tc class add dev lo parent 1: classid %s htb rate %s burst %s cburst %s"
              .formatted(link, rate, BURST, BURST)
              .split(" "));
      run(
          "tc filter add dev lo parent 1: protocol ip u32 match ip src %s/32 flowid %s"
              .formatted(addresses.get(i), link)
              .split(" "));
    }
  }

  /** Makes loopback usable, before servers start: ganesha wants an address of another kind, too. */
  static void open() {
    run("ip", "link", "set", "lo", "up"); // first: Java lists no interface that is down
    requireOwnNetwork();
    run("ip", "address", "add", SOME_ADDRESS, "dev", "lo");
  }

  private static void requireOwnNetwork() {
    try {
      for (NetworkInterface one : Collections.list(NetworkInterface.getNetworkInterfaces())) {
        if (!one.isLoopback()) {
          throw new IllegalStateException(
              "Links are shaped only in a network that has loopback alone: unshare -n. This one has "
                  + one.getName()
                  + ".");
        }
      }
    } catch (SocketException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void run(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IllegalStateException(String.join(" ", command) + " failed: " + said);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
