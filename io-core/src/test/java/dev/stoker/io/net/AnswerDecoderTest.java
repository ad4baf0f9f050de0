package dev.stoker.io.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("StringConcatToTextBlock") // Lines end in CR LF here.
final class AnswerDecoderTest {
  private static final class Seen implements AnswerDecoder.Listener {
    AnswerHead head;
    final StringBuilder body = new StringBuilder();
    int heads;

    @Override
    public void head(AnswerHead answerHead) {
      head = answerHead;
      heads++;
    }

    @Override
    public void body(ByteBuf from, int lengthBytes) {
      body.append(from.readCharSequence(lengthBytes, StandardCharsets.ISO_8859_1));
    }
  }

  /** Feeds {@code bytes} in pieces of {@code step}, as a network may. */
  private static Seen decode(AnswerDecoder decoder, byte[] bytes, int step) {
    Seen seen = new Seen();
    for (int at = 0; at < bytes.length && !decoder.isDone(); at += step) {
      decoder.feed(Unpooled.wrappedBuffer(bytes, at, Math.min(step, bytes.length - at)), seen);
    }
    return seen;
  }

  private static Seen decode(String text, int step) {
    AnswerDecoder decoder = new AnswerDecoder();
    decoder.begin(false);
    Seen seen = decode(decoder, text.getBytes(StandardCharsets.ISO_8859_1), step);
    assertTrue(decoder.isDone());
    return seen;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 1000})
  void piecesOfAnySizeGiveTheSameAnswer(int step) {
    Seen plain =
        decode(
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 206 Partial Content\r\nContent-Length: 5\r\n"
                + "content-RANGE:  bytes 0-4/9 \r\n\r\nhello",
            step);
    assertEquals(206, plain.head.status());
    assertEquals("bytes 0-4/9", plain.head.header("Content-Range"));
    assertEquals("hello", plain.body.toString());
    Seen chunked =
        decode(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n1\r\n!\r\n0\r\n"
                + "Trailer: x\r\n\r\n",
            step);
    assertEquals("hello!", chunked.body.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\r\n\r\n",
        "SSH-2.0-OpenSSH_9.2\r\n\r\n",
        "HTTP/2 200\r\n\r\n",
        "HTTP/1.1 20x OK\r\n\r\n",
        "HTTP/1.1 999 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
        "HTTP/1.1 200 OK\r\n folded: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nname : x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 101 Switching\r\n\r\n",
      })
  void whatIsNotClearlyAnAnswerIsRefused(String text) {
    assertThrows(BadAnswerException.class, () -> decode(text, 1000));
  }

  @Test
  void aHeadWithoutEndIsRefused() {
    assertThrows(
        BadAnswerException.class, () -> decode("HTTP/1.1 200 OK\r\nx: " + "y".repeat(40_000), 999));
  }

  @Test
  void onlyAnAnswerWithoutLengthMayEndWithItsConnection() {
    AnswerDecoder decoder = new AnswerDecoder();
    decoder.begin(false);
    Seen seen =
        decode(decoder, "HTTP/1.0 200 OK\r\n\r\nabc".getBytes(StandardCharsets.ISO_8859_1), 5);
    assertEquals("abc", seen.body.toString());
    assertTrue(decoder.endsHere());
    assertFalse(decoder.keepAlive());
    decoder.begin(false);
    decode(
        decoder,
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc".getBytes(StandardCharsets.ISO_8859_1),
        5);
    assertFalse(decoder.endsHere());
  }

  /** No input crashes it, makes it hold more than it may, or is understood in two ways. */
  @FuzzTest(maxDuration = "5m")
  void noInputIsUnderstoodInTwoWays(byte[] data) {
    String whole = outcome(data, Math.max(1, data.length));
    assertEquals(whole, outcome(data, 1));
    assertEquals(whole, outcome(data, 5));
  }

  private static String outcome(byte[] data, int step) {
    AnswerDecoder decoder = new AnswerDecoder();
    decoder.begin(false);
    Seen seen = new Seen();
    String end = "";
    try {
      for (int at = 0; at < data.length && !decoder.isDone(); at += step) {
        decoder.feed(Unpooled.wrappedBuffer(data, at, Math.min(step, data.length - at)), seen);
      }
    } catch (BadAnswerException e) {
      end = e.what;
    }
    assertTrue(seen.heads <= 1);
    return seen.heads + "/" + decoder.isDone() + "/" + seen.body + "/" + end;
  }
}
