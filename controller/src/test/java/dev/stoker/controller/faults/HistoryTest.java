package dev.stoker.controller.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.stoker.controller.faults.History.Event;
import dev.stoker.controller.faults.History.Verdict;
import dev.stoker.controller.protocol.Commit;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The model that judges fault runs notices each way of breaking the invariants. */
class HistoryTest {
  private static final Commit.Manifest FIRST = new Commit.Manifest("t-1", List.of());
  private static final Commit.Manifest SECOND = new Commit.Manifest("t-2", List.of());

  private final History history = new History();

  private Event leased(int attempt, String node) {
    return new Event.Leased("t", attempt, node, null, history.moment());
  }

  private Event granted(int attempt, Commit.Manifest manifest) {
    return new Event.Granted("t", attempt, manifest, history.moment());
  }

  private void assertVerdict(Verdict expected, Event... events) {
    List.of(events).forEach(history::add);
    assertEquals(expected, history.replay(List.of("t")).verdict());
  }

  @Test
  void aTaskThatFailsOnceAndSucceedsThenIsWell() {
    assertVerdict(
        new Verdict(0, 0, 0),
        leased(1, "a"),
        new Event.GivenUp("t", 1, history.moment()),
        leased(2, "b"),
        granted(2, SECOND),
        granted(2, SECOND),
        new Event.Published("t", 2, SECOND),
        new Event.Acknowledged("t", 2, history.moment()));
  }

  @Test
  void whatANodeCouldNotSayIsToldByTheRecovery() {
    assertVerdict(
        new Verdict(0, 0, 0),
        leased(1, "a"),
        new Event.Leased("t", 1, "b", FIRST, history.moment()),
        new Event.Published("t", 1, FIRST),
        new Event.Acknowledged("t", 1, history.moment()));
  }

  @Test
  void aTaskThatNobodyPublishesIsLost() {
    assertVerdict(new Verdict(1, 0, 0), leased(1, "a"), granted(1, FIRST));
  }

  @Test
  void twoGrantsAreDoubled() {
    assertVerdict(
        new Verdict(0, 1, 0),
        granted(1, FIRST),
        granted(2, SECOND),
        new Event.Published("t", 1, FIRST));
  }

  @Test
  void oneAttemptForTwoNodesIsDoubled() {
    assertVerdict(
        new Verdict(0, 1, 0),
        leased(1, "a"),
        leased(1, "b"),
        granted(1, FIRST),
        new Event.Published("t", 1, FIRST));
  }

  @Test
  void aGrantOfWhatWasGivenUpIsDoubled() {
    assertVerdict(
        new Verdict(0, 1, 0),
        leased(1, "a"),
        new Event.GivenUp("t", 1, history.moment()),
        granted(1, FIRST),
        new Event.Published("t", 1, FIRST));
  }

  @Test
  void aFinishedTaskThatIsGivenOutAgainIsDoubled() {
    assertVerdict(
        new Verdict(0, 1, 0),
        granted(1, FIRST),
        new Event.Published("t", 1, FIRST),
        new Event.Acknowledged("t", 1, history.moment()),
        leased(2, "b"));
  }

  @Test
  void otherFilesThanGrantedAndFilesWithoutAGrantAreCorrupt() {
    assertVerdict(new Verdict(0, 0, 1), granted(1, FIRST), new Event.Published("t", 1, SECOND));
    var without = new History();
    without.add(new Event.Published("t", 1, FIRST));
    assertEquals(new Verdict(0, 0, 1), without.replay(List.of("t")).verdict());
  }

  @Test
  void aReportOfWhatIsNotThereIsCorrupt() {
    assertVerdict(
        new Verdict(1, 0, 1), granted(1, FIRST), new Event.Acknowledged("t", 1, history.moment()));
  }
}
