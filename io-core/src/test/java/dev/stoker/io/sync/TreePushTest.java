package dev.stoker.io.sync;

import static dev.stoker.io.publish.BlobFixture.soon;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.BlobUri;
import dev.stoker.io.asset.FileUri;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.publish.BlobFixture;
import dev.stoker.io.publish.blob.BlobState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class TreePushTest {
  /** Everything here holds for both. */
  enum Kind {
    BLOB,
    FILE
  }

  private static BlobFixture blobs;
  private static int containers;

  @TempDir Path temp;
  private Path scene;
  private TreePush push;

  @BeforeAll
  static void start() {
    blobs = BlobFixture.start();
  }

  @AfterAll
  static void stop() {
    blobs.close();
  }

  @BeforeEach
  void tree() throws IOException {
    scene = Files.createDirectory(temp.resolve("scene"));
    push = blobs.push();
    write("a.blend", "library");
    write("tex/wood 50%#1?.png", "wood");
    write("tex/ü/日本.exr", "sky");
    write("tex/.hidden", "kept");
    write("empty", "");
  }

  @ParameterizedTest
  @EnumSource
  void aTreesContentsGoBelowTheDestination(Kind kind) throws IOException {
    byte[] large = new byte[(9 << 20) + 3];
    new Random(5).nextBytes(large);
    Files.write(scene.resolve("large.abc"), large);
    AssetUri destination = destination(kind, "show/");
    List<PushProgress> reports = new ArrayList<>();
    PushSummary summary = push.push(PushRequest.of(scene, destination), soon(), reports::add);
    assertEquals(List.of(), summary.failures());
    assertEquals(6, summary.filesSent());
    assertTrue(summary.complete());
    Map<String, String> there = content(destination);
    assertEquals(
        List.of(
            "a.blend", "empty", "large.abc", "tex/.hidden", "tex/wood 50%#1?.png", "tex/ü/日本.exr"),
        List.copyOf(there.keySet()));
    assertEquals("wood", there.get("tex/wood 50%#1?.png"));
    assertArrayEquals(large, there.get("large.abc").getBytes(ISO_8859_1));
    PushProgress last = reports.getLast();
    assertEquals(6, last.filesDone());
    assertEquals(last.bytesTotal(), last.bytesDone());
    assertEquals(last.bytesTotal(), last.bytesSent());
  }

  @ParameterizedTest
  @EnumSource
  void onlyWhatChangedIsSentAgain(Kind kind) throws IOException {
    AssetUri destination = destination(kind, "");
    push(destination, Overwrite.CHANGED);
    assertEquals(0, push(destination, Overwrite.CHANGED).filesSent());
    write("a.blend", "Library");
    Files.setLastModifiedTime(
        scene.resolve("a.blend"), FileTime.from(Instant.parse("2026-01-02T03:04:05.678Z")));
    PushSummary summary = push(destination, Overwrite.CHANGED);
    assertEquals(1, summary.filesSent());
    assertEquals(4, summary.filesUnchanged());
    assertEquals("Library", content(destination).get("a.blend"));
    assertEquals(5, push(destination, Overwrite.ALWAYS).filesSent());
  }

  @ParameterizedTest
  @EnumSource
  void neverOverwritesWhatIsThere(Kind kind) throws IOException {
    AssetUri destination = destination(kind, "");
    push(destination, Overwrite.CHANGED);
    write("a.blend", "a longer library");
    write("new.txt", "new");
    PushSummary summary = push(destination, Overwrite.NEVER);
    assertEquals(1, summary.filesSent());
    assertEquals(5, summary.filesKept());
    assertEquals("library", content(destination).get("a.blend"));
    assertEquals("new", content(destination).get("new.txt"));
  }

  @ParameterizedTest
  @EnumSource
  void verifyingComparesAndWritesNothing(Kind kind) throws IOException {
    AssetUri destination = destination(kind, "");
    push(destination, Overwrite.CHANGED);
    write("a.blend", "LIBRARY");
    write("new.txt", "new");
    PushSummary summary =
        push.push(PushRequest.of(scene, destination).verifying(), soon(), progress -> {});
    assertEquals(List.of("a.blend"), summary.different());
    assertEquals(List.of("new.txt"), summary.missing());
    assertEquals(4, summary.filesUnchanged());
    assertFalse(summary.complete());
    assertEquals("library", content(destination).get("a.blend"));
    assertFalse(content(destination).containsKey("new.txt"));
  }

  @ParameterizedTest
  @EnumSource
  void aFileGetsTheNameThatTheDestinationGives(Kind kind) throws IOException {
    AssetUri destination = destination(kind, "");
    PushRequest named =
        PushRequest.of(scene.resolve("a.blend"), destination.resolve(AssetPath.of("b/c.blend")));
    assertEquals(1, push.push(named, soon(), progress -> {}).filesSent());
    assertEquals(1, push.push(named, soon(), progress -> {}).filesUnchanged());
    PushRequest into = PushRequest.of(scene.resolve("a.blend"), asTree(destination, "into"));
    assertEquals(1, push.push(into, soon(), progress -> {}).filesSent());
    assertEquals(List.of("b/c.blend", "into/a.blend"), List.copyOf(content(destination).keySet()));
  }

  @ParameterizedTest
  @EnumSource
  void linksAreFollowedInsideTheTreeAndReportedOutside(Kind kind) throws IOException {
    Path outside = Files.writeString(temp.resolve("outside"), "secret");
    Files.createSymbolicLink(scene.resolve("inside"), Path.of("a.blend"));
    Files.createSymbolicLink(scene.resolve("textures"), scene.resolve("tex"));
    Files.createSymbolicLink(scene.resolve("out"), outside);
    Files.createSymbolicLink(scene.resolve("gone"), Path.of("no-such-file"));
    Files.createSymbolicLink(scene.resolve("tex/up"), scene);
    AssetUri destination = destination(kind, "");
    PushSummary summary = push(destination, Overwrite.CHANGED);
    assertEquals(
        List.of("gone", "out", "up", "up"),
        summary.skipped().stream()
            .map(note -> Path.of(note.path()).getFileName().toString())
            .sorted()
            .toList(),
        summary.skipped().toString());
    Map<String, String> there = content(destination);
    assertEquals("library", there.get("inside"));
    assertEquals("wood", there.get("textures/wood 50%#1?.png"));
    assertFalse(there.containsKey("out"));
  }

  @Test
  void anEqualStoredHashIsUnchangedWhateverTheTime() throws IOException {
    AssetUri destination = destination(Kind.BLOB, "");
    push(destination, Overwrite.CHANGED);
    for (String file : List.of("a.blend", "empty")) {
      Files.setLastModifiedTime(scene.resolve(file), FileTime.from(Instant.EPOCH));
    }
    assertEquals(5, push(destination, Overwrite.CHANGED).filesUnchanged());
  }

  @Test
  void aMissingContainerIsCreatedOnlyWhenAskedFor() {
    AssetUri destination = AssetUri.parse(blobs.azurite.uri("push-missing"));
    IoFailure e =
        assertThrows(IoFailure.NotFound.class, () -> push(destination, Overwrite.CHANGED));
    assertTrue(e.getMessage().contains("'push-missing'"), e.getMessage());
    PushRequest creating = PushRequest.of(scene, destination).creatingContainer();
    assertEquals(5, push.push(creating, soon(), progress -> {}).filesSent());
    assertEquals(5, push.push(creating, soon(), progress -> {}).filesUnchanged());
  }

  @Test
  void whatAFileIsIsWrittenBesideIt() throws IOException {
    BlobUri destination = (BlobUri) destination(Kind.BLOB, "");
    Files.setLastModifiedTime(
        scene.resolve("a.blend"), FileTime.from(Instant.parse("2026-01-02T03:04:05.123456789Z")));
    push(destination, Overwrite.CHANGED);
    BlobState state = blobs.writer.state(destination.resolve(AssetPath.of("a.blend")), soon());
    assertNotNull(state);
    assertEquals("2026-01-02T03:04:05.123456789Z", state.marks().modified());
    assertEquals(24, String.valueOf(state.marks().checksum()).length() + 2);
  }

  @Test
  void aFileThatCannotBeWrittenIsNamedAndTheOthersArrive() throws IOException {
    Path target = Files.createDirectory(temp.resolve("target"));
    // A folder has the name that a file wants.
    Files.createDirectories(target.resolve("a.blend/in-the-way"));
    PushSummary summary = push(FileUri.of(target), Overwrite.CHANGED);
    assertEquals(1, summary.failures().size());
    assertTrue(summary.failures().getFirst().path().endsWith("scene/a.blend"));
    assertEquals(4, summary.filesSent());
    try (Stream<Path> files = Files.walk(target)) {
      assertEquals(0, files.filter(f -> f.toString().contains(".stoker-part")).count());
    }
  }

  @Test
  void aSourceThatIsNotThereIsNamed() {
    IoFailure e =
        assertThrows(
            IoFailure.NotFound.class,
            () ->
                push.push(
                    PushRequest.of(temp.resolve("nowhere"), destination(Kind.FILE, "")),
                    soon(),
                    progress -> {}));
    assertTrue(e.getMessage().contains("nowhere"), e.getMessage());
  }

  private PushSummary push(AssetUri destination, Overwrite overwrite) {
    return push.push(
        PushRequest.of(scene, destination).withOverwrite(overwrite), soon(), progress -> {});
  }

  private AssetUri destination(Kind kind, String path) {
    String root =
        switch (kind) {
          case BLOB -> blobs.newContainer("push" + containers++).toString();
          case FILE -> temp.resolve("pushed") + "/";
        };
    return AssetUri.parse(root + path);
  }

  private static AssetUri asTree(AssetUri parent, String name) {
    return AssetUri.parse(parent.resolve(AssetPath.of(name)) + "/");
  }

  private Map<String, String> content(AssetUri destination) throws IOException {
    Map<String, String> content = new TreeMap<>();
    switch (destination) {
      case BlobUri uri -> {
        String prefix = uri.path().isRoot() ? "" : uri.path().value() + "/";
        for (String name : blobs.names(uri)) {
          String path = name.substring(prefix.length());
          content.put(path, text(blobs.content(uri.resolve(new AssetPath(path)))));
        }
      }
      case FileUri uri -> {
        Path root = uri.toLocalPath();
        try (Stream<Path> files = Files.walk(root)) {
          for (Path file : files.filter(Files::isRegularFile).toList()) {
            content.put(root.relativize(file).toString(), text(Files.readAllBytes(file)));
          }
        }
      }
      default -> throw new AssertionError(destination);
    }
    return content;
  }

  /** Large files hold any bytes; the small ones are text. */
  private static String text(byte[] bytes) {
    return new String(bytes, bytes.length > 1000 ? ISO_8859_1 : UTF_8);
  }

  private void write(String path, String content) throws IOException {
    Path file = scene.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }
}
