package dev.stoker.io.mount.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RequestDecoderTest {
  private static final int LAST_OPCODE = 64;

  private static ByteBuffer request(int opcode, byte[] arguments) {
    ByteBuffer out =
        ByteBuffer.allocate(RequestDecoder.HEADER_BYTES + arguments.length)
            .order(ByteOrder.nativeOrder());
    out.putInt(out.capacity()).putInt(opcode).putLong(7).putLong(42).putInt(1000).putInt(100);
    out.putInt(4711).putShort((short) 0).putShort((short) 0);
    return out.put(arguments).flip();
  }

  private static byte[] words(Object... values) {
    ByteBuffer out = ByteBuffer.allocate(256).order(ByteOrder.nativeOrder());
    for (Object value : values) {
      switch (value) {
        case Long wide -> out.putLong(wide);
        case Integer narrow -> out.putInt(narrow);
        default -> out.put(value.toString().getBytes(StandardCharsets.UTF_8)).put((byte) 0);
      }
    }
    return java.util.Arrays.copyOf(out.array(), out.position());
  }

  @Test
  void aRequestSaysWhoAsksWhatOfWhich() throws Exception {
    Request read =
        RequestDecoder.decode(request(Opcode.READ, words(5L, 1L << 33, 131072, 0, 0L, 0, 0)));
    assertEquals(new Request(7, 42, 1000, 100, 4711, new Request.Read(5, 1L << 33, 131072)), read);
    assertEquals(
        new Request.Lookup("wood.exr"),
        RequestDecoder.decode(request(Opcode.LOOKUP, words("wood.exr"))).operation());
    assertEquals(
        new Request.Rename("a", 9, "b", 1),
        RequestDecoder.decode(request(Opcode.RENAME2, words(9L, 1, 0, "a", "b"))).operation());
    assertEquals(
        new Request.Create("x", 2, 0640),
        RequestDecoder.decode(request(Opcode.CREATE, words(2, 0666, 026, 0, "x"))).operation());
    Request.ForgetAll forget =
        assertInstanceOf(
            Request.ForgetAll.class,
            RequestDecoder.decode(request(Opcode.BATCH_FORGET, words(2, 0, 10L, 1L, 11L, 3L)))
                .operation());
    assertEquals(3, forget.uses()[1]);
  }

  @Test
  void greetingsOfOldAndNewKernelsAreBothUnderstood() throws Exception {
    // Linux 5.15 sends 16 bytes and no second word of flags.
    Request.Init old =
        (Request.Init)
            RequestDecoder.decode(request(Opcode.INIT, words(7, 34, 131072, 0x3fff_ffff)))
                .operation();
    Negotiation then = Negotiation.of(old, true, false);
    assertEquals(34, then.minor());
    assertTrue(!then.has(Negotiation.PASSTHROUGH) && then.has(Negotiation.PARALLEL_DIROPS));
    assertEquals(1 << 20, then.maxRequestBytes());
    Request.Init now =
        (Request.Init)
            RequestDecoder.decode(
                    request(Opcode.INIT, words(7, 45, 131072, 0x7fff_ffff, 0xff, 0L, 0L, 0L)))
                .operation();
    assertTrue(Negotiation.of(now, true, false).has(Negotiation.PASSTHROUGH));
    assertTrue(!Negotiation.of(now, false, true).has(Negotiation.PASSTHROUGH));
    ByteBuffer out = ByteBuffer.allocate(64);
    Negotiation.of(now, true, false).write(out);
    assertEquals(1, out.order(ByteOrder.nativeOrder()).getInt(36), "stack depth");
    Request.Init ancient = new Request.Init(7, 12, 0, 0);
    assertTrue(
        assertThrows(
                UnsupportedOperationException.class, () -> Negotiation.of(ancient, false, false))
            .getMessage()
            .contains("7.12"));
  }

  @Test
  void aNameThatIsNotUtf8IsToldFromNonsense() {
    RequestDecoder.Malformed name =
        assertThrows(
            RequestDecoder.Malformed.class,
            () -> RequestDecoder.decode(request(Opcode.LOOKUP, new byte[] {(byte) 0xff, 0})));
    assertTrue(name.badName());
    assertEquals(7, name.unique());
    for (int opcode = 0; opcode <= LAST_OPCODE; opcode++) {
      int each = opcode;
      try {
        RequestDecoder.decode(request(each, new byte[] {0}));
      } catch (RequestDecoder.Malformed e) {
        assertTrue(!e.badName(), "opcode " + each);
      }
    }
  }

  /** Run longer with {@code JAZZER_FUZZ=1}; without, over its seeds. */
  @FuzzTest(maxDuration = "5m")
  void noRequestHangsOrBreaksTheDecoder(byte[] input) {
    decode(ByteBuffer.wrap(input));
    // Behind a header that holds, for each thing that may be asked.
    for (int opcode = 0; opcode <= LAST_OPCODE; opcode++) {
      decode(request(opcode, input));
    }
  }

  private static void decode(ByteBuffer message) {
    try {
      Request request = RequestDecoder.decode(message);
      if (request.operation() instanceof Request.Init init) {
        Negotiation.of(init, true, true).write(ByteBuffer.allocate(64));
      }
    } catch (RequestDecoder.Malformed | UnsupportedOperationException e) {
      // One of the ways in which it may end.
    }
  }
}
