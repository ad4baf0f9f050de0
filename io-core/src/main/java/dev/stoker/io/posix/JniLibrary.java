package dev.stoker.io.posix;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * The library of the few system calls that are made by JNI and not by JNA, which takes too long to
 * start for a command that fetches: see {@code splice.c}.
 */
@SuppressWarnings("restricted") // Loading a library is; the launchers allow it.
final class JniLibrary {
  /** Whether this machine's library is there; without it bytes go by way of the JDK. */
  static final boolean AVAILABLE = load();

  private JniLibrary() {}

  /** From {@code java.library.path}, where the launchers lay it out, else out of the jar. */
  private static boolean load() {
    String arch = System.getProperty("os.arch", "");
    String name = "stoker_calls_" + (arch.equals("aarch64") ? "aarch_64" : "x86_64");
    try {
      System.loadLibrary(name);
      return true;
    } catch (UnsatisfiedLinkError notOnThePath) {
      return loadCopy(System.mapLibraryName(name));
    }
  }

  private static boolean loadCopy(String file) {
    try (InputStream in = JniLibrary.class.getResourceAsStream("/META-INF/native/" + file)) {
      if (in == null) {
        return false;
      }
      Path copy = Files.createTempFile("stoker-calls", ".so");
      try {
        Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
        System.load(copy.toString());
        return true;
      } finally {
        Files.delete(copy);
      }
    } catch (IOException | UnsatisfiedLinkError e) {
      return false;
    }
  }
}
