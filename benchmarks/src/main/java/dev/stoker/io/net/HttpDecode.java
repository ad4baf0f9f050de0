package dev.stoker.io.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Taking an answer of Azure's to a ranged GET apart; its body goes past the decoder. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HttpDecode {
  private static final String HEAD =
      """
      HTTP/1.1 206 Partial Content
      Content-Length: 8388608
      Content-Type: application/octet-stream
      Content-Range: bytes 8388608-16777215/1073741824
      Last-Modified: Sat, 21 Nov 2026 10:11:12 GMT
      Accept-Ranges: bytes
      ETag: "0x8DC4A1B2C3D4E5F"
      Server: Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0
      x-ms-request-id: 3f0f9f4e-b01e-0055-3b1c-2d8f4d000000
      x-ms-version: 2026-06-06
      x-ms-creation-time: Sat, 21 Nov 2026 10:11:12 GMT
      x-ms-lease-status: unlocked
      x-ms-lease-state: available
      x-ms-blob-type: BlockBlob
      x-ms-server-encrypted: true
      Date: Sat, 21 Nov 2026 10:12:13 GMT

      """
          .replace("\n", "\r\n");

  private final ByteBuf bytes =
      Unpooled.directBuffer().writeBytes(HEAD.getBytes(StandardCharsets.US_ASCII));
  private final AnswerDecoder decoder = new AnswerDecoder();
  private long seen;

  private final AnswerDecoder.Listener listener =
      new AnswerDecoder.Listener() {
        @Override
        public void head(AnswerHead head) {
          seen += head.status();
        }

        @Override
        public void body(ByteBuf from, int lengthBytes) {
          from.skipBytes(lengthBytes);
        }
      };

  @Benchmark
  public long answer() {
    decoder.begin(false);
    bytes.readerIndex(0);
    decoder.feed(bytes, listener);
    decoder.skipPlainBody(decoder.plainBodyBytes());
    return seen;
  }
}
