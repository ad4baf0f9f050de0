package dev.stoker.io.prefetch;

import dev.stoker.io.asset.ByteRange;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Guesses, for one open file, what its reader will want next.
 *
 * <p>A handle may be read in several places at once: a texture by tiles, a scene by its index and
 * its data. So reads are sorted into streams, of which the four last are remembered. A read that
 * begins where a stream ended, or near it (the kernel's own readahead sends several requests at
 * once, which overtake one another), continues it, as long as at least half of what lies between is
 * read as well; any other begins one. From its second read on a stream is <em>sequential</em> and
 * has a window that is kept filled ahead of it. The window doubles only when the reader had to
 * wait, so it grows to what the origin's latency asks for and no further, and is halved when memory
 * was short. Reads of equal length at equal distances are <em>strided</em>: only what lies on the
 * stride is brought. A stream of one read is <em>random</em>, a page fault with what the kernel
 * reads around it included: nothing is brought for it.
 *
 * <p>Pure: no clock, no I/O. Not thread-safe.
 */
public final class Readahead {
  /** As the kernel's own (mm/readahead.c) begins: some requests' worth. */
  static final long FIRST_WINDOW_BYTES = 512 << 10;

  private static final int STREAMS = 4;

  /** Requests under way at once come in any order, as far apart as they are long. */
  private static final int OVERTAKING = 8;

  /** Over so much of a stream at least half must be read, or it is no stream but jumps. */
  private static final long JUDGED_BYTES = 4 << 20;

  /** Three equal distances are no accident. */
  private static final int STRIDES_TO_BELIEVE = 3;

  /** Longest row of strides that is brought; each is a request of its own. */
  private static final int MAX_STRIDES_AHEAD = 16;

  private final long fileBytes;
  private final long maxWindowBytes;
  private final Stream[] streams = new Stream[STREAMS]; // the last used one first
  private final Strides strides = new Strides();

  /**
   * @param fileBytes length of the file
   * @param maxWindowBytes most that is brought ahead of one stream; 0 for nothing
   */
  public Readahead(long fileBytes, long maxWindowBytes) {
    this.fileBytes = fileBytes;
    this.maxWindowBytes = maxWindowBytes;
    for (int i = 0; i < STREAMS; i++) {
      streams[i] = new Stream();
    }
  }

  /** One place where the file is read on. */
  private static final class Stream {
    long end = -1;
    long askedTo;
    long windowBytes;
    int reads;
    long startsAt;

    /** Where what is judged begins, and how much of it was read. */
    long judgedFrom;

    long judgedBytes;

    boolean isDenseWith(long offset, int bytes) {
      long span = Math.max(end, offset + bytes) - judgedFrom;
      return 2 * (judgedBytes + bytes) >= span;
    }

    void took(int bytes) {
      judgedBytes += bytes;
      long span = end - judgedFrom;
      if (span > JUDGED_BYTES) {
        judgedFrom += span / 2;
        judgedBytes /= 2;
      }
    }
  }

  /**
   * The reader reads a range now.
   *
   * @param stalled whether it has to wait for it
   * @return what to bring, in order
   */
  public List<ByteRange> read(long offset, int bytes, boolean stalled) {
    if (maxWindowBytes <= 0 || bytes <= 0) {
      return List.of();
    }
    Stream stream = streamAt(offset, bytes);
    long end = offset + bytes;
    if (stream == null) {
      begin(offset, end);
      return strides.read(offset, bytes, stalled);
    }
    strides.broken();
    stream.reads++;
    stream.end = Math.max(stream.end, end);
    stream.took(bytes);
    if (stream.windowBytes == 0) {
      stream.windowBytes = Math.min(maxWindowBytes, Math.max(FIRST_WINDOW_BYTES, 2L * bytes));
      stream.askedTo = stream.end;
    } else if (stalled) {
      stream.windowBytes = Math.min(maxWindowBytes, 2 * stream.windowBytes);
    }
    return ahead(stream);
  }

  private List<ByteRange> ahead(Stream stream) {
    stream.askedTo = Math.max(stream.askedTo, stream.end);
    long wanted = Math.min(fileBytes, stream.end + stream.windowBytes);
    // A quarter of the window at least, or each read would ask for as little as it took.
    boolean worthIt = wanted - stream.askedTo >= stream.windowBytes / 4 || wanted == fileBytes;
    if (!worthIt || wanted <= stream.askedTo) {
      return List.of();
    }
    ByteRange range = ByteRange.between(stream.askedTo, wanted);
    stream.askedTo = wanted;
    return List.of(range);
  }

  /**
   * How far the stream has come to which a read up to {@code offset} belongs.
   *
   * @param leastBytes that it must have been read on for
   * @return an offset, or -1 where there is no such stream
   */
  public long readOnTo(long offset, long leastBytes) {
    for (Stream stream : streams) {
      if (stream.startsAt < offset && offset <= stream.end) {
        return stream.end - stream.startsAt >= leastBytes ? stream.end : -1;
      }
    }
    return -1;
  }

  /**
   * A stream's reader was given what lies behind it unasked: it goes on from there, but whether he
   * wants it is not known before he reads on, so nothing more is brought for it.
   */
  public void gave(long offset, int bytes) {
    for (Stream stream : streams) {
      if (stream.end == offset) {
        stream.end += bytes;
        stream.judgedFrom += bytes;
        stream.askedTo = Math.max(stream.askedTo, stream.end);
        return;
      }
    }
  }

  /** What was asked for found no memory: every stream asks for half as much from now on. */
  public void memoryShort() {
    for (Stream stream : streams) {
      stream.askedTo = Math.min(stream.askedTo, stream.end);
      stream.windowBytes = Math.max(FIRST_WINDOW_BYTES, stream.windowBytes / 2);
    }
  }

  /** The stream that a read continues, made the last used one; null where it begins one. */
  private @Nullable Stream streamAt(long offset, int bytes) {
    long slack = (long) OVERTAKING * bytes;
    for (int i = 0; i < STREAMS; i++) {
      Stream stream = streams[i];
      boolean follows = offset >= stream.end - slack && offset <= stream.end + slack;
      // Only a stream that is known to be one may be overtaken; else 8 near faults were one.
      boolean next = offset == stream.end;
      boolean near = follows && stream.reads > 2 && stream.isDenseWith(offset, bytes);
      if (stream.end >= 0 && (next || near)) {
        toFront(i);
        return stream;
      }
    }
    return null;
  }

  private void begin(long offset, long end) {
    toFront(STREAMS - 1);
    Stream fresh = streams[0];
    fresh.end = end;
    fresh.askedTo = end;
    // The kernel begins a file with a small request: what follows is sequential more often than
    // not.
    fresh.windowBytes = 0;
    fresh.reads = 1;
    fresh.startsAt = offset;
    fresh.judgedFrom = offset;
    fresh.judgedBytes = end - offset;
  }

  private void toFront(int index) {
    Stream used = streams[index];
    System.arraycopy(streams, 0, streams, 1, index);
    streams[0] = used;
  }

  /** Equal lengths at equal distances. */
  private final class Strides {
    private long lastOffset = -1;
    private int lastBytes;
    private long distance;
    private int seen;
    private int ahead;
    private long askedTo;

    List<ByteRange> read(long offset, int bytes, boolean stalled) {
      long step = offset - lastOffset;
      boolean same = lastOffset >= 0 && step == distance && bytes == lastBytes;
      seen = same ? seen + 1 : 1;
      if (!same) {
        ahead = 0;
        distance = step;
      }
      lastOffset = offset;
      lastBytes = bytes;
      if (seen < STRIDES_TO_BELIEVE || distance == 0) {
        return List.of();
      }
      if (ahead == 0) {
        ahead = 2;
        askedTo = offset;
      } else if (stalled) {
        ahead = Math.min(MAX_STRIDES_AHEAD, 2 * ahead);
      }
      return next(offset, bytes);
    }

    private List<ByteRange> next(long offset, int bytes) {
      List<ByteRange> wanted = new ArrayList<>();
      long bringable = Math.max(1, maxWindowBytes / bytes);
      for (int i = 1; i <= Math.min(ahead, bringable); i++) {
        long at = offset + i * distance;
        boolean isNew = distance > 0 ? at > askedTo : at < askedTo;
        if (isNew && at >= 0 && at < fileBytes) {
          wanted.add(ByteRange.between(at, Math.min(fileBytes, at + bytes)));
          askedTo = at;
        }
      }
      return wanted;
    }

    void broken() {
      seen = 0;
      lastOffset = -1;
    }
  }
}
