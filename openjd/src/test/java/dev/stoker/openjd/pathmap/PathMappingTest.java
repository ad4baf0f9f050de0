package dev.stoker.openjd.pathmap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stoker.openjd.pathmap.PathMapping.Rule;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PathMappingTest {
  private static final PathMapping MAPPING =
      new PathMapping(
          List.of(
              new Rule(PathFormat.POSIX, "/mnt/nas", "/assets/nas"),
              new Rule(PathFormat.POSIX, "/mnt/nas/show", "/assets/show"),
              new Rule(PathFormat.WINDOWS, "P:\\show", "/assets/show"),
              new Rule(PathFormat.WINDOWS, "\\\\Server\\share", "/assets/share")));

  @ParameterizedTest
  @CsvSource({
    "/mnt/nas/show/a.blend,/assets/show/a.blend",
    "/mnt/nas/other/a.blend,/assets/nas/other/a.blend",
    "/mnt/nas,/assets/nas",
    "/mnt/nas/,/assets/nas/",
    "/mnt//nas/./show/x,/assets/show/x",
    "/mnt/nasty/a,/mnt/nasty/a",
    "/MNT/nas/a,/MNT/nas/a",
    "mnt/nas/a,mnt/nas/a",
    "P:\\show\\a\\b.exr,/assets/show/a/b.exr",
    "p:/SHOW/a\\b.exr,/assets/show/a/b.exr",
    "P:\\showreel\\a,P:\\showreel\\a",
    "\\\\server\\SHARE\\tex\\a.tx,/assets/share/tex/a.tx",
    "\\server\\share\\a,\\server\\share\\a",
    "'',''",
  })
  void theLongestRuleThatMatchesMaps(String path, String mapped) {
    assertEquals(mapped, MAPPING.apply(path));
  }

  @Test
  void aBackslashIsALetterOnPosix() {
    PathMapping mapping = new PathMapping(List.of(new Rule(PathFormat.POSIX, "/a\\b", "/x")));
    assertEquals("/x/c", mapping.apply("/a\\b/c"));
    assertEquals("/a/b/c", mapping.apply("/a/b/c"));
  }

  @Test
  void theDocumentReadsBack() throws JsonProcessingException {
    String text = MAPPING.toJson().toString();
    assertEquals(MAPPING, PathMapping.fromJson(new ObjectMapper().readTree(text)));
  }

  @Test
  void theDocumentIsAsTheSpecificationHasIt() {
    assertEquals(
        "{\"version\":\"pathmapping-1.0\",\"path_mapping_rules\":[{\"source_path_format\":\"POSIX\","
            + "\"source_path\":\"/a\",\"destination_path\":\"/b\"}]}",
        new PathMapping(List.of(new Rule(PathFormat.POSIX, "/a", "/b"))).toJson().toString());
    assertEquals("{}", PathMapping.NONE.toJson().toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[]|The path mapping document has no \"version\": \"pathmapping-1.0\".",
        "{\"version\":\"pathmapping-1.0\"}|The path mapping document has no list"
            + " \"path_mapping_rules\".",
        "{\"version\":\"pathmapping-1.0\",\"path_mapping_rules\":[{\"source_path_format\":\"VMS\"}]}"
            + "|path_mapping_rules[0] -> source_path_format: 'VMS' is neither POSIX nor WINDOWS.",
        "{\"version\":\"pathmapping-1.0\",\"path_mapping_rules\":[{\"source_path_format\":\"POSIX\"}]}"
            + "|path_mapping_rules[0] -> source_path: the text is missing.",
      })
  void whatIsNoDocumentIsRefusedWithItsReason(String text, String message)
      throws JsonProcessingException {
    var document = new ObjectMapper().readTree(text);
    assertEquals(
        message,
        assertThrows(IllegalArgumentException.class, () -> PathMapping.fromJson(document))
            .getMessage());
  }
}
