package dev.stoker.agent.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.testing.FuseAccess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code stoker mount} as a process, alone and through the cache's owner. */
@Timeout(150)
class MountCommandTest {
  @TempDir Path folder;
  private Path show;
  private Path mount;

  @BeforeEach
  void makeAShow() throws IOException {
    FuseAccess.require();
    show = Files.createDirectories(folder.resolve("show"));
    Files.writeString(show.resolve("scene.blend"), "a scene");
    mount = Files.createDirectory(folder.resolve("mnt"));
  }

  @AfterEach
  void unmount() throws Exception {
    if (mount != null) {
      run("umount", "-l", mount.toString());
    }
  }

  private static int run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getInputStream().readAllBytes();
    assertTrue(process.waitFor(20, TimeUnit.SECONDS));
    return process.exitValue();
  }

  private StokerProcess start(String... more) throws Exception {
    String[] all = {
      "mount", "show/", "mnt", "--data", "data", "--cache-size", "1G", "--cache", "c"
    };
    String[] arguments = java.util.Arrays.copyOf(all, all.length + more.length);
    System.arraycopy(more, 0, arguments, all.length, more.length);
    return StokerProcess.start(folder, arguments);
  }

  private boolean isMounted() throws IOException {
    return Files.readString(Path.of("/proc/self/mountinfo")).contains(" " + mount + " ");
  }

  @Test
  void aMountIsReadyInOneLineAndEndsOnASignal() throws Exception {
    try (StokerProcess process = start()) {
      assertEquals(mount.toString(), process.ready());
      assertEquals("a scene", Files.readString(mount.resolve("scene.blend")));
      assertEquals(0, process.stop());
      assertFalse(isMounted());
      assertEquals("", process.log());
    }
  }

  @Test
  void withRwATreeIsWrittenToAndStoredWhenItEnds() throws Exception {
    try (StokerProcess process = start("--rw", "--spool", "spool", "--write-back", "10m")) {
      assertEquals(mount.toString(), process.ready());
      Files.writeString(mount.resolve("new"), "written");
      Files.writeString(mount.resolve("scene.blend"), "another");
      assertEquals("a scene", Files.readString(show.resolve("scene.blend")));
      assertEquals(0, run("umount", mount.toString()));
      assertEquals(0, process.stop(), "ended by itself, or just then by the signal");
      assertEquals("", process.log());
    }
    assertEquals("written", Files.readString(show.resolve("new")));
    assertEquals("another", Files.readString(show.resolve("scene.blend")));
  }

  @Test
  void whatAKilledProcessLeftIsTakenAwayByTheNext() throws Exception {
    try (StokerProcess process = start()) {
      process.kill();
    }
    assertTrue(isMounted());
    assertThrows(IOException.class, () -> Files.readString(mount.resolve("scene.blend")));
    try (StokerProcess process = start()) {
      assertEquals("a scene", Files.readString(mount.resolve("scene.blend")));
      assertEquals(0, run("umount", mount.toString()));
      assertEquals(0, process.stop(), "ended by itself, or just then by the signal");
    }
  }

  @Test
  void theOwnerOfTheCacheMountsForOthersAndADaemonStays() throws Exception {
    Path config = folder.resolve("stoker.yaml");
    Files.writeString(config, "cache: {folder: %s, size: 1G}\n".formatted(folder.resolve("c")));
    try (StokerProcess owner = StokerProcess.start(folder, "io", "--data", "data")) {
      try (StokerProcess process = start()) {
        assertEquals("a scene", Files.readString(mount.resolve("scene.blend")));
        assertEquals(0, process.stop());
      }
      assertFalse(isMounted());
      try (StokerProcess process = start("--daemon")) {
        assertEquals(mount.toString(), process.ready());
      }
      assertEquals("a scene", Files.readString(mount.resolve("scene.blend")));
      assertEquals(0, owner.stop());
      assertFalse(isMounted());
    }
  }

  @Test
  void mountCallsItsHelperWhichReturnsWhenTheTreeCanBeRead() throws Exception {
    Path stoker = folder.resolve("stoker");
    ProcessBuilder mounting = StokerProcess.builder(folder, "mount");
    StringBuilder script = new StringBuilder("#!/bin/sh\nexec");
    mounting
        .command()
        .subList(0, mounting.command().size() - 1)
        .forEach(word -> script.append(" '").append(word).append('\''));
    Files.writeString(stoker, script + " \"$@\"\n");
    Files.setPosixFilePermissions(stoker, PosixFilePermissions.fromString("rwx------"));
    Path helper = Path.of(System.getProperty("stoker.root"), "deploy/dist/mount.stoker");
    ProcessBuilder builder =
        new ProcessBuilder(
                helper.toString(),
                show + "/",
                mount.toString(),
                "-s",
                "-o",
                "rw,noauto,x-systemd.automount,uid=7,cache=" + folder.resolve("c"))
            .directory(folder.toFile())
            .redirectErrorStream(true);
    builder.environment().put("STOKER", stoker.toString());
    builder.environment().put("STOKER_DATA", folder.resolve("data").toString());
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    assertEquals(0, process.exitValue(), said);
    assertEquals(7, Files.getAttribute(mount.resolve("scene.blend"), "unix:uid"));
    assertThrows(NoSuchFileException.class, () -> Files.size(mount.resolve("gone")));
    assertEquals(0, run("umount", mount.toString()));
  }
}
