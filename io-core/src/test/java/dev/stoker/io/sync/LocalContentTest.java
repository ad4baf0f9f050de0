package dev.stoker.io.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.stoker.io.asset.IoFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalContentTest {
  @TempDir Path folder;

  @Test
  void aFileIsNamedByTheHashOfItsBytesWhereverItLies() throws IOException {
    Path file = Files.writeString(folder.resolve("a"), "abc");
    // The example of FIPS 180-2, appendix B.1.
    assertEquals(
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        LocalContent.of(file, 1).sha256());
  }

  @Test
  void aFolderIsNamedByNamesAndBytes() throws IOException {
    Path one = tree("one", "x/a.txt", "abc");
    assertEquals(hash(one), hash(tree("two", "x/a.txt", "abc")));
    assertNotEquals(hash(one), hash(tree("three", "x/b.txt", "abc")));
    assertNotEquals(hash(one), hash(tree("four", "x/a.txt", "abd")));
  }

  @Test
  void whatChangesAfterwardsIsNoticed() throws IOException {
    LocalContent content = LocalContent.of(tree("one", "a", "abc"), 10);
    content.requireUnchanged();
    Path more = Files.writeString(folder.resolve("one/b"), "new");
    assertThrows(IoFailure.Changed.class, content::requireUnchanged);
    Files.delete(more);
    Files.writeString(folder.resolve("one/a"), "longer");
    assertThrows(IoFailure.Changed.class, content::requireUnchanged);
  }

  @Test
  void aFolderOfTooManyFilesIsNotWalkedToItsEnd() throws IOException {
    Path one = tree("one", "a", "1");
    Files.writeString(one.resolve("b"), "2");
    IoFailure failure = assertThrows(IoFailure.Invalid.class, () -> LocalContent.of(one, 1));
    assertEquals("The folder " + one + " holds more than 1 files.", failure.getMessage());
  }

  private Path tree(String name, String file, String text) throws IOException {
    Path path = folder.resolve(name).resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
    return folder.resolve(name);
  }

  private static String hash(Path tree) {
    return LocalContent.of(tree, 10).sha256();
  }
}
