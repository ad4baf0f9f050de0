package dev.stoker.io.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalLooksTest {
  private static final Instant MODIFIED = Instant.parse("2026-11-29T10:00:00Z");

  @TempDir Path folder;

  @Test
  void everyFileIsLookedAtWhetherOrNotItWasComeTo() throws IOException {
    List<Path> files = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      Path file = folder.resolve("d" + i % 7).resolve("e/f" + i);
      Files.createDirectories(file.getParent());
      Files.writeString(file, "x".repeat(i));
      VersionMark.markComplete(file, info(i, "v" + i), false);
      files.add(file);
    }
    Files.createSymbolicLink(folder.resolve("link"), files.getFirst());
    try (LocalLooks looks = new LocalLooks(folder)) {
      looks.begin();
      for (int i = 0; i < files.size(); i++) {
        assertFalse(looks.isAbsent(files.get(i)));
        LocalLook look = looks.take(files.get(i));
        assertNotNull(look, files.get(i).toString());
        assertTrue(look.is(info(i, "v" + i)));
        assertFalse(look.is(info(i, "other")));
        assertFalse(look.is(info(i + 1, "v" + i)));
      }
      assertTrue(looks.isAbsent(folder.resolve("d1/e/none")));
      assertNull(looks.take(folder.resolve("d1/e/none")));
      assertNull(looks.take(folder.resolve("link")));
      assertNull(looks.take(folder.resolve("d1")));
    }
  }

  @Test
  void belowAFolderThatIsNotThereIsNothing() {
    try (LocalLooks looks = new LocalLooks(folder.resolve("none"))) {
      looks.begin();
      assertTrue(looks.isAbsent(folder.resolve("none/file")));
      assertNull(looks.take(folder.resolve("none/file")));
    }
  }

  @Test
  void whatWasNeverBegunIsLookedAtWhenItIsAskedAbout() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "text");
    try (LocalLooks looks = new LocalLooks(folder)) {
      assertFalse(looks.isAbsent(file));
      assertNotNull(looks.take(file));
      assertNotNull(looks.take(file), "it is still there");
      assertTrue(looks.isAbsent(folder.resolve("other")));
    }
  }

  @Test
  void aMarkMayBeLongOrMissing() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "text");
    assertNull(VersionMark.version(file));
    String longToken = "t".repeat(1000);
    VersionMark.markComplete(file, info(4, longToken), false);
    assertEquals(info(4, longToken).version().token(), VersionMark.version(file));
  }

  private static AssetInfo info(long length, String tag) {
    return new AssetInfo(AssetPath.of("file"), new AssetVersion.ETag(tag), length, MODIFIED, null);
  }
}
