package dev.stoker.controller.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.stoker.controller.StoreKind;
import dev.stoker.controller.TestJobs;
import dev.stoker.controller.protocol.Jobs;
import dev.stoker.controller.protocol.Pins;
import dev.stoker.controller.store.PinRows;
import dev.stoker.controller.store.QueueRows;
import dev.stoker.controller.store.QueueStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What the store keeps of a job's pins, and for how long. */
@ParameterizedClass
@EnumSource(StoreKind.class)
class PinStoreTest {
  private static final Duration KEEP = Duration.ofDays(30);

  @Parameter StoreKind kind;
  @TempDir Path folder;

  private TimedQueue timed;
  private QueueStore store;
  private Queue queue;

  @BeforeEach
  void open() {
    timed = new TimedQueue(kind, folder);
    store = timed.store;
    queue = timed.queue;
  }

  @AfterEach
  void close() {
    timed.close();
  }

  private <T> T write(Function<QueueRows, T> change) {
    return Answers.await(store.write((rows, events) -> change.apply(rows)));
  }

  private PinRows.Sheet sheet(String job) {
    return store
        .read(rows -> rows.pins().sheet(rows.jobs().find(job).orElseThrow().number()))
        .orElseThrow();
  }

  private Map<String, String> pin(String job, int most, String version, String... names) {
    Map<String, String> met = new LinkedHashMap<>();
    for (String name : names) {
      met.put(name, version);
    }
    PinRows.Sheet sheet = sheet(job);
    return write(rows -> rows.pins().pin(sheet, met, most));
  }

  private List<String> names(long sheet) {
    return store.read(rows -> rows.pins().after(sheet, 0, 100)).stream()
        .map(PinRows.Pinned::name)
        .toList();
  }

  @Test
  void aFullSheetTakesNoMoreAndStillTellsWhatItHas() {
    String job = queue.jobs().submit(TestJobs.frames(1), "", null).jobId();
    assertEquals(Map.of("s/a", "1", "s/b", "1"), pin(job, 3, "1", "s/a", "s/b"));
    assertEquals(
        Map.of("s/b", "1", "s/c", "2"), pin(job, 3, "2", "s/b", "s/c", "s/d"), "no room for d");
    assertEquals(Map.of("s/a", "1"), pin(job, 3, "3", "s/a", "s/e"));
    assertEquals(3, sheet(job).files());
    assertEquals(List.of("s/a", "s/b", "s/c"), names(sheet(job).number()));
  }

  /** Prints how long a scene of 200,000 files takes to be pinned, and to be told to a node. */
  @Test
  @Tag("nightly")
  void aSceneOf200000FilesIsPinnedAndTold() {
    String job = queue.jobs().submit(TestJobs.frames(1), "", null).jobId();
    long begin = System.nanoTime();
    long longestNanos = 0;
    for (int from = 0; from < 200_000; from += Pins.MOST_AT_ONCE) {
      Map<String, String> met = new LinkedHashMap<>();
      for (int i = from; i < from + Pins.MOST_AT_ONCE; i++) {
        met.put(
            "show/assets/environment/forest/tree_%03d/textures/bark_%06d_v002.exr"
                .formatted(i % 500, i),
            "etag:\"0x8DC0A1B2C3%06X\"".formatted(i));
      }
      PinRows.Sheet sheet = sheet(job);
      long before = System.nanoTime();
      write(rows -> rows.pins().pin(sheet, met, Pins.MOST_OF_JOB));
      longestNanos = Math.max(longestNanos, System.nanoTime() - before);
    }
    long pinned = System.nanoTime();
    Pins.Page page = queue.pins().get(job, 0, Pins.MOST_AT_ONCE);
    int told = page.pins().size();
    while (page.more()) {
      page = queue.pins().get(job, page.next(), Pins.MOST_AT_ONCE);
      told += page.pins().size();
    }
    long end = System.nanoTime();
    assertEquals(200_000, told);
    System.out.printf(
        Locale.ROOT,
        "PINS %s: 200,000 pinned in %.1f s, a change of 2,000 at most %.0f ms; told in %.1f s%n",
        kind,
        (pinned - begin) / 1e9,
        longestNanos / 1e6,
        (end - pinned) / 1e9);
  }

  @Test
  void pinsGoWhenTheirJobIsArchivedOrPinnedAnewAndNoOthers() {
    String old = queue.jobs().submit(TestJobs.frames(1), "", null).jobId();
    String recent = queue.jobs().submit(TestJobs.frames(1), "", null).jobId();
    pin(old, 10, "1", "s/a", "s/b");
    pin(recent, 10, "1", "s/a", "s/b");
    long archived = sheet(old).number();
    long replaced = sheet(recent).number();
    queue.jobs().retry(recent, new Jobs.Retry(List.of(), true));
    pin(recent, 10, "2", "s/a");
    queue.jobs().cancel(old);
    queue.keepHouse();
    assertEquals(List.of("s/a", "s/b"), names(archived));
    assertEquals(List.of(), names(replaced));
    timed.pass(KEEP.plusMillis(1));
    assertEquals(1, queue.archive(KEEP, () -> true));
    queue.keepHouse();
    assertEquals(List.of(), names(archived));
    assertEquals(
        Optional.empty(),
        store.read(rows -> rows.pins().sheet(rows.jobs().find(old).orElseThrow().number())));
    assertNotEquals(replaced, sheet(recent).number());
    assertEquals(List.of("s/a"), names(sheet(recent).number()));
  }
}
