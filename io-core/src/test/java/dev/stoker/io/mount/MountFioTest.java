package dev.stoker.io.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stoker.io.testing.FuseAccess;
import dev.stoker.io.testing.Trials;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files that fio wrote to the origin, each 4 KiB with a checksum of its own, read and checked by
 * fio through a mount: cold, while it fills, and by the kernel itself. Nightly: {@code
 * benchmarks/faults fio}.
 */
@Tag("nightly")
@Timeout(1800)
class MountFioTest {
  private static final long BYTES = Long.getLong("stoker.fio.bytes", 256L << 20);
  private static final long MOST_SECONDS = 600;

  @TempDir Path top;
  private MountedFolder folder;

  @BeforeEach
  void open() throws Exception {
    FuseAccess.require();
    boolean there = Files.isExecutable(Path.of("/usr/bin/fio"));
    if (!there && "true".equals(System.getenv("CI"))) {
      fail("fio is not installed, and CI=true allows no skip.");
    }
    assumeTrue(there, "needs fio");
    folder = MountedFolder.in(top, 4 * BYTES);
    fio(folder.origin(), "--rw=write", "--bs=64k", "--do_verify=0", "--end_fsync=1");
  }

  @AfterEach
  void close() {
    if (folder != null) {
      folder.close();
    }
  }

  private static String fio(Path at, String... more) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                "fio",
                "--name=job",
                "--filename=" + at.resolve("f.dat"),
                "--size=" + BYTES,
                "--verify=crc32c",
                "--verify_interval=4096",
                "--verify_fatal=1",
                "--verify_state_save=0",
                "--randseed=7"));
    command.addAll(List.of(more));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(MOST_SECONDS, TimeUnit.SECONDS));
    assertEquals(0, process.exitValue(), said);
    return said;
  }

  /** Readers that want all of the file in their own order. */
  private enum Reading {
    SEQUENTIAL("--rw=read", "--bs=128k"),
    LARGE("--rw=read", "--bs=1m", "--direct=1"),
    RANDOM("--rw=randread", "--bs=4k", "--number_ios=4000"),
    MIXED(
        "--rw=randread",
        "--percentage_random=50",
        "--bsrange=4k-1m",
        "--numjobs=4",
        "--number_ios=500"),
    MAPPED("--rw=read", "--bs=64k", "--ioengine=mmap"),
    MAPPED_AT_RANDOM("--rw=randread", "--bs=4k", "--ioengine=mmap", "--number_ios=4000");

    private final String options;

    Reading(String... options) {
      this.options = String.join(" ", options);
    }
  }

  @Test
  void everyBlockThatFioReadsThroughAMountHoldsItsChecksum() throws Exception {
    Trials trials = new Trials("fio verify");
    for (Reading reading : Reading.values()) {
      folder.cache().evict(uri -> true);
      for (String state : List.of("cold", "warm", "by the kernel")) {
        trials.trial();
        try {
          read(reading, state);
        } catch (AssertionError e) {
          trials.corrupt(reading + " " + state + ": " + e.getMessage());
        }
      }
    }
    trials.end();
  }

  private void read(Reading reading, String state) throws Exception {
    if (state.equals("by the kernel")) {
      folder.bring("f.dat");
      awaitIdle();
    }
    long before = folder.tree().counters().passthroughOpens();
    List<String> options = new ArrayList<>(List.of(reading.options.split(" ", -1)));
    options.addAll(List.of("--readonly", "--allow_file_create=0"));
    fio(folder.mounted(), options.toArray(new String[0]));
    if (state.equals("by the kernel") && folder.session().session().hasPassthrough()) {
      assertTrue(folder.tree().counters().passthroughOpens() > before, "not by the kernel");
    }
  }

  private void awaitIdle() {
    long end = System.nanoTime() + 10_000_000_000L;
    while (folder.session().session().openCount() > 0) {
      assertTrue(System.nanoTime() < end, "waited 10 s");
      Thread.onSpinWait();
    }
  }

  @Test
  void fioFindsAWrongBlock() throws IOException {
    Path file = folder.origin().resolve("f.dat");
    try (java.io.RandomAccessFile open = new java.io.RandomAccessFile(file.toFile(), "rw")) {
      open.seek(BYTES / 2 + 100);
      open.write(open.read() ^ 1);
    }
    assertTrue(
        org.junit.jupiter.api.Assertions.assertThrows(
                AssertionError.class,
                () -> fio(folder.mounted(), "--rw=read", "--bs=64k", "--readonly"))
            .getMessage()
            .contains("crc32c"));
  }
}
