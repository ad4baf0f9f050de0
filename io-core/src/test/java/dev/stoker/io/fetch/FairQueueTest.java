package dev.stoker.io.fetch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FairQueueTest {
  private final FairQueue queue = new FairQueue();

  private static Want want(String owner) {
    return new Want(
        null,
        new ByteRange(0, 1),
        Priority.PREFETCH,
        owner,
        Deadline.after(Duration.ofMinutes(1)),
        (offset, data) -> {});
  }

  private Piece piece(String owner, long start) {
    Piece piece =
        new Piece(
            null,
            start,
            start + 100,
            new ArrayList<>(List.of(want(owner))),
            Priority.PREFETCH,
            owner);
    queue.add(piece, false);
    return piece;
  }

  private Piece serve() {
    Piece piece = queue.poll();
    queue.served(piece, piece.lengthBytes());
    return piece;
  }

  @Test
  void ownersTakeTurnsHoweverMuchEachWants() {
    for (int i = 0; i < 100; i++) {
      piece("greedy", i * 100L);
    }
    piece("modest", 100_000);
    piece("modest", 100_100);
    List<String> served = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      served.add(serve().owner);
    }
    assertEquals(2, served.stream().filter("modest"::equals).count());
  }

  @Test
  void whatABusyOwnerQueuedLastIsServedWhenAnotherOneWhoJoinedHasItsTurn() {
    for (int i = 0; i < 100; i++) {
      piece("greedy", i * 100L);
    }
    Piece shared = piece("greedy", 100_000);
    Want joining = want("modest");
    shared.waiters.add(joining);
    queue.joined(shared, joining);
    Piece first = serve();
    Piece second = serve();
    Piece modests = first.owner.equals("modest") ? first : second;
    assertSame(shared, modests);
    assertEquals("modest", shared.owner);
  }

  @Test
  void aSharedPieceIsServedOnce() {
    Piece shared = piece("a", 0);
    Want joining = want("b");
    shared.waiters.add(joining);
    queue.joined(shared, joining);
    assertSame(shared, serve());
    assertNull(queue.poll());
    assertEquals(0, queue.queuedBytes());
  }
}
