package dev.stoker.io.mount;

import java.util.concurrent.atomic.LongAdder;

/** What readers of a mount did, for metrics and tests. Thread-safe. */
public final class ReadCounters {
  final LongAdder opens = new LongAdder();
  final LongAdder passthroughOpens = new LongAdder();
  final LongAdder readBytes = new LongAdder();
  final LongAdder stalledReads = new LongAdder();
  final LongAdder readAheadBytes = new LongAdder();
  final LongAdder givenAheadBytes = new LongAdder();

  /** Files opened. */
  public long opens() {
    return opens.sum();
  }

  /** Of these, such that the kernel reads itself. */
  public long passthroughOpens() {
    return passthroughOpens.sum();
  }

  /** Bytes that went through us. */
  public long readBytes() {
    return readBytes.sum();
  }

  /** Reads that had to wait for an origin. */
  public long stalledReads() {
    return stalledReads.sum();
  }

  /** Bytes that the kernel was given before it asked; counted as read, too. */
  public long givenAheadBytes() {
    return givenAheadBytes.sum();
  }

  /** Bytes asked for before somebody read them. */
  public long readAheadBytes() {
    return readAheadBytes.sum();
  }
}
