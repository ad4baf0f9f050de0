package dev.stoker.agent.preview;

/** Undoes the wavelet of PIZ, level by level from the coarsest. */
final class PizWavelet {
  private static final int FOURTEEN_BITS = 1 << 14;
  private static final int OFFSET = 1 << 15;

  private final char[] samples;
  private final boolean small;

  private PizWavelet(char[] samples, boolean small) {
    this.samples = samples;
    this.small = small;
  }

  /**
   * Transforms a rectangle in place.
   *
   * @param start where its first sample is
   * @param wide samples in a row, {@code stepX} apart
   * @param high rows, {@code stepY} apart
   * @param last the largest value that occurs; small ones need no care for overflow
   */
  static void decode(
      char[] samples, int start, int wide, int stepX, int high, int stepY, int last) {
    new PizWavelet(samples, last < FOURTEEN_BITS).decode(start, wide, stepX, high, stepY);
  }

  private void decode(int start, int wide, int stepX, int high, int stepY) {
    int edge = Math.min(wide, high);
    int coarse = Integer.highestOneBit(Math.max(1, edge));
    for (int fine = coarse >> 1; fine >= 1; coarse = fine, fine >>= 1) {
      int y = 0;
      for (; y + coarse <= high; y += coarse) {
        int x = 0;
        for (; x + coarse <= wide; x += coarse) {
          square(start + y * stepY + x * stepX, stepX * fine, stepY * fine);
        }
        if ((wide & fine) != 0) {
          int at = start + y * stepY + x * stepX;
          pair(at, at + stepY * fine);
        }
      }
      if ((high & fine) != 0) {
        for (int x = 0; x + coarse <= wide; x += coarse) {
          int at = start + y * stepY + x * stepX;
          pair(at, at + stepX * fine);
        }
      }
    }
  }

  private void square(int at, int right, int down) {
    pair(at, at + down);
    pair(at + right, at + right + down);
    pair(at, at + right);
    pair(at + down, at + right + down);
  }

  /** From mean and difference to the two values. */
  private void pair(int low, int high) {
    if (small) {
      int mean = (short) samples[low];
      int difference = (short) samples[high];
      int first = mean + (difference & 1) + (difference >> 1);
      samples[low] = (char) first;
      samples[high] = (char) (first - difference);
    } else {
      int mean = samples[low];
      int difference = samples[high];
      int second = (mean - (difference >> 1)) & 0xFFFF;
      samples[low] = (char) ((difference + second - OFFSET) & 0xFFFF);
      samples[high] = (char) second;
    }
  }
}
