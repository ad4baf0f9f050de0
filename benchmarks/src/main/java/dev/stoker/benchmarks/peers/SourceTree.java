package dev.stoker.benchmarks.peers;

import java.nio.file.Path;

/** Where the repository is, and what {@code benchmarks/peers} has compiled. */
final class SourceTree {
  private SourceTree() {}

  static Path root() {
    String root = System.getProperty("stoker.root");
    if (root == null) {
      throw new IllegalStateException("Start this by the script benchmarks/peers.");
    }
    return Path.of(root);
  }

  /** A C program of this module, {@code measure} or {@code sockets}. */
  static String tool(String name) {
    return root().resolve("benchmarks/target/tools").resolve(name).toString();
  }
}
