package dev.stoker.io.mount.scratch;

import dev.stoker.io.testing.FuseAccess;
import dev.stoker.io.testing.Trials;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code kill -9} of a mount at a random moment, while files are written, stored, renamed: what a
 * program was told is written is there afterwards, here and at the origin. {@code benchmarks/faults
 * scratch} runs it; a short form is {@link ScratchMountTest}'s.
 */
@Timeout(3600)
class ScratchKillTest {
  private static final int CHUNK = 10_000;
  private static final int WRITERS = 3;

  @TempDir Path top;

  /** By the name that a file has: how many chunks were written, by the words of write(2). */
  private final Map<String, Integer> told = new ConcurrentHashMap<>();

  @Test
  @Tag("nightly")
  void whatWasWrittenSurvivesAKill() throws Exception {
    FuseAccess.require();
    Trials trials = new Trials("F1 scratch");
    Random random = trials.random();
    Path origin = Files.createDirectory(top.resolve("origin"));
    for (int i = 0; i < Trials.wanted(10); i++) {
      ScratchMount.Settings settings =
          ScratchMount.Settings.quick(top).withWriteBack(random.nextInt(200));
      ScratchMount mount = ScratchMount.of(top, origin.toString(), settings);
      Thread[] writers = new Thread[WRITERS];
      for (int w = 0; w < WRITERS; w++) {
        String prefix = "t" + i + "w" + w;
        Random own = new Random(random.nextLong());
        writers[w] = Thread.ofPlatform().start(() -> write(mount.folder(), prefix, own));
      }
      LockSupport.parkNanos(1_000_000L * (300 + random.nextInt(1200)));
      mount.kill();
      for (Thread writer : writers) {
        writer.join();
      }
      try (MountedHere next = MountedHere.of(top, origin.toString())) {
        check(trials, next.file(""), "in the next mount, trial " + i);
      }
      check(trials, origin, "at the origin, trial " + i);
      try (Stream<Path> left = Files.walk(top.resolve("spool"))) {
        if (left.anyMatch(path -> path.toString().endsWith(".record"))) {
          trials.lost("records are left after all was stored, trial " + i);
        }
      }
      trials.trial();
    }
    trials.end();
  }

  /** Until the mount is gone: new files, longer files, files with other names. */
  private void write(Path folder, String prefix, Random random) {
    for (int i = 0; ; i++) {
      String name = prefix + "f" + i;
      try {
        int chunks = 1 + random.nextInt(4);
        try (OutputStream out = Files.newOutputStream(folder.resolve(name))) {
          append(out, name, 0, chunks);
        }
        if (random.nextBoolean()) {
          try (OutputStream out =
              Files.newOutputStream(folder.resolve(name), StandardOpenOption.APPEND)) {
            append(out, name, chunks, chunks + 1);
          }
        }
        if (random.nextInt(3) == 0) {
          String other = name + "r";
          int count = told.remove(name); // in between it may have either name
          Files.move(folder.resolve(name), folder.resolve(other));
          told.put(other, count);
        }
      } catch (IOException e) {
        return;
      }
    }
  }

  private void append(OutputStream out, String name, int from, int to) throws IOException {
    for (int i = from; i < to; i++) {
      out.write(chunk(name, i));
      told.put(name, i + 1);
    }
  }

  /** Told by the file's first name, which the second one begins with. */
  private static byte[] chunk(String name, int index) {
    byte[] chunk = new byte[CHUNK];
    String first = name.endsWith("r") ? name.substring(0, name.length() - 1) : name;
    new Random(first.hashCode() * 31L + index).nextBytes(chunk);
    return chunk;
  }

  private void check(Trials trials, Path tree, String where) throws IOException {
    for (Map.Entry<String, Integer> entry : told.entrySet()) {
      Path file = tree.resolve(entry.getKey());
      byte[] got;
      try {
        got = Files.readAllBytes(file);
      } catch (IOException e) {
        trials.lost(where + ": " + e);
        continue;
      }
      if (got.length < entry.getValue() * CHUNK) {
        trials.lost(
            entry.getKey()
                + " has "
                + got.length
                + " bytes of "
                + entry.getValue() * CHUNK
                + " "
                + where);
      }
      for (int i = 0; i < entry.getValue() && (i + 1) * CHUNK <= got.length; i++) {
        byte[] expected = chunk(entry.getKey(), i);
        for (int at = 0; at < CHUNK; at++) {
          if (expected[at] != got[i * CHUNK + at]) {
            trials.corrupt(entry.getKey() + " chunk " + i + " " + where);
            break;
          }
        }
      }
    }
  }
}
