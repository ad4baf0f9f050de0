package dev.stoker.agent.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.testing.FaultServer;
import dev.stoker.io.testing.FuseAccess;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
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

  /** Readers of an origin that hangs: of a name, of bytes, and of a page of a mapped file. */
  @Test
  void aKilledMountLeavesNoReaderThatCannotDieAndTheNextOneTakesItsPlace() throws Exception {
    byte[] content = new byte[30_000_000];
    AtomicBoolean deaf = new AtomicBoolean();
    try (FaultServer origin =
        FaultServer.start(
            (request, peer) -> {
              if (request.target().equals("/")) {
                String page = "<a href=\"scene.blend\">x</a>\n<a href=\"other.exr\">x</a>\n";
                peer.send(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s"
                        .formatted(page.length(), page));
              } else if (deaf.get()) {
                peer.hang();
              } else if (request.method().equals("HEAD")) {
                peer.send(
                    "HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Length: %d\r\n\r\n"
                        .formatted(content.length));
              } else {
                peer.sendRange(request, content, "\"1\"");
              }
            })) {
      String url = "http://127.0.0.1:" + origin.port() + "/";
      List<Process> readers = new ArrayList<>();
      try (StokerProcess process = startOn(url)) {
        // The kernel remembers what it was told of the folder; a dead mount must not look alive.
        assertTrue(Files.isDirectory(mount));
        assertEquals(content.length, Files.size(mount.resolve("scene.blend")));
        try (RandomAccessFile file =
            new RandomAccessFile(mount.resolve("scene.blend").toFile(), "r")) {
          assertEquals(0, file.read());
        }
        deaf.set(true);
        readers.add(reader("stat", mount.resolve("other.exr").toString()));
        readers.add(reader("tail", "-c", "10", mount.resolve("scene.blend").toString()));
        Process mapping =
            reader(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xshare:auto",
                "-XX:ErrorFile=" + folder.resolve("crash.log"), // a page that never comes is SIGBUS
                "-cp",
                System.getProperty("java.class.path"),
                "dev.stoker.io.mount.MappedReader",
                mount.resolve("scene.blend").toString());
        readers.add(mapping);
        await(
            () ->
                origin.requests().stream().anyMatch(r -> r.target().equals("/other.exr"))
                    && maps(mapping).contains("/scene.blend"));
        process.kill();
      }
      for (Process reader : readers) {
        assertTrue(reader.waitFor(10, TimeUnit.SECONDS), "a reader of a dead mount hangs");
        assertNotEquals(0, reader.exitValue());
      }
      assertTrue(isMounted());
      deaf.set(false);
      try (StokerProcess process = startOn(url)) {
        assertEquals(content.length, Files.readAllBytes(mount.resolve("scene.blend")).length);
        assertEquals(0, process.stop());
        assertFalse(isMounted());
      }
    }
  }

  private static String maps(Process process) {
    try {
      return Files.readString(Path.of("/proc/" + process.pid() + "/maps"));
    } catch (IOException e) {
      return ""; // it has ended
    }
  }

  private static void await(BooleanSupplier done) {
    long end = System.nanoTime() + 20_000_000_000L;
    while (!done.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, "waited 20 s");
      Thread.onSpinWait();
    }
  }

  private StokerProcess startOn(String uri) throws Exception {
    return StokerProcess.start(
        folder, "mount", uri, "mnt", "--data", "data", "--cache-size", "1G", "--cache", "c");
  }

  private static Process reader(String... command) throws IOException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
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

  /** By fusermount3, with nothing of root's but that it can read the classes of this test. */
  @Test
  void whoIsNotRootMountsUnmountsAndTakesADeadMountAwayByFusermount3() throws Exception {
    assertTrue(Files.isExecutable(Path.of("/usr/bin/fusermount3")), "install the package fuse3");
    for (Path own : List.of(folder, mount)) {
      Files.setAttribute(own, "unix:uid", NOBODY);
    }
    Process apart = apart();
    try {
      String at = "/proc/" + apart.pid();
      Path seen = Path.of(at + "/root" + mount);
      try (StokerProcess process = startAsNobody(apart)) {
        assertEquals(mount.toString(), process.ready());
        assertEquals("a scene", asNobody(apart, "cat", mount + "/scene.blend"));
        assertTrue(Files.readString(Path.of(at + "/mountinfo")).contains("user_id=" + NOBODY));
        assertThrows(IOException.class, () -> Files.readString(seen.resolve("scene.blend")));
        assertEquals(0, process.stop(), process.log());
        assertFalse(Files.readString(Path.of(at + "/mountinfo")).contains(mount.toString()));
      }
      try (StokerProcess process = startAsNobody(apart)) {
        process.kill();
      }
      assertTrue(Files.readString(Path.of(at + "/mountinfo")).contains(mount.toString()));
      try (StokerProcess process = startAsNobody(apart)) {
        assertEquals("a scene", asNobody(apart, "cat", mount + "/scene.blend"));
        asNobody(apart, "fusermount3", "-u", mount.toString());
        assertEquals(0, process.stop(), "ended by itself, or just then by the signal");
      }
    } finally {
      apart.destroyForcibly().waitFor();
    }
  }

  private static final int NOBODY = 65_534;

  /**
   * Mounts of its own, among them a /dev/fuse for everybody, as udev makes it: not all machines.
   */
  private Process apart() throws IOException {
    String script = "mknod -m 666 $0 c 10 229 && mount --bind $0 /dev/fuse && echo ready && read x";
    Process process =
        new ProcessBuilder(
                "unshare",
                "-m",
                "--propagation",
                "private",
                "sh",
                "-c",
                script,
                folder.resolve("fuse").toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertEquals("ready", process.inputReader(UTF_8).readLine());
    return process;
  }

  private static List<String> nobody(Process apart, String... more) {
    List<String> command =
        new ArrayList<>(List.of("nsenter", "-t", "" + apart.pid(), "-m", "--", "setpriv"));
    command.addAll(List.of("--reuid", "" + NOBODY, "--regid", "" + NOBODY, "--clear-groups"));
    command.addAll(List.of(more));
    return command;
  }

  private static String asNobody(Process apart, String... command) throws Exception {
    Process process = new ProcessBuilder(nobody(apart, command)).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertTrue(process.waitFor(20, TimeUnit.SECONDS));
    assertEquals(0, process.exitValue(), said);
    return said;
  }

  private StokerProcess startAsNobody(Process apart) throws Exception {
    return StokerProcess.start(
        folder,
        nobody(apart, "--inh-caps", "+dac_read_search", "--ambient-caps", "+dac_read_search"),
        "mount",
        show + "/",
        mount.toString(),
        "--data",
        folder.resolve("data").toString(),
        "--cache-size",
        "1G",
        "--cache",
        folder.resolve("c").toString());
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
