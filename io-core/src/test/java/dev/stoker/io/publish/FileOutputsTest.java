package dev.stoker.io.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.FileUri;
import dev.stoker.io.asset.IoFailure;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileOutputsTest {
  private static final Fence FIRST = new Fence("j1-7", 1);
  private static final Fence SECOND = new Fence("j1-7", 2);

  @TempDir Path temp;
  private Path spool;
  private Path show;

  @BeforeEach
  void folders() throws IOException {
    spool = Files.createDirectory(temp.resolve("spool"));
    show = Files.createDirectory(temp.resolve("show"));
  }

  @Test
  void nothingIsVisibleBeforeTheCarryOutAndAllOfItAfter() throws IOException {
    OutputPublisher publisher = publisher(FileSteps.SYSTEM);
    OutputManifest manifest =
        new OutputManifest(
            FIRST,
            List.of(
                stage(publisher, FIRST, "frames/a 1.exr", "one"),
                stage(publisher, FIRST, "frames/50%#ü.exr", "two"),
                stage(publisher, FIRST, "empty.txt", "")));
    assertEquals(List.of(), visible());
    publisher.carryOut(manifest, soon());
    assertEquals(List.of("empty.txt", "frames/50%#ü.exr", "frames/a 1.exr"), visible());
    assertEquals("two", Files.readString(show.resolve("frames/50%#ü.exr")));
    assertFalse(Files.exists(show.resolve(".stoker")));
    assertFalse(Files.exists(show.resolve("frames/.stoker")));
  }

  @Test
  void aCarryOutThatDiesAtAnyStepIsFinishedByTheNextOne() throws IOException {
    for (boolean afterEffect : new boolean[] {false, true}) {
      boolean died = true;
      for (int step = 1; died; step++) {
        emptyShow();
        OutputPublisher healthy = publisher(FileSteps.SYSTEM);
        stage(healthy, SECOND, "new.exr", "of a zombie");
        Files.writeString(show.resolve("old.exr"), "earlier");
        OutputManifest manifest =
            new OutputManifest(
                FIRST,
                List.of(
                    stage(healthy, FIRST, "new.exr", "new content"),
                    stage(healthy, FIRST, "old.exr", "replaced content")));
        FailingFileSteps failing = new FailingFileSteps(step, afterEffect);
        try {
          publisher(failing).carryOut(manifest, soon());
        } catch (FailingFileSteps.Death e) {
          // What the next carry-out has to live with.
        }
        died = failing.failed();
        healthy.carryOut(manifest, soon());
        healthy.carryOut(manifest, soon());
        assertEquals(List.of("new.exr", "old.exr"), visible(), "step " + step);
        assertEquals("new content", Files.readString(show.resolve("new.exr")));
        assertEquals("replaced content", Files.readString(show.resolve("old.exr")));
        assertFalse(Files.exists(show.resolve(".stoker")), "step " + step);
      }
    }
  }

  @Test
  void theAttemptThatWasNotGrantedFindsItsStagingGone() throws IOException {
    OutputPublisher publisher = publisher(FileSteps.SYSTEM);
    OutputManifest zombie =
        new OutputManifest(FIRST, List.of(stage(publisher, FIRST, "f.exr", "zombie")));
    OutputManifest granted =
        new OutputManifest(SECOND, List.of(stage(publisher, SECOND, "f.exr", "granted")));
    publisher.carryOut(granted, soon());
    assertThrows(IoFailure.Fenced.class, () -> publisher.carryOut(zombie, soon()));
    assertEquals("granted", Files.readString(show.resolve("f.exr")));
  }

  @Test
  void aCarryOutThatIsAlreadyDoneLeavesALaterAttemptAlone() throws IOException {
    OutputPublisher publisher = publisher(FileSteps.SYSTEM);
    OutputManifest first =
        new OutputManifest(FIRST, List.of(stage(publisher, FIRST, "f.exr", "one")));
    publisher.carryOut(first, soon());
    OutputManifest retried =
        new OutputManifest(SECOND, List.of(stage(publisher, SECOND, "f.exr", "two")));
    publisher.carryOut(first, soon());
    publisher.carryOut(retried, soon());
    assertEquals("two", Files.readString(show.resolve("f.exr")));
    assertThrows(IoFailure.Fenced.class, () -> publisher.carryOut(first, soon()));
  }

  @Test
  void aManifestWhoseLastConditionFailsShowsNothing() throws IOException {
    OutputPublisher publisher = publisher(FileSteps.SYSTEM);
    Files.writeString(show.resolve("old.exr"), "earlier");
    OutputManifest manifest =
        new OutputManifest(
            FIRST,
            List.of(
                stage(publisher, FIRST, "new.exr", "new"),
                stage(publisher, FIRST, "old.exr", "mine")));
    Files.writeString(show.resolve("old.exr"), "somebody else's");
    IoFailure.Fenced e =
        assertThrows(IoFailure.Fenced.class, () -> publisher.carryOut(manifest, soon()));
    assertTrue(e.getMessage().contains("old.exr"), e.getMessage());
    assertEquals(List.of("old.exr"), visible());
    assertEquals("somebody else's", Files.readString(show.resolve("old.exr")));
  }

  @Test
  void aDestinationThatMustBeNewIsNeverReplaced() throws IOException {
    OutputPublisher publisher = publisher(FileSteps.SYSTEM);
    OutputManifest manifest =
        new OutputManifest(FIRST, List.of(stage(publisher, FIRST, "f.exr", "mine")));
    Files.writeString(show.resolve("f.exr"), "theirs");
    assertThrows(IoFailure.Fenced.class, () -> publisher.carryOut(manifest, soon()));
    assertEquals("theirs", Files.readString(show.resolve("f.exr")));
  }

  @Test
  void aFileSystemWithoutLinksIsServedByRename() throws IOException {
    FileSteps noLinks = new WithoutLinks();
    OutputPublisher publisher = publisher(noLinks);
    OutputManifest manifest =
        new OutputManifest(FIRST, List.of(stage(publisher, FIRST, "f.exr", "mine")));
    publisher.carryOut(manifest, soon());
    publisher.carryOut(manifest, soon());
    assertEquals("mine", Files.readString(show.resolve("f.exr")));
  }

  @Test
  void stagingAgainReplacesTheEarlierStaging() throws IOException {
    OutputPublisher publisher = publisher(FileSteps.SYSTEM);
    stage(publisher, FIRST, "f.exr", "half a frame");
    StagedOutput newer = stage(publisher, FIRST, "f.exr", "the whole frame");
    try (Stream<Path> staged = Files.list(show.resolve(".stoker/j1-7/1"))) {
      assertEquals(1, staged.count());
    }
    publisher.carryOut(new OutputManifest(FIRST, List.of(newer)), soon());
    assertEquals("the whole frame", Files.readString(show.resolve("f.exr")));
  }

  @Test
  void whatNobodyGrantedIsDiscardedWithoutATrace() throws IOException {
    OutputPublisher publisher = publisher(FileSteps.SYSTEM);
    OutputManifest manifest =
        new OutputManifest(FIRST, List.of(stage(publisher, FIRST, "f.exr", "mine")));
    publisher.discard(manifest, soon());
    publisher.discard(manifest, soon());
    assertFalse(Files.exists(show.resolve(".stoker")));
    assertThrows(IoFailure.Fenced.class, () -> publisher.carryOut(manifest, soon()));
  }

  @Test
  void aLinkInTheOutputFolderLeadsNowhere() throws IOException {
    Path secret = Files.writeString(temp.resolve("secret"), "not the renderer's");
    Files.createSymbolicLink(spool.resolve("leaf.exr"), secret);
    Files.createSymbolicLink(spool.resolve("folder"), temp);
    OutputPublisher publisher = publisher(FileSteps.SYSTEM);
    for (String path : List.of("leaf.exr", "folder/secret")) {
      OutputFile file = new OutputFile(spool, new AssetPath(path));
      assertThrows(
          IoFailure.Invalid.class,
          () -> publisher.stage(file, destination("f.exr"), FIRST, soon()));
    }
    assertEquals(List.of(), visible());
  }

  @Test
  void aLinkThatLeadsOutOfTheWritableRootsIsRefused() throws IOException {
    Path outside = Files.createDirectory(temp.resolve("outside"));
    Files.createSymbolicLink(show.resolve("link"), outside);
    OutputPublisher publisher = publisher(FileSteps.SYSTEM);
    assertThrows(
        IoFailure.Denied.class, () -> stage(publisher, FIRST, "link/deeper/f.exr", "mine"));
    try (Stream<Path> left = Files.list(outside)) {
      assertEquals(0, left.count());
    }
  }

  @Test
  void aPlantedStagingFolderIsNotFollowed() throws IOException {
    Path outside = Files.createDirectory(temp.resolve("outside"));
    Files.createSymbolicLink(show.resolve(".stoker"), outside);
    assertThrows(
        IoFailure.Denied.class, () -> stage(publisher(FileSteps.SYSTEM), FIRST, "f.exr", "mine"));
  }

  @Test
  void aManifestCannotNameAStagedFileOfSomebodyElse() throws IOException {
    OutputPublisher publisher = publisher(FileSteps.SYSTEM);
    StagedOutput mine = stage(publisher, FIRST, "f.exr", "mine");
    for (String name : List.of("../spool/x", ".stoker/j1-7/2/" + "0".repeat(16) + "-00000000")) {
      StagedOutput forged =
          new StagedOutput(
              mine.destination(), mine.lengthBytes(), mine.checksum(), List.of(), name, null);
      assertThrows(
          IoFailure.Invalid.class,
          () -> publisher.carryOut(new OutputManifest(FIRST, List.of(forged)), soon()));
    }
  }

  @Test
  void aFileThatGrowsWhileItIsReadIsNotStaged() throws IOException {
    Path file = Files.writeString(spool.resolve("f.exr"), "first");
    try (OpenOutput open = OpenOutput.open(OutputFile.of(file))) {
      Files.writeString(file, "first and more");
      assertThrows(IoFailure.Changed.class, open::requireUnchanged);
    }
    try (OpenOutput open = OpenOutput.open(OutputFile.of(file))) {
      Files.move(
          Files.writeString(spool.resolve("g"), "first and more"),
          file,
          StandardCopyOption.REPLACE_EXISTING);
      assertThrows(IoFailure.Changed.class, open::requireUnchanged);
    }
  }

  @Test
  void aDeadlineThatPassedIsNamed() throws IOException {
    Files.writeString(spool.resolve("f.exr"), "content");
    IoFailure e =
        assertThrows(
            IoFailure.TimedOut.class,
            () ->
                publisher(FileSteps.SYSTEM)
                    .stage(
                        OutputFile.of(spool.resolve("f.exr")),
                        destination("f.exr"),
                        FIRST,
                        Deadline.after(Duration.ZERO)));
    assertFalse(e.retryable());
    assertEquals(List.of(), visible());
  }

  @Test
  void aNewDestinationReplacesNothing() throws IOException {
    assertNull(stage(publisher(FileSteps.SYSTEM), FIRST, "f.exr", "mine").replaces());
  }

  private OutputPublisher publisher(FileSteps steps) {
    FileOutputs files = new FileOutputs(List.of(show), steps, new Random());
    return new StorePublisher(files, files, 2);
  }

  private StagedOutput stage(
      OutputPublisher publisher, Fence fence, String destination, String content)
      throws IOException {
    Path file = Files.writeString(spool.resolve("rendered"), content);
    return publisher.stage(OutputFile.of(file), destination(destination), fence, soon());
  }

  private AssetUri destination(String path) {
    return FileUri.of(show).resolve(AssetPath.of(path));
  }

  private List<String> visible() throws IOException {
    try (Stream<Path> files = Files.walk(show)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> show.relativize(file).toString())
          .filter(name -> !name.contains(".stoker/"))
          .sorted()
          .toList();
    }
  }

  private void emptyShow() throws IOException {
    try (Stream<Path> files = Files.walk(show)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
    Files.createDirectory(show);
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(20));
  }

  /** As exFAT and SMB without Unix extensions answer. */
  private static final class WithoutLinks implements FileSteps {
    @Override
    public void makeFolder(Path folder) throws IOException {
      SYSTEM.makeFolder(folder);
    }

    @Override
    public FileChannel create(Path file) throws IOException {
      return SYSTEM.create(file);
    }

    @Override
    public void link(Path existing, Path name) throws IOException {
      throw new FileSystemException(name.toString(), null, "Operation not permitted");
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
      SYSTEM.rename(from, to);
    }

    @Override
    public void remove(Path path) throws IOException {
      SYSTEM.remove(path);
    }

    @Override
    public void syncFolder(Path folder) throws IOException {
      SYSTEM.syncFolder(folder);
    }
  }
}
