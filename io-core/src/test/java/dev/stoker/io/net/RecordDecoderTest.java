package dev.stoker.io.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.stoker.io.asset.Deadline;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RecordDecoderTest {
  private static final int TARGET_BYTES = 64;
  private static final byte GUARD = 0x7e;

  /** Data behind four bytes of status and four of their length. */
  private static final BulkReply LAYOUT =
      (reply, start, have) ->
          have < 4 ? 4 : XdrReader.intAt(reply, start) == 0 ? 8 : BulkReply.NO_DATA;

  /** Everybody waits: even numbers for a small answer, odd ones for data. */
  private static final class Calls implements RecordDecoder.Owner {
    final Map<Integer, RpcCall> out = new HashMap<>();
    final Map<Integer, ByteBuffer> memory = new HashMap<>();
    final List<String> replies = new ArrayList<>();

    @Override
    public @Nullable RpcCall callOf(int xid) {
      if ((xid & 0xf0) == 0xf0) {
        return null;
      }
      return out.computeIfAbsent(
          xid,
          x -> {
            RpcCall call =
                RpcCall.of(
                        new RpcProcedure(1, 1, 1, "TEST"),
                        RpcCredential.NONE,
                        new XdrWriter(),
                        Deadline.after(Duration.ofMinutes(1)),
                        "test")
                    .withMaxReplyBytes(200);
            if (x % 2 == 0) {
              return call;
            }
            byte[] guarded = new byte[TARGET_BYTES + 32];
            Arrays.fill(guarded, GUARD);
            ByteBuffer all = ByteBuffer.allocateDirect(guarded.length).put(guarded).clear();
            memory.put(x, all);
            return call.withTarget(all.duplicate().position(16).limit(16 + TARGET_BYTES), LAYOUT);
          });
    }

    @Override
    public void replied(RpcCall call, byte[] message, int dataBytes) {
      StringBuilder told = new StringBuilder();
      told.append(Arrays.toString(message)).append(' ').append(dataBytes);
      ByteBuffer into = call.into;
      if (into != null && dataBytes > 0) {
        byte[] data = new byte[dataBytes];
        into.duplicate().position(16).get(data);
        told.append(' ').append(Arrays.toString(data));
        assertEquals(16 + dataBytes, into.position());
      }
      replies.add(told.toString());
      call.rewind();
    }

    void requireGuardsWhole() {
      for (ByteBuffer all : memory.values()) {
        for (int i = 0; i < 16; i++) {
          assertEquals(GUARD, all.get(i));
          assertEquals(GUARD, all.get(16 + TARGET_BYTES + i));
        }
      }
    }
  }

  /** Feeds bytes as a socket would: pieces of some size, data straight into the target at times. */
  private static String decode(byte[] stream, int step, boolean direct) {
    Calls calls = new Calls();
    RecordDecoder decoder = new RecordDecoder(calls);
    String end = "";
    try {
      ByteBuf in = Unpooled.wrappedBuffer(stream);
      while (in.isReadable()) {
        int due = direct ? Math.min(decoder.directBytes(), in.readableBytes()) : 0;
        if (due > 0) {
          int count = Math.min(due, step);
          ByteBuffer target = decoder.target();
          int at = target.position();
          in.readBytes(target.duplicate().limit(at + count));
          decoder.tookDirect(count);
        } else {
          // No further than the head's end, as RpcConnection reads little while data are due.
          decoder.feed(in.readSlice(Math.min(step, in.readableBytes())));
        }
      }
    } catch (BadAnswerException e) {
      end = " broken";
    }
    calls.requireGuardsWhole();
    return calls.replies + end;
  }

  @FuzzTest(maxDuration = "5m")
  void noInputIsUnderstoodInTwoWaysOrLeavesItsBuffer(byte[] stream) {
    String whole = decode(stream, Integer.MAX_VALUE, false);
    assertEquals(whole, decode(stream, 1, false));
    assertEquals(whole, decode(stream, 3, true));
    assertEquals(whole, decode(stream, 70, true));
  }

  @Test
  void recordsInAnyFragmentsAndPiecesGiveTheSameReplies() {
    Random random = new Random(8);
    for (int i = 0; i < 2_000; i++) {
      byte[] stream = stream(random, 3);
      noInputIsUnderstoodInTwoWaysOrLeavesItsBuffer(stream);
      assertEquals(3, decode(stream, 5, true).split("], |] \\d+ \\[").length > 0 ? 3 : 0);
      // And with a byte that is wrong.
      stream[random.nextInt(stream.length)] ^= (byte) (1 << random.nextInt(8));
      noInputIsUnderstoodInTwoWaysOrLeavesItsBuffer(stream);
    }
  }

  /** Some valid replies, cut up at random. */
  private static byte[] stream(Random random, int replies) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < replies; i++) {
      int xid = random.nextInt(100) * 2 + i % 2;
      XdrWriter record = new XdrWriter().putInt(xid).putInt(1).putInt(0).putInt(0);
      record.putOpaque(new byte[random.nextInt(3) * 4]).putInt(0);
      byte[] data = new byte[random.nextInt(TARGET_BYTES)];
      random.nextBytes(data);
      record.putInt(random.nextInt(5) == 0 ? 5 : 0).putOpaque(data);
      byte[] whole = record.toBytes();
      for (int at = 0; at < whole.length; ) {
        int count = Math.min(whole.length - at, 1 + random.nextInt(60));
        boolean last = at + count == whole.length;
        out.writeBytes(new XdrWriter().putInt((last ? 0x8000_0000 : 0) | count).toBytes());
        out.write(whole, at, count);
        at += count;
      }
    }
    return out.toByteArray();
  }

  @Test
  void dataLandWhereTheyBelong() {
    byte[] data = "0123456789".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    byte[] record =
        new XdrWriter()
            .putInt(3)
            .putInt(1)
            .putInt(0)
            .putLong(0)
            .putInt(0)
            .putInt(0)
            .putOpaque(data)
            .toBytes();
    Calls calls = new Calls();
    RecordDecoder decoder = new RecordDecoder(calls);
    decoder.feed(
        Unpooled.wrappedBuffer(new XdrWriter().putInt(0x8000_0000 | record.length).toBytes()));
    decoder.feed(Unpooled.wrappedBuffer(record));
    byte[] got = new byte[data.length];
    calls.memory.get(3).position(16).get(got);
    assertArrayEquals(data, got);
    assertEquals(1, calls.replies.size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "7fffffff", // a fragment of 2 GiB
        "80000002 0000", // a record without a number
        "80000028 00000001 00000001 00000000 00000000 00000000 00000000 00000000 000000ff 00000000 00000000", // more data than wanted
        "80000024 00000001 00000001 00000000 00000000 00000000 00000000 00000000 00000008 00000000" // less than announced
      })
  void repliesThatLieAreRefused(String hex) {
    byte[] stream = java.util.HexFormat.of().parseHex(hex.replace(" ", ""));
    Calls calls = new Calls();
    assertThrows(
        BadAnswerException.class,
        () -> new RecordDecoder(calls).feed(Unpooled.wrappedBuffer(stream)));
    calls.requireGuardsWhole();
  }
}
