package dev.stoker.agent.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Runs the commands that move bytes once, over loopback, so that a JVM that was told to ({@code
 * -XX:AOTCacheOutput}, JEP 514) can write down which classes they need, loaded and linked, and
 * which methods are worth compiling. Later runs start from there in half the time. The build starts
 * it; it takes an empty folder for what it writes.
 */
public final class Rehearsal {
  private static final int SMALL_FILES = 200;
  private static final int SMALL_BYTES = 16 << 10;

  /** So many that requests of several sizes go out, and large enough for direct writes. */
  private static final int LARGE_BYTES = 96 << 20;

  private Rehearsal() {}

  /**
   * @param args the folder
   */
  public static void main(String[] args) throws IOException {
    Path folder = Files.createDirectories(Path.of(args[0]));
    Logs.toStandardError();
    try (RehearsalOrigin origin = new RehearsalOrigin(SMALL_FILES, SMALL_BYTES, LARGE_BYTES)) {
      String tree = folder.resolve("tree").toString();
      run(folder, 0, "fetch", origin.tree(), tree);
      run(folder, 0, "fetch", origin.tree(), tree);
      run(folder, 0, "fetch", origin.tree() + "large", folder.resolve("one").toString());
      run(folder, 0, "fetch", origin.container(), folder.resolve("blobs").toString());
      run(folder, 0, "push", tree, origin.container());
      run(folder, 0, "--json", "push", "--overwrite", "always", tree, origin.container());
      run(folder, 1, "fetch", origin.tree() + "missing", folder.resolve("none").toString());
      run(folder, 0, "fetch", "--help");
      run(folder, CommandFailure.USAGE, "fetch", "--no-such-option");
    }
    // Netty's threads are not ours to wait for.
    Shutdown.exit(0);
  }

  private static void run(Path folder, int expected, String... line) {
    PrintWriter nowhere =
        new PrintWriter(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    Map<String, String> keys =
        Map.of("AZURE_STORAGE_ACCOUNT", "account", "AZURE_STORAGE_KEY", "cmVoZWFyc2Fs");
    Context context = new Context(nowhere, nowhere, keys, folder, false);
    int exitCode = Main.run(context, line);
    if (exitCode != expected) {
      PrintWriter err =
          new PrintWriter(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
      err.println(
          "stoker: The rehearsal of '%s' ended with %d."
              .formatted(String.join(" ", line), exitCode));
      Shutdown.exit(CommandFailure.FAILED);
    }
  }
}
