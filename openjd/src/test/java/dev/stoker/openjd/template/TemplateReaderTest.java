package dev.stoker.openjd.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TemplateReaderTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "a: yes|{\"a\":\"yes\"}",
        "a: NO|{\"a\":\"NO\"}",
        "a: True|{\"a\":true}",
        "a: ~|{\"a\":null}",
        "a: 012|{\"a\":12}",
        "a: 1_000|{\"a\":\"1_000\"}",
        "a: 0x10|{\"a\":\"0x10\"}",
        "a: 12:30:45|{\"a\":\"12:30:45\"}",
        "a: 2001-01-01|{\"a\":\"2001-01-01\"}",
        "a: '5'|{\"a\":\"5\"}",
        "a: 2.50|{\"a\":2.50}",
        "a: .nan|{\"a\":\".nan\"}",
        "{a: 1, \"b\": c}|{\"a\":1,\"b\":\"c\"}",
        "{\"a\": b}|{\"a\":\"b\"}",
        "[&x [1], *x]|[[1],[1]]",
        "{\"a\": [1, 2.0, true, null, \"x\"]}|{\"a\":[1,2.0,true,null,\"x\"]}",
      })
  void onlyWhatLooksLikeANumberIsOne(String text, String document) {
    assertEquals(document, TemplateReader.parse(text).toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``|The template is empty.",
        "# nothing|The template is empty.",
        "{a: 1, a: 2}|The template has the key 'a' twice, again in line 1.",
        "{\"a\": 1, \"a\": 2}|The template has the key 'a' twice, again in line 1.",
        "a: *x|The template's alias '*x' in line 1 refers to no anchor that ends before it.",
        "a: &x [*x]|The template's alias '*x' in line 1 refers to no anchor that ends before it.",
        "a: !!python/object:os.system x|The template has the tag"
            + " 'tag:yaml.org,2002:python/object:os.system' in line 1; tags are not allowed.",
        "{a: b}: c|The template has a key in line 1 that is no plain text.",
        "a: [1|The template is not valid YAML: expected ',' or ']', but got <stream end> in line 1.",
        "a: 'x|The template is not valid YAML: found unexpected end of stream in line 1.",
        "{\"a\": 1} 2|The template goes on after its end in line 1.",
      })
  void whatIsNoDocumentIsRefusedWithItsReason(String text, String message) {
    assertEquals(
        message,
        assertThrows(TemplateException.class, () -> TemplateReader.parse(text)).getMessage());
  }

  @Test
  void nestedAliasesDoNotBlowUp() {
    StringBuilder text = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 12; i++) {
      String alias = "*a" + (i - 1);
      text.append(
          "a%d: &a%d [%s]%n".formatted(i, i, String.join(", ", Collections.nCopies(10, alias))));
    }
    refusedQuickly(
        text.toString(), "The template has more than 1000000 values, aliases expanded, in line 6.");
  }

  @Test
  void deepNestingIsRefused() {
    refusedQuickly("[".repeat(100_000), "The template nests deeper than 64 levels in line 1.");
    refusedQuickly(
        "{\"a\":".repeat(100_000), "The template nests deeper than 64 levels in line 1.");
  }

  @Test
  void aTextBeyondTheLimitIsNotRead() {
    refusedQuickly(
        "a".repeat(3_000_001), "The template has 3000001 characters; at most 3000000 are read.");
  }

  private static void refusedQuickly(String text, String message) {
    TemplateException refusal =
        assertTimeoutPreemptively(
            Duration.ofSeconds(5),
            () -> assertThrows(TemplateException.class, () -> TemplateReader.parse(text)));
    assertEquals(message, refusal.getMessage());
  }
}
