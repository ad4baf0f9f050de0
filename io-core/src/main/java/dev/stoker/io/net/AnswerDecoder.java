package dev.stoker.io.net;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Takes answers apart (RFC 9112), one at a time, as their bytes come in. Strict: what could be
 * understood in two ways is refused, since the peer may be hostile or broken, and a wrong byte in a
 * texture is worse than a retry.
 *
 * <p>While a body of known length is due, {@link #plainBodyBytes()} says how much of it may be read
 * from the socket straight to where it belongs, past this decoder.
 *
 * <p>Not thread-safe; owned by one {@link Connection}. Holds at most {@link #MAX_HEAD_BYTES}.
 */
final class AnswerDecoder {
  /** Azure's largest heads, with all user metadata (8 KiB), fit four times. */
  static final int MAX_HEAD_BYTES = 32 << 10;

  /** No server sends so many; bounds the work of looking one up. */
  private static final int MAX_FIELDS = 200;

  /** RFC 9110 §15.2 sets no limit; nobody sends more than one or two. */
  private static final int MAX_INTERIM_ANSWERS = 8;

  /** A chunk's size line; longer ones carry extensions that nobody uses (RFC 9112 §7.1.1). */
  private static final int MAX_CHUNK_LINE_BYTES = 1 << 10;

  /** Is told what comes in. */
  interface Listener {
    /** The head is complete. */
    void head(AnswerHead head);

    /** Takes exactly {@code lengthBytes} of the body off {@code from}. */
    void body(ByteBuf from, int lengthBytes);
  }

  private enum State {
    HEAD,
    LENGTH,
    CHUNK_SIZE,
    CHUNK_DATA,
    CHUNK_END,
    TRAILER,
    UNTIL_CLOSE,
    DONE
  }

  private State state = State.DONE;
  private boolean bodyless;
  private boolean keepAlive;
  private int interimAnswers;
  private byte[] line = new byte[1 << 10];
  private int lineBytes;
  private int bytesSinceNewline;
  private long bodyBytesDue;
  private int chunkDigits;
  private boolean chunkSizeRead;

  /**
   * Gets ready for the answer to the next request.
   *
   * @param toHead whether that is a HEAD request, whose answer has no body
   */
  void begin(boolean toHead) {
    state = State.HEAD;
    bodyless = toHead;
    keepAlive = false;
    interimAnswers = 0;
    lineBytes = 0;
    bytesSinceNewline = 0;
  }

  boolean isDone() {
    return state == State.DONE;
  }

  /** Whether the connection may carry another request; known once the head is. */
  boolean keepAlive() {
    return keepAlive;
  }

  /** How much of the body is due and comes as it is, up to its end; 0 when it does not. */
  long plainBodyBytes() {
    return state == State.LENGTH ? bodyBytesDue : 0;
  }

  /** Notes that {@code count} ≤ {@link #plainBodyBytes()} were read past this decoder. */
  void skipPlainBody(long count) {
    if (state != State.LENGTH || count > bodyBytesDue) {
      throw new IllegalStateException("More was read than was due.");
    }
    bodyBytesDue -= count;
    if (bodyBytesDue == 0) {
      state = State.DONE;
    }
  }

  /**
   * Takes bytes off {@code in} until it is empty or the answer is complete.
   *
   * @throws BadAnswerException when this is not an answer; the decoder is then of no further use
   */
  void feed(ByteBuf in, Listener listener) {
    while (state != State.DONE && in.isReadable()) {
      switch (state) {
        case HEAD -> readHead(in, listener);
        case LENGTH -> {
          int count = (int) Math.min(bodyBytesDue, in.readableBytes());
          // Counted first: the listener may look at what is still due.
          skipPlainBody(count);
          listener.body(in, count);
        }
        case UNTIL_CLOSE -> listener.body(in, in.readableBytes());
        case CHUNK_SIZE -> readChunkSize(in);
        case CHUNK_DATA -> {
          int count = (int) Math.min(bodyBytesDue, in.readableBytes());
          bodyBytesDue -= count;
          if (bodyBytesDue == 0) {
            state = State.CHUNK_END;
            lineBytes = 0;
          }
          listener.body(in, count);
        }
        case CHUNK_END -> readChunkEnd(in);
        case TRAILER -> readTrailer(in);
        case DONE -> throw new AssertionError();
      }
    }
  }

  /** The peer closed its side: the end of a body without a length, and of no other answer. */
  boolean endsHere() {
    if (state == State.UNTIL_CLOSE) {
      state = State.DONE;
      return true;
    }
    return false;
  }

  private void readHead(ByteBuf in, Listener listener) {
    int from = lineBytes;
    int count = Math.min(in.readableBytes(), MAX_HEAD_BYTES - from);
    if (count == 0) {
      throw new BadAnswerException("its head is longer than 32 KiB");
    }
    if (line.length < from + count) {
      line = Arrays.copyOf(line, Math.clamp(2L * (from + count), 0, MAX_HEAD_BYTES));
    }
    in.getBytes(in.readerIndex(), line, from, count);
    for (int i = from; i < from + count; i++) {
      byte b = line[i];
      if (b == '\n') {
        if (bytesSinceNewline == 0) {
          lineBytes = i + 1;
          in.skipBytes(i + 1 - from);
          headComplete(listener);
          return;
        }
        bytesSinceNewline = 0;
      } else if (b != '\r') {
        bytesSinceNewline++;
      }
    }
    lineBytes += count;
    in.skipBytes(count);
  }

  private void headComplete(Listener listener) {
    byte[] raw = Arrays.copyOf(line, lineBytes);
    lineBytes = 0;
    bytesSinceNewline = 0;
    AnswerHead head = HeadParser.parse(raw, MAX_FIELDS);
    if (head.status() < 200) {
      if (head.status() == 101 || ++interimAnswers > MAX_INTERIM_ANSWERS) {
        throw new BadAnswerException("it switches protocols or never comes to its point");
      }
      return;
    }
    keepAlive = HeadParser.keepsAlive(raw, head);
    frameBody(head);
    listener.head(head);
  }

  /** Decides where the body ends (RFC 9112 §6.3). */
  private void frameBody(AnswerHead head) {
    if (head.contradictsItself("Content-Length")) {
      throw new BadAnswerException("it has two lengths");
    }
    long length = head.contentLength();
    String coding = head.header("Transfer-Encoding");
    if (bodyless || head.status() == 204 || head.status() == 304) {
      state = State.DONE;
    } else if (coding != null) {
      if (length >= 0 || !coding.equalsIgnoreCase("chunked")) {
        throw new BadAnswerException("its transfer coding is not 'chunked' alone");
      }
      startChunk();
    } else if (length >= 0) {
      bodyBytesDue = length;
      state = length == 0 ? State.DONE : State.LENGTH;
    } else {
      keepAlive = false;
      state = State.UNTIL_CLOSE;
    }
  }

  private void startChunk() {
    state = State.CHUNK_SIZE;
    bodyBytesDue = 0;
    chunkDigits = 0;
    chunkSizeRead = false;
    lineBytes = 0;
  }

  private void readChunkSize(ByteBuf in) {
    while (in.isReadable()) {
      byte b = in.readByte();
      if (++lineBytes > MAX_CHUNK_LINE_BYTES) {
        throw new BadAnswerException("the size line of a chunk does not end");
      }
      if (b == '\n') {
        if (chunkDigits == 0) {
          throw new BadAnswerException("a chunk has no size");
        }
        state = bodyBytesDue == 0 ? State.TRAILER : State.CHUNK_DATA;
        lineBytes = 0;
        bytesSinceNewline = 0;
        return;
      }
      int digit = Character.digit(b, 16);
      if (digit >= 0 && !chunkSizeRead) {
        // 15 digits: no overflow.
        if (++chunkDigits > 15) {
          throw new BadAnswerException("the size of a chunk has more than 15 digits");
        }
        bodyBytesDue = bodyBytesDue << 4 | digit;
      } else if (b == ';' || b == '\r' || b == ' ' || b == '\t' || chunkSizeRead) {
        chunkSizeRead = true;
      } else {
        throw new BadAnswerException("the size of a chunk is not a number");
      }
    }
  }

  private void readChunkEnd(ByteBuf in) {
    while (in.isReadable()) {
      byte b = in.readByte();
      if (b == '\n') {
        startChunk();
        return;
      }
      if (b != '\r' || ++lineBytes > 1) {
        throw new BadAnswerException("a chunk is longer than its size");
      }
    }
  }

  private void readTrailer(ByteBuf in) {
    while (in.isReadable()) {
      byte b = in.readByte();
      if (++lineBytes > MAX_HEAD_BYTES) {
        throw new BadAnswerException("its trailer is longer than 32 KiB");
      }
      if (b == '\n') {
        if (bytesSinceNewline == 0) {
          state = State.DONE;
          return;
        }
        bytesSinceNewline = 0;
      } else if (b != '\r') {
        bytesSinceNewline++;
      }
    }
  }
}
