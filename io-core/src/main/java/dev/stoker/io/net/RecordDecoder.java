package dev.stoker.io.net;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Takes the stream of one connection apart: records that are cut into fragments (RFC 5531 §11),
 * each a reply to one call. The data of a reply that has some go into the call's buffer as they
 * come; all else is collected.
 *
 * <p>Not thread-safe; owned by its {@link RpcConnection}.
 */
final class RecordDecoder {
  /** No reply to any call of ours is longer; what says so is out of step. */
  private static final long MAX_RECORD_BYTES = 64 << 20;

  /** Empty fragments are allowed, but nobody needs them. */
  private static final int MAX_FRAGMENTS = 65_536;

  /** Message type, reply status, verifier's flavor and length, accept status, behind the XID. */
  private static final int SHORTEST_ACCEPTED_BYTES = 24;

  private static final int MAX_VERIFIER_BYTES = 400; // RFC 5531 §8.2

  private enum Phase {
    HEAD,
    DATA,
    PADDING,
    SKIPPED
  }

  /** Who knows which calls are out. */
  interface Owner {
    /** The call of that number, or null when nobody waits for it (any more). */
    @Nullable RpcCall callOf(int xid);

    /**
     * A reply is complete.
     *
     * @param message the reply up to its data
     */
    void replied(RpcCall call, byte[] message, int dataBytes);
  }

  private final Owner owner;
  private int markBytes;
  private int mark;
  private long fragmentLeft;
  private long recordBytes;
  private int fragments;

  private Phase phase = Phase.HEAD;
  private byte[] head = new byte[256];
  private int headBytes;
  private int headWanted = 4;
  private @Nullable RpcCall call;
  private int dataLeft;
  private int dataBytes;
  private int paddingBytes;

  RecordDecoder(Owner owner) {
    this.owner = owner;
  }

  /** The call whose reply is coming in, if it is known and still wanted. */
  @Nullable RpcCall current() {
    return call;
  }

  /** Takes everything that {@code in} holds. */
  void feed(ByteBuf in) {
    while (in.isReadable()) {
      if (markBytes < 4) {
        mark = (mark << 8) | in.readUnsignedByte();
        if (++markBytes == 4) {
          beginFragment();
        }
        continue;
      }
      int before = in.readerIndex();
      take(in, (int) Math.min(fragmentLeft, in.readableBytes()));
      fragmentLeft -= in.readerIndex() - before;
      endFragmentIfDue();
    }
  }

  private void beginFragment() {
    fragmentLeft = mark & 0x7fff_ffff;
    recordBytes += fragmentLeft;
    if (recordBytes > MAX_RECORD_BYTES || ++fragments > MAX_FRAGMENTS) {
      throw new BadAnswerException("it announces a reply of " + recordBytes + " bytes");
    }
    endFragmentIfDue();
  }

  private void endFragmentIfDue() {
    if (markBytes == 4 && fragmentLeft == 0) {
      markBytes = 0;
      if (mark < 0) {
        endRecord();
      }
    }
  }

  private void take(ByteBuf in, int most) {
    switch (phase) {
      case HEAD -> {
        int count = Math.min(most, headWanted - headBytes);
        if (headBytes + count > head.length) {
          head = Arrays.copyOf(head, Math.max(head.length * 2, headBytes + count));
        }
        in.readBytes(head, headBytes, count);
        headBytes += count;
        if (headBytes == headWanted) {
          headGrew();
        }
      }
      case DATA -> {
        int count = Math.min(most, dataLeft);
        ByteBuffer into = target();
        int limit = into.limit();
        into.limit(into.position() + count);
        in.readBytes(into);
        into.limit(limit);
        wasRead(count);
        tookData(count);
      }
      case PADDING -> {
        paddingBytes += most;
        if (paddingBytes > 3) {
          throw new BadAnswerException("it goes on behind its data");
        }
        in.skipBytes(most);
      }
      case SKIPPED -> in.skipBytes(most);
    }
  }

  /** Decides how the rest of the record is taken, or how much more must be seen to do so. */
  private void headGrew() {
    RpcCall known = call;
    if (known == null) {
      known = owner.callOf(XdrReader.intAt(head, 0));
      call = known;
      if (known == null) {
        phase = Phase.SKIPPED;
        return;
      }
      headWanted = known.layout == null ? known.maxReplyBytes + 1 : SHORTEST_ACCEPTED_BYTES;
      return;
    }
    if (headBytes > known.maxReplyBytes) {
      throw new BadAnswerException("it is longer than " + known.maxReplyBytes + " bytes");
    }
    BulkReply layout = known.layout;
    if (layout != null) {
      seekData(known, layout);
    }
  }

  private void seekData(RpcCall known, BulkReply layout) {
    int verifierBytes = XdrReader.intAt(head, 16);
    boolean accepted = XdrReader.intAt(head, 4) == 1 && XdrReader.intAt(head, 8) == 0;
    if (!accepted || verifierBytes < 0 || verifierBytes > MAX_VERIFIER_BYTES) {
      headWanted = known.maxReplyBytes + 1;
      return;
    }
    int results = SHORTEST_ACCEPTED_BYTES + XdrWriter.padded(verifierBytes);
    if (headBytes < results) {
      headWanted = results;
      return;
    }
    int before =
        XdrReader.intAt(head, results - 4) == 0
            ? layout.bytesBeforeData(head, results, headBytes - results)
            : BulkReply.NO_DATA;
    if (before == BulkReply.NO_DATA) {
      headWanted = known.maxReplyBytes + 1;
    } else if (before > headBytes - results) {
      headWanted = results + before;
    } else {
      beginData(known);
    }
  }

  private void beginData(RpcCall known) {
    dataLeft = XdrReader.intAt(head, headBytes - 4);
    dataBytes = dataLeft;
    known.rewind();
    if (dataLeft < 0 || dataLeft > target().remaining()) {
      throw new BadAnswerException(
          "it holds "
              + (dataLeft & 0xffff_ffffL)
              + " bytes where "
              + target().remaining()
              + " were asked for");
    }
    phase = dataLeft == 0 ? Phase.PADDING : Phase.DATA;
  }

  /** How many of the next bytes belong in {@link #target} and nowhere else; 0 for none. */
  int directBytes() {
    return phase == Phase.DATA && markBytes == 4 ? (int) Math.min(dataLeft, fragmentLeft) : 0;
  }

  /** Where data go; only while some are due. */
  ByteBuffer target() {
    RpcCall known = call;
    ByteBuffer into = known == null ? null : known.into;
    if (into == null) {
      throw new IllegalStateException("No data are due.");
    }
    return into;
  }

  private void wasRead(int count) {
    RpcCall known = call;
    if (known != null) {
      known.wasRead(count);
    }
  }

  /** Bytes were read straight into the target. */
  void tookDirect(int count) {
    target().position(target().position() + count);
    wasRead(count);
    took(count);
  }

  /** Bytes went past the target. */
  void tookSpliced(int count) {
    target().position(target().position() + count);
    took(count);
  }

  private void took(int count) {
    fragmentLeft -= count;
    tookData(count);
    endFragmentIfDue();
  }

  private void tookData(int count) {
    dataLeft -= count;
    if (dataLeft == 0) {
      phase = Phase.PADDING;
    }
  }

  /** Nobody waits for the current call any more. */
  void skipCurrent() {
    call = null;
    phase = Phase.SKIPPED;
  }

  private void endRecord() {
    RpcCall known = call;
    if (known == null && phase == Phase.HEAD) {
      throw new BadAnswerException("it is a record of " + headBytes + " bytes");
    }
    if (phase == Phase.DATA) {
      throw new BadAnswerException("it ends before its data do");
    }
    byte[] message = Arrays.copyOf(head, headBytes);
    int data = dataBytes;
    headBytes = 0;
    headWanted = 4;
    call = null;
    dataBytes = 0;
    dataLeft = 0;
    paddingBytes = 0;
    recordBytes = 0;
    fragments = 0;
    phase = Phase.HEAD;
    if (known != null) {
      owner.replied(known, message, data);
    }
  }
}
