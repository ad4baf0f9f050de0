package dev.stoker.io.posix;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * The calls of {@code splice.c}, by JNI and not by JNA, as that file says. Each returns a negative
 * errno when it fails. Descriptors are the caller's to keep open.
 */
@SuppressWarnings("restricted") // Loading a library is; the launchers allow it.
final class SpliceCalls {
  /** Whether this machine's library is there; without it bytes go by way of memory. */
  static final boolean AVAILABLE = load();

  private SpliceCalls() {}

  /** From {@code java.library.path}, where the launchers lay it out, else out of the jar. */
  private static boolean load() {
    String arch = System.getProperty("os.arch", "");
    String name = "stoker_splice_" + (arch.equals("aarch64") ? "aarch_64" : "x86_64");
    try {
      System.loadLibrary(name);
      return true;
    } catch (UnsatisfiedLinkError notOnThePath) {
      return loadCopy(System.mapLibraryName(name));
    }
  }

  private static boolean loadCopy(String file) {
    try (InputStream in = SpliceCalls.class.getResourceAsStream("/META-INF/native/" + file)) {
      if (in == null) {
        return false;
      }
      Path copy = Files.createTempFile("stoker-splice", ".so");
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

  /** A pipe's read end, and 2³² times its write end. */
  static native long pipe(int bytes);

  /**
   * @param address of the path, NUL-terminated
   */
  static native long open(long address);

  static native long fill(int socket, int pipe, long count);

  static native long empty(int pipe, int file, long offset, long count);

  static native void close(int descriptor);
}
