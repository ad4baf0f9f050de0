package dev.stoker.openjd.expr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RangeExpressionTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1 - 5|1 2 3 4 5",
        "-1 - 1|-1 0 1",
        "1-5:2|1 3 5",
        "10-15:2,1-5|1 2 3 4 5 10 12 14",
        "1-10:4|1 5 9",
        "5-1:-2|1 3 5",
        "-3--1|-3 -2 -1",
        "'\t7 '|7",
      })
  void valuesComeInIncreasingOrder(String text, String values) {
    assertEquals(values, joined(RangeExpression.parse(text)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "|the range expression '' has the end at character 1 where an integer is expected",
        "1-|the range expression '1-' has the end at character 3 where an integer is expected",
        "1,,2|the range expression '1,,2' has ',' at character 3 where an integer is expected",
        "1-2 4|the range expression '1-2 4' has '4' at character 5 where ',' or the end is expected",
        "1-5:0|the range expression '1-5:0' has a step of 0",
        "5-1|the range 5-1 falls; it needs a negative step, as in 5-1:-1",
        "1-5:-1|the range 1-5:-1 rises but its step is negative",
        "1-10,5-15|the range expression '1-10,5-15' has ranges that overlap at 5",
        "1-10:4,10-15|the range expression '1-10:4,10-15' has ranges that overlap at 10",
        "9223372036854775807|the range expression '9223372036854775807' has an integer beyond 2^62",
      })
  void whatIsNoRangeIsRefusedWithItsReason(String text, String message) {
    ExpressionException refusal =
        assertThrows(
            ExpressionException.class, () -> RangeExpression.parse(text == null ? "" : text));
    assertEquals(message, refusal.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"1-100,101-200|1-200", "0-1,3-4,7-9,10|0,1,3,4,7-10", "1-9:3|1-7:3", "1-5:3|1,4"})
  void theTextOfASetIsItsShortestPlainForm(String text, String shortest) {
    assertEquals(shortest, RangeExpression.parse(text).toString());
  }

  @Test
  void aBillionValuesCostNoMoreThanTwo() {
    RangeExpression range =
        assertTimeoutPreemptively(
            Duration.ofSeconds(1), () -> RangeExpression.parse("0-4000000000000000000:2"));
    assertEquals(2_000_000_000_000_000_001L, range.size());
  }

  @Test
  void aRandomSetBehavesAsASortedSetDoes() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      TreeSet<Long> model = new TreeSet<>();
      int count = 1 + random.nextInt(20);
      for (int i = 0; i < count; i++) {
        model.add((long) random.nextInt(40) - 20);
      }
      RangeExpression range = RangeExpression.of(model);
      String expected = model.stream().map(String::valueOf).collect(Collectors.joining(" "));
      String because = "seed " + seed + ", round " + round + ": " + range;
      assertEquals(expected, joined(range), because);
      assertEquals(expected, joined(RangeExpression.parse(range.toString())), because);
      for (long value = -22; value <= 22; value++) {
        assertEquals(model.contains(value), range.contains(value), because);
      }
      int from = random.nextInt(model.size());
      int length = 1 + random.nextInt(model.size() - from);
      List<Long> slice = model.stream().skip(from).limit(length).toList();
      assertEquals(
          slice.stream().map(String::valueOf).collect(Collectors.joining(" ")),
          joined(range.slice(from, length)),
          because);
    }
  }

  private static String joined(RangeExpression range) {
    return LongStream.range(0, range.size())
        .mapToObj(i -> Long.toString(range.get(i)))
        .collect(Collectors.joining(" "));
  }
}
