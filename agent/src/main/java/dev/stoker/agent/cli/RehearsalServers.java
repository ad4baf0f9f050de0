package dev.stoker.agent.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The servers of a rehearsal, in a process of their own: their classes would be loaded at each
 * start of each command otherwise.
 */
final class RehearsalServers implements AutoCloseable {
  private static final int SMALL_FILES = 200;
  private static final int SMALL_BYTES = 16 << 10;

  /** So many that requests of several sizes go out, and large enough for direct writes. */
  private static final int LARGE_BYTES = 96 << 20;

  private static final int ORIGINS = 3;

  private static final int STOP_SECONDS = 10;

  private final Process process;
  private final List<String> origins;

  private RehearsalServers(Process process, List<String> origins) {
    this.process = process;
    this.origins = origins;
  }

  /** Says where each server is, a line each, and serves until its standard input ends. */
  public static void main(String[] args) throws IOException {
    try (RehearsalOrigin origin = new RehearsalOrigin(SMALL_FILES, SMALL_BYTES, LARGE_BYTES);
        RehearsalFiler filer = new RehearsalFiler(origin.files())) {
      List.of(origin.tree(), origin.container(), filer.uri("")).forEach(System.out::println);
      while (System.in.read() >= 0) {
        // Nothing is asked of it.
      }
    }
  }

  static RehearsalServers start() throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                RehearsalServers.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    // It ends by itself when this process does.
    BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
    List<String> origins = new ArrayList<>();
    while (origins.size() < ORIGINS) {
      String line = said.readLine();
      if (line == null) {
        throw new IOException("The servers of the rehearsal did not start.");
      }
      origins.add(line);
    }
    return new RehearsalServers(process, origins);
  }

  /** The files as a tree of a range server. */
  String tree() {
    return origins.get(0);
  }

  /** The files as a container of an emulator. */
  String container() {
    return origins.get(1);
  }

  /** The files as an export. */
  String export() {
    return origins.get(2);
  }

  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
