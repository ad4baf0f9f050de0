package dev.stoker.io.cache;

import java.util.concurrent.atomic.LongAdder;

/** What the cache did since it was opened. */
final class Counters {
  final LongAdder hitBytes = new LongAdder();
  final LongAdder missBytes = new LongAdder();
  final LongAdder originBytes = new LongAdder();
  final LongAdder corruptGrains = new LongAdder();
  final LongAdder shedBytes = new LongAdder();
}
