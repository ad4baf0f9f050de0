package dev.stoker.openjd.expr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FormatStringTest {
  private static final SymbolTable SYMBOLS =
      SymbolTable.empty().with("Param.Show", "moon").with("Param.Shot", "010").with("Empty", "");

  @ParameterizedTest
  @CsvSource({
    "plain,plain",
    "{{Param.Show}},moon",
    "{{ Param.Show }}_{{Param.Shot}}.exr,moon_010.exr",
    "{{Param.Show}}{{Param.Shot}},moon010",
    "[{{Empty}}],[]",
    "{single} braces,{single} braces",
  })
  void valuesReplaceTheirNames(String source, String resolved) {
    assertEquals(resolved, FormatString.parse(source).resolve(SYMBOLS));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "a {{Param.Show|'{{' at character 3 has no '}}' after it",
        "a }} b|'}}' at character 3 has no '{{' before",
        "{{}}|the braces of '{{}}' are empty",
        "{{ Param.X + 1 }}|'Param.X + 1' is not a name such as Param.Scene (expressions need the"
            + " extension EXPR)",
        "{{Param..X}}|'Param..X' is not a name such as Param.Scene (expressions need the extension"
            + " EXPR)",
        "{{1a}}|'1a' is not a name such as Param.Scene (expressions need the extension EXPR)",
      })
  void whatCannotBeReadIsRefusedWithItsReason(String source, String message) {
    assertEquals(
        message,
        assertThrows(ExpressionException.class, () -> FormatString.parse(source)).getMessage());
  }

  @Test
  void aNameWithoutAValueIsRefusedWhenResolved() {
    FormatString format = FormatString.parse("{{Param.Other}}");
    assertEquals(
        "'Param.Other' has no value here",
        assertThrows(ExpressionException.class, () -> format.resolve(SYMBOLS)).getMessage());
  }

  @Test
  void namesAreKnownBeforeTheirValuesAre() {
    FormatString format = FormatString.parse("{{A.B}}/{{C}}/{{A.B}}");
    assertEquals(Set.of("A.B", "C"), format.names());
    assertFalse(format.isLiteral());
    assertTrue(FormatString.parse("no names").isLiteral());
  }

  @Test
  void aLiteralStandsForItsTextEvenWithBraces() {
    assertEquals("{{x}}", FormatString.literal("{{x}}").resolve(SYMBOLS));
  }

  @Test
  void valuesAreNotReadAsFormatStringsAgain() {
    SymbolTable symbols = SymbolTable.empty().with("A", "{{B}}").with("B", "never");
    assertEquals("{{B}}", FormatString.parse("{{A}}").resolve(symbols));
  }
}
