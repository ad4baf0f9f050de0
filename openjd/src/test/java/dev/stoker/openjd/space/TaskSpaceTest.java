package dev.stoker.openjd.space;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.openjd.expr.ExpressionException;
import dev.stoker.openjd.expr.RangeExpression;
import dev.stoker.openjd.expr.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TaskSpaceTest {
  private static final TaskParameter A = listed("A", "1", "2", "3");
  private static final TaskParameter B = listed("B", "10", "11", "12");
  private static final TaskParameter C = listed("C", "20", "21");
  private static final TaskParameter D = listed("D", "a", "b", "c");

  @Test
  void theLastFactorRunsFastest() {
    TaskSpace space = TaskSpace.of(List.of(A, B), "A * B");
    assertEquals(9, space.size());
    assertEquals(Map.of("A", "1", "B", "10"), space.get(0).asText());
    assertEquals(Map.of("A", "1", "B", "11"), space.get(1).asText());
    assertEquals(Map.of("A", "3", "B", "12"), space.get(8).asText());
  }

  @Test
  void withoutAnExpressionAllCombinationsAreTasks() {
    assertEquals(54, TaskSpace.of(List.of(A, B, C, D), null).size());
  }

  @Test
  void associatedValuesAdvanceTogether() {
    TaskSpace space = TaskSpace.of(List.of(A, B, C), "(A, B) * C");
    assertEquals(6, space.size());
    assertEquals(Map.of("A", "2", "B", "11", "C", "21"), space.get(3).asText());
  }

  @Test
  void productsMayBeAssociated() {
    TaskSpace space =
        TaskSpace.of(
            List.of(listed("P", "a", "b", "c", "d"), C, listed("E", "x", "y")), "(P, C * E)");
    assertEquals(4, space.size());
    assertEquals(Map.of("P", "d", "C", "21", "E", "y"), space.get(3).asText());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "(A, C)|the associated [A] and [C] have 3 and 2 values; association needs equally many",
        "(A, C, A)|it names 'A' more than once",
        "A|it leaves out 'C'",
        "A * C * X|it names 'X', which is no task parameter of the step",
        "A C|it has 'C' at character 3 where '*' or the end is expected",
        "A @ C|it has '@' at character 3 where '*' or the end is expected",
        "(A, C|it has the end at character 6 where ',' or ')' is expected",
        "A * |it has the end at character 4 where a task parameter's name or '(' is expected",
      })
  void anExpressionThatDoesNotFitIsRefusedWithItsReason(String expression, String message) {
    assertEquals(
        message,
        assertThrows(ExpressionException.class, () -> TaskSpace.of(List.of(A, C), expression))
            .getMessage());
  }

  @Test
  void aSpaceKnowsItsOwnTasksAndNoOthers() {
    TaskSpace space = TaskSpace.of(List.of(A, B, C), "(A, B) * C");
    for (long i = 0; i < space.size(); i++) {
      assertTrue(space.contains(space.get(i)));
    }
    assertTrue(space.contains(space.parse(Map.of("A", "3", "B", "12", "C", "20"))));
    assertFalse(space.contains(space.parse(Map.of("A", "3", "B", "11", "C", "20"))));
    assertFalse(space.contains(space.parse(Map.of("A", "3", "B", "12", "C", "22"))));
    assertFalse(space.contains(TaskParameters.NONE));
    assertTrue(TaskSpace.single().contains(TaskParameters.NONE));
  }

  @Test
  void anyAllowedChunkIsATask() {
    TaskSpace contiguous = TaskSpace.of(List.of(chunked("1-10,20", 4, 0, true), C), null);
    assertTrue(contiguous.contains(contiguous.parse(Map.of("F", "2-9", "C", "20"))));
    assertFalse(contiguous.contains(contiguous.parse(Map.of("F", "2,4", "C", "20"))));
    assertFalse(contiguous.contains(contiguous.parse(Map.of("F", "9-11", "C", "20"))));
    TaskSpace sparse = TaskSpace.of(List.of(chunked("1-1000000000:2", 4, 0, false)), null);
    assertTrue(sparse.contains(sparse.parse(Map.of("F", "1,99"))));
    assertFalse(sparse.contains(sparse.parse(Map.of("F", "1,2"))));
    assertEquals(500_000_000, sparse.unchunkedSize());
    assertEquals(22, contiguous.unchunkedSize());
  }

  @Test
  void chunksGrowTowardsTheirTargetRuntime() {
    AdaptiveTasks tasks =
        TaskSpace.of(List.of(chunked("1-30,40-49", 2, 10, true), listed("L", "a", "b")), null)
            .adaptive()
            .orElseThrow();
    List<String> cut = new ArrayList<>();
    for (Optional<TaskParameters> task = tasks.next(); task.isPresent(); task = tasks.next()) {
      cut.add(task.get().asText().toString());
      long values = ((Value.Ints) task.get().values().get("F")).range().size();
      tasks.took(task.get(), values * 1_000_000_000L); // a second each, so ten fill the target
    }
    // 2; then 3/4 of 2 and 1/4 of 10; the mean of ten and more values is taken as it is.
    assertEquals(
        List.of("{F=1-2, L=a}", "{F=3-6, L=a}", "{F=7-11, L=a}", "{F=12-21, L=a}"),
        cut.subList(0, 4));
    assertEquals("{F=22-30, L=a}", cut.get(4), "no chunk reaches over a gap");
    assertEquals("{F=40-49, L=a}", cut.get(5));
    assertEquals("{F=1-10, L=b}", cut.get(6));
    assertEquals(10, cut.size());
  }

  @Test
  void withoutATargetRuntimeNothingIsAdapted() {
    assertTrue(TaskSpace.of(List.of(chunked("1-9", 2, 0, false)), null).adaptive().isEmpty());
  }

  @Test
  void aBillionTasksCostNothingUntilOneIsAskedFor() {
    TaskSpace space =
        TaskSpace.of(
            List.of(
                new TaskParameter.Ranged("X", RangeExpression.parse("1-1000000")),
                new TaskParameter.Ranged("Y", RangeExpression.parse("1-1000000"))),
            null);
    assertEquals(1_000_000_000_000L, space.size());
    assertTimeoutPreemptively(
        Duration.ofSeconds(1),
        () ->
            assertEquals(
                Map.of("X", "1000000", "Y", "999999"), space.get(999_999_999_998L).asText()));
  }

  @Test
  void moreTasksThanAnIndexCanNameAreRefused() {
    List<TaskParameter> parameters = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      parameters.add(new TaskParameter.Ranged("P" + i, RangeExpression.parse("1-1000000")));
    }
    assertEquals(
        "the parameter space has more than 2^63 - 1 tasks",
        assertThrows(ExpressionException.class, () -> TaskSpace.of(parameters, null)).getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1-12|5|CONTIGUOUS|1-4 5-8 9-12",
        "1-8|3|CONTIGUOUS|1-3 4-6 7-8",
        "1-10|3|CONTIGUOUS|1-3 4-5 6-8 9-10",
        "1-5|100|CONTIGUOUS|1-5",
        "1,10-12,18-50|10|CONTIGUOUS|1-1 10-12 18-26 27-34 35-42 43-50",
        "1-9:2|3|CONTIGUOUS|1-1 3-3 5-5 7-7 9-9",
        "1-5,6-10:2|4|CONTIGUOUS|1-3 4-6 8-8 10-10",
        "1-5:2,6|10|CONTIGUOUS|1-1 3-3 5-6",
        "1-8|3|NONCONTIGUOUS|1-3 4-6 7,8",
        "1-10|5|NONCONTIGUOUS|1-5 6-10",
        "1-9:2|3|NONCONTIGUOUS|1-5:2 7,9",
        "1,5,9-10|10|NONCONTIGUOUS|1,5,9,10",
      })
  void chunksAreAsEvenAsTheyCanBe(
      String range, long count, RangeConstraint constraint, String chunks) {
    TaskSpace space =
        TaskSpace.of(
            List.of(
                new TaskParameter.Chunked(
                    "F", RangeExpression.parse(range), new Chunking(count, 0, constraint))),
            null);
    assertEquals(
        Arrays.asList(chunks.split(" ")),
        LongStream.range(0, space.size()).mapToObj(i -> space.get(i).asText().get("F")).toList());
  }

  @Test
  void chunksOfAnySetCoverItInOrderWithoutGapsWithinAChunk() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      TreeSet<Long> model = new TreeSet<>();
      for (int i = 1 + random.nextInt(30); i > 0; i--) {
        model.add((long) random.nextInt(60));
      }
      int limit = 1 + random.nextInt(7);
      RangeConstraint constraint =
          random.nextBoolean() ? RangeConstraint.CONTIGUOUS : RangeConstraint.NONCONTIGUOUS;
      Chunks chunks = Chunks.of(RangeExpression.of(model), new Chunking(limit, 0, constraint));
      List<Long> covered = new ArrayList<>();
      for (long i = 0; i < chunks.size(); i++) {
        RangeExpression chunk = chunks.get(i).range();
        String because = "seed " + seed + ", round " + round + ", chunk " + chunk;
        assertEquals(true, chunk.size() <= limit, because);
        if (constraint == RangeConstraint.CONTIGUOUS) {
          assertEquals(chunk.size() - 1, chunk.get(chunk.size() - 1) - chunk.get(0), because);
        }
        LongStream.range(0, chunk.size()).forEach(j -> covered.add(chunk.get(j)));
      }
      assertEquals(List.copyOf(model), covered, "seed " + seed + ", round " + round);
    }
  }

  @Test
  void aTrillionChunksAreFoundByIndex() {
    Chunks chunks =
        Chunks.of(
            RangeExpression.parse("0-999999999999:2,1000000000001-2000000000000"),
            new Chunking(10, 0, RangeConstraint.CONTIGUOUS));
    assertTimeoutPreemptively(
        Duration.ofSeconds(1),
        () -> {
          assertEquals(600_000_000_000L, chunks.size());
          assertEquals("999999999998-999999999998", chunks.get(499_999_999_999L).text());
          assertEquals("1999999999991-2000000000000", chunks.get(599_999_999_999L).text());
        });
  }

  @Test
  void aChunkedParameterCannotBeAssociated() {
    TaskParameter chunked =
        new TaskParameter.Chunked(
            "F", RangeExpression.parse("1-3"), new Chunking(1, 0, RangeConstraint.CONTIGUOUS));
    assertEquals(
        "the chunked task parameter 'F' cannot be associated with another; combine it with '*'",
        assertThrows(ExpressionException.class, () -> TaskSpace.of(List.of(chunked, A), "(F, A)"))
            .getMessage());
  }

  @Test
  void whatTravelledAsTextGetsItsTypesBack() {
    TaskSpace space =
        TaskSpace.of(
            List.of(
                new TaskParameter.Chunked(
                    "F",
                    RangeExpression.parse("1-9"),
                    new Chunking(4, 0, RangeConstraint.CONTIGUOUS)),
                new TaskParameter.Listed(
                    "P", TaskParameterType.PATH, List.of(new Value.PathText("/a"))),
                new TaskParameter.Ranged("N", RangeExpression.parse("1-2"))),
            null);
    for (long i = 0; i < space.size(); i++) {
      TaskParameters task = space.get(i);
      assertEquals(task, space.parse(task.asText()));
    }
  }

  @Test
  void whatTravelledWrongIsRefusedWithAllReasons() {
    TaskSpace space =
        TaskSpace.of(
            List.of(
                new TaskParameter.Ranged("N", RangeExpression.parse("1-2")),
                new TaskParameter.Ranged("M", RangeExpression.parse("1-2"))),
            null);
    assertEquals(
        "'X' is no task parameter of the step; the task parameter 'N' is not a 64-bit integer in"
            + " base 10: 'one'; the task parameter 'M' has no value",
        assertThrows(ExpressionException.class, () -> space.parse(Map.of("N", "one", "X", "1")))
            .getMessage());
  }

  @Test
  void aStepWithoutParametersHasOneTask() {
    assertEquals(1, TaskSpace.single().size());
    assertEquals(TaskParameters.NONE, TaskSpace.single().get(0));
    assertEquals(
        "Task 1 is not in 0..0.",
        assertThrows(IndexOutOfBoundsException.class, () -> TaskSpace.single().get(1))
            .getMessage());
  }

  private static TaskParameter listed(String name, String... values) {
    return new TaskParameter.Listed(
        name,
        TaskParameterType.STRING,
        Arrays.stream(values).map(text -> (Value) new Value.Text(text)).toList());
  }

  private static TaskParameter chunked(
      String range, long count, long targetSeconds, boolean contiguous) {
    return new TaskParameter.Chunked(
        "F",
        RangeExpression.parse(range),
        new Chunking(
            count,
            targetSeconds,
            contiguous ? RangeConstraint.CONTIGUOUS : RangeConstraint.NONCONTIGUOUS));
  }
}
