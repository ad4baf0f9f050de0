package dev.stoker.io.pin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.asset.IoFailure;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Sessions of one sheet read one version of a file. */
class NodePinsTest {
  private static final AssetUri BLOB = AssetUri.parse("blob://studio/show/");
  private static final AssetUri NFS = AssetUri.parse("nfs://filer/show/");

  private final NodePins node = new NodePins();

  private PinReport open(String session, String sheet) {
    return node.pin(new PinRequest(session, sheet, List.of("show/out"), List.of(), 0));
  }

  private PinReport tell(String session, String sheet, Pin... pins) {
    return node.pin(new PinRequest(session, sheet, List.of(), List.of(pins), 7));
  }

  private void use(String session, AssetUri tree, String path, AssetVersion version) {
    node.of(session)
        .use("show", tree, new AssetInfo(new AssetPath(path), version, 4, Instant.EPOCH, null));
  }

  private void use(String session, String path, String tag) {
    use(session, BLOB, path, new AssetVersion.ETag(tag));
  }

  @Test
  void whatOneSessionMetAnotherOfItsSheetMustReadAndOthersNeedNot() {
    open("s1", "j@1");
    open("s2", "j@1");
    open("s3", "k@1");
    use("s1", "a", "\"1\"");
    use("s1", "a", "\"1\"");
    use("s2", "a", "\"1\"");
    IoFailure.Changed changed =
        assertThrows(IoFailure.Changed.class, () -> use("s2", "a", "\"2\""));
    assertTrue(changed.getMessage().contains("show/a"), changed.getMessage());
    use("s3", "a", "\"2\"");
    use("nobody's", "a", "\"3\"");
    PinConflict conflict = new PinConflict("show/a", "etag:\"1\"", "etag:\"2\"");
    assertEquals(List.of(conflict), node.pin(PinRequest.look("s2")).conflicts());
    assertEquals(List.of(), node.pin(PinRequest.look("s1")).conflicts());
  }

  @Test
  void whoReadAnotherVersionThanTheOneThatWonHasAConflictAndReadsNoMoreOfIt() {
    open("s1", "j@1");
    use("s1", "a", "\"1\"");
    use("s1", "b", "\"1\"");
    assertEquals(2, node.pin(PinRequest.look("s1")).met().size());
    PinReport told =
        tell("s1", "j@1", new Pin("show/a", "etag:\"9\""), new Pin("show/b", "etag:\"1\""));
    assertEquals(List.of(new PinConflict("show/a", "etag:\"9\"", "etag:\"1\"")), told.conflicts());
    assertEquals(List.of(), told.met());
    assertEquals(7, told.next());
    assertThrows(IoFailure.Changed.class, () -> use("s1", "a", "\"1\""));
    use("s1", "b", "\"1\"");
    assertEquals(7, open("s2", "j@1").next(), "a later session knows what was told");
    use("s2", "a", "\"9\"");
  }

  @Test
  void whatOnlyAnEndedSessionMetBindsNobody() {
    open("s1", "j@1");
    open("s2", "j@1");
    use("s1", "a", "\"1\"");
    use("s1", "b", "\"1\"");
    use("s2", "b", "\"1\"");
    node.forget("s1");
    node.forget("s1");
    use("s2", "a", "\"2\"");
    assertThrows(IoFailure.Changed.class, () -> use("s2", "b", "\"2\""));
    node.forget("s2");
    assertEquals("", node.pin(PinRequest.look("s2")).sheetId());
    assertEquals(0, open("s3", "j@1").next(), "the sheet went with its last session");
  }

  @Test
  void aSessionKeepsToOneSheet() {
    open("s1", "j@1");
    assertThrows(IoFailure.Invalid.class, () -> open("s1", "j@2"));
    assertEquals("j@1", node.pin(PinRequest.look("s1")).sheetId());
  }

  @Test
  void whatTheSessionsOwnWorkChangesIsNotCompared() {
    open("s1", "j@1");
    for (String path : List.of("out", "out/sim.vdb")) {
      use("s1", path, "\"1\"");
      use("s1", path, "\"2\"");
    }
    use("s1", "outside", "\"1\"");
    assertThrows(IoFailure.Changed.class, () -> use("s1", "outside", "\"2\""));
  }

  @Test
  void ofFilesOnFileSystemsSizeAndTimeCountAndOverNfsTheFileIdToo() {
    AssetVersion met = new AssetVersion.FileStamp(4, 1_000, 2_000, 5);
    AssetVersion linked = new AssetVersion.FileStamp(4, 1_000, 9_000, 5);
    AssetVersion numberedOtherwise = new AssetVersion.FileStamp(4, 1_000, 2_000, 6);
    AssetVersion written = new AssetVersion.FileStamp(4, 1_001, 2_001, 5);
    AssetUri folder = AssetUri.parse("/mnt/show/");
    open("s1", "j@1");
    use("s1", folder, "a", met);
    use("s1", folder, "a", linked);
    use("s1", folder, "a", numberedOtherwise);
    assertThrows(IoFailure.Changed.class, () -> use("s1", folder, "a", written));
    use("s1", NFS, "b", met);
    use("s1", NFS, "b", linked);
    assertThrows(IoFailure.Changed.class, () -> use("s1", NFS, "b", numberedOtherwise));
    assertFalse(PinSheet.agree("etag:\"1\"", "file:4:1000:2000:5", false));
  }

  @Test
  void whatHasNoVersionIsNobodysToCompare() {
    open("s1", "j@1");
    use("s1", BLOB, "a", new AssetVersion.Unversioned(4));
    use("s1", BLOB, "a", new AssetVersion.Unversioned(5));
    assertEquals(List.of(), node.pin(PinRequest.look("s1")).met());
  }
}
