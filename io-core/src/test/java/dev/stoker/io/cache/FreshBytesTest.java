package dev.stoker.io.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.fetch.RangeSink.Loan;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FreshBytesTest {
  private static final int PIECE = 1000;
  private static final EntryId ENTRY = EntryId.of("file:///a#1");

  private final FreshBytes fresh = new FreshBytes(4 * PIECE);
  private final List<Answer> answers = new ArrayList<>();

  @AfterEach
  void allMemoryIsGivenBack() {
    fresh.close();
    assertEquals(0, fresh.heldBytes());
    answers.forEach(answer -> assertEquals(0, answer.holders, "one too many or too few"));
  }

  /** Memory of one answer; who keeps it is counted. */
  private static final class Answer implements Loan {
    final ByteBuffer bytes = ByteBuffer.allocateDirect(PIECE);
    int holders;

    @Override
    public Object memory() {
      return this;
    }

    @Override
    public long lengthBytes() {
      return bytes.capacity();
    }

    @Override
    public void keep() {
      holders++;
    }

    @Override
    public void giveBack() {
      holders--;
    }
  }

  private static byte byteAt(long offset) {
    return (byte) ((offset * 31) >> 3);
  }

  /** A piece of the file at {@code offset}, as one answer brought it. */
  private Answer came(long offset) {
    Answer answer = new Answer();
    for (int i = 0; i < PIECE; i++) {
      answer.bytes.put(i, byteAt(offset + i));
    }
    answers.add(answer);
    fresh.keep(ENTRY, offset, answer.bytes.duplicate(), answer);
    return answer;
  }

  private static void requireBytes(ByteBuffer bytes, long offset) {
    for (int i = 0; i < bytes.remaining(); i++) {
      assertEquals(byteAt(offset + i), bytes.get(bytes.position() + i), "at " + (offset + i));
    }
  }

  @Test
  void whatCameIsLentWhereItLiesAndItsMemoryGoesBackWhenItWasReadToItsEnd() {
    Answer answer = came(5 * PIECE);
    try (LentBytes lent = fresh.lend(ENTRY, new ByteRange(5 * PIECE + 100, 300))) {
      assertNotNull(lent);
      requireBytes(lent.bytes(), 5 * PIECE + 100);
    }
    assertEquals(1, answer.holders);
    LentBytes last = fresh.lend(ENTRY, new ByteRange(5 * PIECE + 400, 600));
    assertNotNull(last);
    assertEquals(1, answer.holders, "the piece is gone, what is lent stays");
    requireBytes(last.bytes(), 5 * PIECE + 400);
    last.close();
    assertEquals(0, answer.holders);
    assertNull(fresh.lend(ENTRY, new ByteRange(5 * PIECE + 400, 600)));
  }

  @Test
  void aReadAcrossTwoPiecesIsCopiedAndOneThatLacksAPartIsNot() {
    Answer second = came(PIECE);
    Answer first = came(0);
    ByteRange across = new ByteRange(900, 200);
    assertNull(fresh.lend(ENTRY, across));
    ByteBuffer into = ByteBuffer.allocate(200);
    assertTrue(fresh.copy(ENTRY, across, into));
    requireBytes(into.flip(), 900);
    assertFalse(fresh.copy(ENTRY, new ByteRange(1900, 200), ByteBuffer.allocate(200)));
    fresh.read(ENTRY, new ByteRange(3 * PIECE, 100));
    assertEquals(0, first.holders + second.holders, "the reader is far beyond them");
  }

  @Test
  void moreThanTheCeilingIsNotKeptAndTheFarthestIsWhatIsNot() {
    for (int i = 0; i < 6; i++) {
      came((long) i * PIECE);
    }
    assertEquals(4 * PIECE, fresh.heldBytes());
    assertEquals(List.of(1, 1, 1, 1, 0, 0), answers.stream().map(a -> a.holders).toList());
  }

  @Test
  void aReaderWhoLeavesTakesHisPiecesWithHim() {
    came(0);
    came(PIECE);
    fresh.drop(ENTRY);
    assertEquals(0, fresh.heldBytes());
  }
}
