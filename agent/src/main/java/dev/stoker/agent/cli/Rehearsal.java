package dev.stoker.agent.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs the commands that move bytes once, over loopback, so that a JVM that was told to ({@code
 * -XX:AOTCacheOutput}, JEP 514) can write down which classes they need, loaded and linked, and
 * which methods are worth compiling. Later runs start from there in half the time. The build starts
 * it; it takes an empty folder for what it writes.
 *
 * <p>Only lines that {@link PlainLine} reads: Java cannot write picocli down (its classes are too
 * old), but would load parts of it at every start on account of our commands that it had seen.
 */
public final class Rehearsal {
  /** What is else unpacked into a temporary file at each start, which takes 20 ms. */
  private static final List<String> LIBRARIES =
      List.of("netty_transport_native_epoll", "netty_tcnative_linux", "stoker_calls");

  private Rehearsal() {}

  /**
   * @param args {@code fetch} for what a plain one needs and no more, {@code mount}, or {@code
   *     stoker}; the folder; and one for native libraries, to be named in {@code java.library.path}
   */
  public static void main(String[] args) throws IOException {
    Path folder = Files.createDirectories(Path.of(args[1]));
    Logs.toStandardError();
    if (args.length > 2) {
      unpackLibraries(Files.createDirectories(Path.of(args[2])));
    }
    try (RehearsalServers servers = RehearsalServers.start()) {
      if (args[0].equals("mount")) {
        RehearsalMount.run(folder, servers.tree());
      } else {
        transfers(folder, servers, !args[0].equals("fetch"));
      }
    }
    // As the commands end, which do not wait for Netty's threads: System.exit has a log of its own.
    Runtime.getRuntime().halt(0);
  }

  private static void transfers(Path folder, RehearsalServers servers, boolean all) {
    String tree = folder.resolve("tree").toString();
    run(folder, 0, "fetch", servers.tree(), tree);
    run(folder, 0, "fetch", servers.tree(), tree);
    run(folder, 0, "fetch", servers.tree() + "large", folder.resolve("one").toString());
    run(folder, 0, "fetch", servers.container(), folder.resolve("blobs").toString());
    run(folder, 0, "fetch", servers.export(), folder.resolve("filed").toString());
    if (all) {
      run(folder, 0, "push", tree, servers.container());
      run(folder, 0, "push", "--json", "--overwrite", "always", tree, servers.container());
    }
    run(folder, 1, "fetch", servers.tree() + "missing", folder.resolve("none").toString());
  }

  private static void unpackLibraries(Path folder) throws IOException {
    String machine = System.getProperty("os.arch").equals("aarch64") ? "aarch_64" : "x86_64";
    for (String library : LIBRARIES) {
      String file = "lib" + library + "_" + machine + ".so";
      try (InputStream in = Rehearsal.class.getResourceAsStream("/META-INF/native/" + file)) {
        if (in != null) {
          Files.copy(in, folder.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }

  /**
   * Runs a command in a folder.
   *
   * @throws IllegalStateException when it does not end as expected
   */
  static void run(Path folder, int expected, String... line) {
    PrintWriter nowhere =
        new PrintWriter(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.put("AZURE_STORAGE_ACCOUNT", "account");
    environment.put("AZURE_STORAGE_KEY", "cmVoZWFyc2Fs");
    Context context = new Context(nowhere, nowhere, environment, folder, Main.isTerminal());
    int exitCode = Main.run(context, line);
    if (exitCode != expected) {
      throw new IllegalStateException(
          "The rehearsal of '%s' ended with %d.".formatted(String.join(" ", line), exitCode));
    }
  }
}
