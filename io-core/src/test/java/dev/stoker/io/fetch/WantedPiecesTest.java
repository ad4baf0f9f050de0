package dev.stoker.io.fetch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.PinnedAsset;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class WantedPiecesTest {
  private final FakeOrigin origin = new FakeOrigin(asked -> {});
  private final PinnedAsset asset = FakeOrigin.asset("f", 1 << 30);
  private final WantedPieces wanted = new WantedPieces();

  private void want(String owner, int grain) {
    wanted.add(
        new Want(
            asset,
            new ByteRange((long) grain * RunSize.GRAIN_BYTES, RunSize.GRAIN_BYTES),
            Priority.PREFETCH,
            owner,
            Deadline.after(Duration.ofMinutes(1)),
            (offset, data) -> {}),
        origin);
  }

  @Test
  void neighboursThatOneRequestTakesAlongAreAtTheExpenseOfWhoWantsThem() {
    want("modest", 0);
    want("modest", 100);
    for (int grain = 1; grain <= 4; grain++) {
      want("greedy", grain);
    }
    want("greedy", 200);
    Piece first = wanted.poll();
    assertNotNull(first);
    assertEquals("modest", first.owner);
    Run run = wanted.carve(first, 16 * RunSize.GRAIN_BYTES);
    assertNotNull(run);
    assertEquals(5, run.pieces.size());
    wanted.served(run);
    Piece second = wanted.poll();
    assertNotNull(second);
    assertEquals("modest", second.owner, "who had one grain, not five");
  }
}
