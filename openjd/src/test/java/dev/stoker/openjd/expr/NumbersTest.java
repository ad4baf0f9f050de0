package dev.stoker.openjd.expr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class NumbersTest {
  @Test
  void integersComeOutInPlainForm() {
    assertEquals("7", Numbers.integer(" 007 ").orElseThrow().text());
    assertEquals(
        "-9223372036854775808", Numbers.integer("-9223372036854775808").orElseThrow().text());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1.0", "0x10", "1_000", "9223372036854775808", "１", "1e3", "--1"})
  void otherTextsAreNoIntegers(String text) {
    assertTrue(Numbers.integer(text).isEmpty(), text);
  }

  @Test
  void decimalsKeepTheirText() {
    assertEquals(
        "3.141592653589793238", Numbers.decimal("3.141592653589793238").orElseThrow().text());
    assertEquals("0.10", Numbers.decimal(" 0.10").orElseThrow().text());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "nan", "inf", ".nan", "1e309", "1e99999", ".", "1,5", "0x1p3", "1e"})
  void otherTextsAreNoDecimals(String text) {
    assertTrue(Numbers.decimal(text).isEmpty(), text);
  }
}
